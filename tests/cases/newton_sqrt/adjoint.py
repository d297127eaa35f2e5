def droot(a):
    x_tape = []
    x = a
    for _ in range(6):
        x_tape.append(x)
        x = 0.5 * (x + a / x)
    dx = 1.0
    da = 0.0
    for _ in range(6):
        # x = 0.5 * (x + a / x)
        t = 0.5 * dx
        x = x_tape.pop()
        dx = t - a / x / x * t
        da += t / x
    return (float(da + dx),)
