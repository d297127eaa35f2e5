import math


def df(x):
    # if x < 0:
    t = x < 0
    if not t:
        # elif x < 1:
        t_2 = x < 1
        if not t_2:
            # y = math.sin(1.0) + math.log(x)
            math.log(x)
    # if x < 0:
    if t:
        dx = 6.0 * x
    else:
        dx = 3.0 * math.cos(x) if t_2 else 3.0 / x
    return (dx,)
