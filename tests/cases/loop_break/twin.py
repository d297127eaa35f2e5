def dseries(x):
    term = 1.0
    terms = []
    for k in range(1, 50):
        terms.append(term)
        term = term * x / k
        if abs(term) < 1e-3:
            break
    dterm = 0.0
    dx = 0.0
    for k in reversed(range(1, len(terms) + 1)):
        if k < len(terms):
            dterm += 1.0
        g = dterm / k
        dx += g * terms.pop()
        dterm = g * x
    return (float(dx),)
