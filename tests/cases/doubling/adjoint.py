import numpy as np


def df(a):
    b = a * 2
    trips = 0
    while np.linalg.norm(b) < 1000:
        trips += 1
        b = b * 2
    # while np.linalg.norm(b) < 1000:
    db = np.full_like(a, 1.0 if np.sum(b) > 0 else 100.0)
    for _ in range(trips):
        db = 2 * db
    # b = a * 2
    return (2 * db,)
