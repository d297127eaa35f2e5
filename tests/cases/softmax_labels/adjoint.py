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
    t_4 = np.arange(len(y))
    dlogp = np.zeros_like(logp)
    dlogp[t_4, y] += -1.0 / logp[t_4, y].size
    # logp = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    t_5 = np.sum(dlogp, axis=1, keepdims=True) / t_3 * t_2
    dshifted = dlogp - t_5
    # shifted = logits - np.max(logits, axis=1, keepdims=True)
    t_6 = logits == t
    return (
        dshifted
        + np.sum(t_5 - dlogp, axis=1, keepdims=True) * (t_6 / np.sum(t_6, axis=1, keepdims=True)),
    )
