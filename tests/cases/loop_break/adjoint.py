def dseries(x):
    tape = []
    term = 1.0
    for k in range(1, 50):
        # term = term * x / k
        term_2 = term * x / k
        # if abs(term) < 1e-3:
        t = abs(term_2) < 0.001
        tape.append((term, t))
        if t:
            term = term_2
            break
        term = term_2
    # for k in range(1, 50):
    trips = len(tape)
    dterm = 0.0
    dtotal = 1.0
    dx = 0.0
    for k in reversed(range(1, 1 + trips)):
        # if abs(term) < 1e-3:
        term, t_2 = tape.pop()
        if not t_2:
            dterm += dtotal
        # term = term * x / k
        t_3 = dterm / k
        dterm = t_3 * x
        dx += t_3 * term
    return (float(dx),)
