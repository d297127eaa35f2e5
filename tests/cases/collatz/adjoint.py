def df(x, n):
    tape = []
    y_tape = []
    y = x
    while n != 1:
        y_tape.append(y)
        # if n % 2 == 0:
        t = n % 2 == 0
        tape.append(t)
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
        y = y_tape.pop()
        if tape.pop():
            t_2 = dy * y
            dy = dy * x
        else:
            t_2 = dy
        dx += t_2
    return (float(dx + dy),)
