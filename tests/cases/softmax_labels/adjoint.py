import numpy as np


def dloss(logits, y):
    # shifted = logits - np.max(logits, axis=1, keepdims=True)
    t = np.max(logits, axis=1, keepdims=True)
    shifted = logits - t
    # logp = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    t_2 = np.exp(shifted)
    t_3 = np.sum(t_2, axis=1, keepdims=True)
    logp = shifted - np.log(t_3)
    # return -np.mean(logp[np.arange(len(y)), y])
    dlogp = np.zeros_like(logp)
    dlogp[np.arange(len(y)), y] += -1.0 / y.size
    # logp = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    t_4 = dlogp.sum(axis=1, keepdims=True) / t_3 * t_2
    dshifted = dlogp - t_4
    # shifted = logits - np.max(logits, axis=1, keepdims=True)
    t_5 = logits == t
    return (
        dshifted
        + (t_4 - dlogp).sum(axis=1, keepdims=True) * (t_5 / t_5.sum(axis=1, keepdims=True)),
    )
