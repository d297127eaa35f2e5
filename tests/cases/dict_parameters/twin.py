import numpy as np


def dloss(params, x):
    h = np.tanh(x @ params["w"] + params["b"])
    ones = np.ones(len(h))
    dh = np.outer(ones, params["v"])
    dv = h.T @ ones
    da = dh * (1 - h * h)
    db = np.sum(da, axis=0)
    dw = x.T @ da
    return ({"w": dw, "v": dv, "b": db},)
