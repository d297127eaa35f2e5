def dhinge(w, x, y):
    # slack = np.maximum(0, 1 - y * (x @ w))
    t = 1 - y * (x @ w)
    dw = w + x.T @ -(((t > 0) + 0.5 * (t == 0)) * y)
    return (dw,)
