def df(x):
    y = x
    ys = []
    returned = False
    for k in range(10):
        ys.append(y)
        y = y * x
        if y > 10:
            returned = True
            break
    dx = 0.0
    dy = 0.0 if returned else 1.0
    dresult = 1.0 if returned else 0.0
    for k in reversed(range(len(ys))):
        y = ys.pop()
        if y * x > 10:
            dy += dresult * k
        dresult = 0.0
        dx += dy * y
        dy = dy * x
    return (float(dx + dy),)
