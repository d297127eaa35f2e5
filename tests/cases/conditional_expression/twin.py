def df(w, x):
    z = w * x
    up = z > 0
    y = z if up else 0.01 * z
    dy = 2.0 * y
    dz = dy if up else 0.01 * dy
    dw = dz * x
    return (dw,)
