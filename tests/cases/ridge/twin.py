import numpy as np


def dloss(w, b, x, y, lam):
    r = x @ w + b - y
    dr = 2.0 * r / r.size
    dw = x.T @ dr + 2.0 * lam * w
    db = float(np.sum(dr))
    return dw, db
