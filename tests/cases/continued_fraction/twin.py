def dfraction(x):
    y = x
    step = 1.0
    ys = []
    while step > 1e-6:
        ys.append(y)
        z = x / (2 + y)
        step = abs(z - y)
        y = z
    dx = 0.0
    dy = 1.0
    for _ in range(len(ys)):
        u = 2 + ys.pop()
        z = x / u
        dx += dy / u
        dy = -(dy * (z / u))
    return (float(dx + dy),)
