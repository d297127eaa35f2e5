def df(x, n):
    tape = []
    y = x
    while n != 1:
        # if n % 2 == 0:
        t = n % 2 == 0
        tape.append((y, t))
        if t:
            n = n // 2
            y = y * x
        else:
            n = 3 * n + 1
            y = y + x
    # while n != 1:
    dy = 1.0
    dx = 0.0
    for _ in range(len(tape)):
        # if n % 2 == 0:
        y, t_2 = tape.pop()
        if t_2:
            t_3 = dy * y
            dy = dy * x
        else:
            t_3 = dy
        dx += t_3
    return (float(dx + dy),)
