def dseries(x):
    term = 1.0
    terms = []
    small = []
    for k in range(1, 50):
        terms.append(term)
        term = term * x / k
        stop = abs(term) < 1e-3
        small.append(stop)
        if stop:
            break
    trips = len(terms)
    dterm = 0.0
    dx = 0.0
    for k in reversed(range(1, 1 + trips)):
        if not small.pop():
            dterm += 1.0
        g = dterm / k
        dx += g * terms.pop()
        dterm = g * x
    return (float(dx),)
