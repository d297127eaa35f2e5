def dseries(x):
    tape = []
    term_tape = []
    term = 1.0
    for k in range(1, 50):
        term_tape.append(term)
        term = term * x / k
        # if abs(term) < 1e-3:
        t = abs(term) < 0.001
        tape.append(t)
        if t:
            break
    # for k in range(1, 50):
    trips = len(tape)
    dterm = 0.0
    dtotal = 1.0
    dx = 0.0
    for k in reversed(range(1, 1 + trips)):
        # if abs(term) < 1e-3:
        if not tape.pop():
            dterm += dtotal
        # term = term * x / k
        t_2 = dterm / k
        dterm = t_2 * x
        dx += t_2 * term_tape.pop()
    return (float(dx),)
