def droot(a):
    x = a
    xs = []
    for _ in range(6):
        xs.append(x)
        x = 0.5 * (x + a / x)
    dx = 1.0
    da = 0.0
    for _ in range(6):
        x = xs.pop()
        s = 0.5 * dx
        da += s / x
        dx = s - s * (a / x / x)
    return (float(da + dx),)
