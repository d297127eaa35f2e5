import math


def df(x):
    dy = 3.0
    if x < 0:
        dx = dy * 2.0 * x
    elif x < 1:
        dx = dy * math.cos(x)
    else:
        math.log(x)
        dx = dy / x
    return (dx,)
