import numpy as np


def dvalue(rewards, gamma):
    v_tape = []
    v = 0.0
    for t in range(len(rewards) - 1, -1, -1):
        v_tape.append(v)
        v = rewards[t] + gamma * v
    # for t in range(len(rewards) - 1, -1, -1):
    drewards = np.zeros_like(rewards)
    dv = 1.0
    dgamma = 0.0
    for t in reversed(range(len(rewards) - 1, -1, -1)):
        # v = rewards[t] + gamma * v
        drewards[t] += dv
        dgamma += dv * v_tape.pop()
        dv = dv * gamma
    return drewards, float(dgamma)
