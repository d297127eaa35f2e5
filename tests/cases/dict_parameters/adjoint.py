import numpy as np


def dloss(params, x):
    h = np.tanh(x @ params["w"] + params["b"])
    # return np.sum(h @ params["v"])
    t = np.broadcast_to(1.0, (h @ params["v"]).shape)
    dh = np.outer(t, params["v"])
    dv = h.T @ t
    # h = np.tanh(x @ params["w"] + params["b"])
    t_2 = dh * (1 - h * h)
    db = t_2.sum(axis=0)
    dw = x.T @ t_2
    return ({"w": dw, "v": dv, "b": db},)
