def df(x, a, b):
    # if x > a and x < b or x == 2 * b:
    t = x > a and x < b or x == 2 * b
    if t:
        # y = (x - a) * (b - x)
        t_2 = x - a
        t_3 = b - x
        y = t_2 * t_3
    else:
        y = 0.1 * x
    # if x > a and x < b or x == 2 * b:
    if t:
        dx = y - x * t_2 + x * t_3
    else:
        dx = y + 0.1 * x
    return (dx,)
