def df(rate, a, x):
    g_tape = []
    for _ in range(5):
        g = a @ x
        g_tape.append(g)
        x = x - rate * g
    # return x @ a @ x
    dx = x @ a + a @ x
    drate = 0.0
    for _ in range(5):
        # x = x - rate * g
        t = dx * g_tape.pop()
        dg = -(dx * rate)
        # g = a @ x
        dx += a.T @ dg
        drate -= t.sum()
    return (float(drate),)
