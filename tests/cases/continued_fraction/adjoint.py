def dfraction(x):
    tape = []
    step = 1.0
    y = x
    while step > 1e-06:
        # z = x / (2 + y)
        t = 2 + y
        tape.append(t)
        z = x / t
        step = abs(z - y)
        y = z
    # while step > 1e-6:
    dy = 1.0
    dx = 0.0
    for _ in range(len(tape)):
        # z = x / (2 + y)
        t_2 = tape.pop()
        z = x / t_2
        dx += dy / t_2
        dy = -(z / t_2 * dy)
    return (float(dx + dy),)
