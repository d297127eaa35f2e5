def df(x, a, b):
    inside = x > a and x < b or x == 2 * b
    if inside:
        u = x - a
        v = b - x
        y = u * v
    else:
        y = 0.1 * x
    dy = x
    dx = y
    if inside:
        dx = dx + dy * v - dy * u
    else:
        dx = dx + 0.1 * dy
    return (dx,)
