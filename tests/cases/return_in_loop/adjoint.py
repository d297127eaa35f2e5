def df(x):
    y_tape = []
    # for k in range(10):
    y = x
    exit_code = 0
    for _ in range(10):
        y_tape.append(y)
        y = y * x
        if y > 10:
            exit_code = 3
            break
    # for k in range(10):
    dy = 1.0 if exit_code == 0 else 0.0
    dresult = 0.0 if exit_code == 0 else 1.0
    dx = 0.0
    for k in reversed(range(len(y_tape))):
        # if y > 10:
        y = y_tape.pop()
        y_2 = y * x
        if y_2 > 10:
            dy += dresult * k
        dresult = 0.0
        dx += dy * y
        dy = dy * x
    return (float(dx + dy),)
