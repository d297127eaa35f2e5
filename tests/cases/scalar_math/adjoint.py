import math


def df(x, y):
    # r = math.sqrt(x * x + y * y)
    t = x * x
    t_2 = y * y
    r = math.sqrt(t + t_2)
    phi = math.atan2(y, x)
    # return r * math.exp(-phi)
    t_3 = math.exp(-phi)
    t_4 = r * t_3
    # phi = math.atan2(y, x)
    t_5 = t_2 + t or 1.0
    # r = math.sqrt(x * x + y * y)
    t_6 = t_3 * (0.5 / r)
    dy = 2.0 * (t_6 * y) - t_4 * (x / t_5)
    dx = y / t_5 * t_4 + 2.0 * (t_6 * x)
    return dx, dy
