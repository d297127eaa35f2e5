import numpy as np


def dvalue(rewards, gamma):
    v = 0.0
    vs = []
    for t in range(len(rewards) - 1, -1, -1):
        vs.append(v)
        v = rewards[t] + gamma * v
    dv = 1.0
    drewards = np.zeros_like(rewards)
    dgamma = 0.0
    for t in range(len(rewards)):
        drewards[t] += dv
        dgamma += dv * vs.pop()
        dv = gamma * dv
    return drewards, float(dgamma)
