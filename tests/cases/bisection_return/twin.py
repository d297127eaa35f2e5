def df(x):
    y = x
    ys = []
    scale = 1
    for k in range(10):
        ys.append(y)
        y = y * x
        if y > 10:
            scale = k
            break
    dx = 0.0
    dy = float(scale)
    for _ in range(len(ys)):
        dx += dy * ys.pop()
        dy = dy * x
    return (float(dx + dy),)
