def dloss(w, x, y):
    r = x @ w - y
    # return np.sum(r * r)
    dr = 2.0 * r
    # r = x @ w - y
    return (x.T @ dr,)
