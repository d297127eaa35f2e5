def dloss(w, b, x, y, lam):
    r = x @ w + b - y
    # return np.mean(r**2) + lam * np.dot(w, w)
    dr = 1.0 / r.size * (2 * r)
    # r = x @ w + b - y
    dw = 2.0 * (lam * w) + x.T @ dr
    return dw, float(dr.sum())
