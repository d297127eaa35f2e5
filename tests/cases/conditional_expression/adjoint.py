def df(w, x):
    z = w * x
    # y = z if z > 0 else 0.01 * z
    t = z > 0
    y = z if t else 0.01 * z
    # return y * y
    dy = 2.0 * y
    # y = z if z > 0 else 0.01 * z
    dz = dy if t else 0.02 * y
    # z = w * x
    return (dz * x,)
