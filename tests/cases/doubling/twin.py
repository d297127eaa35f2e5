import numpy as np


def df(a):
    b = a * 2
    trips = 0
    while np.linalg.norm(b) < 1000:
        trips += 1
        b = b * 2
    if b.sum() > 0:
        db = np.full_like(b, 1.0)
    else:
        db = np.full_like(b, 100.0)
    for _ in range(trips):
        db = db * 2
    da = db * 2
    return (da,)
