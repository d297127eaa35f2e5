import numpy as np


def dloss(logits, y):
    top = np.max(logits, axis=1, keepdims=True)
    shifted = logits - top
    e = np.exp(shifted)
    total = np.sum(e, axis=1, keepdims=True)
    logp = shifted - np.log(total)
    rows = np.arange(len(y))
    dlogp = np.zeros_like(logp)
    dlogp[rows, y] -= 1.0 / len(y)
    dshifted = dlogp - np.sum(dlogp, axis=1, keepdims=True) / total * e
    dtop = -np.sum(dshifted, axis=1, keepdims=True)
    hit = logits == top
    dlogits = dshifted + dtop * hit / np.sum(hit, axis=1, keepdims=True)
    return (dlogits,)
