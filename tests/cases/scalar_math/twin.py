import math


def df(x, y):
    r = math.sqrt(x * x + y * y)
    phi = math.atan2(y, x)
    e = math.exp(-phi)
    dphi = -r * e
    q = y * y + x * x
    dy = dphi * (x / q)
    dx = dphi * (-y / q)
    g = e * (0.5 / r)
    dx += 2.0 * g * x
    dy += 2.0 * g * y
    return dx, dy
