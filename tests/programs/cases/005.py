# A name set in one arm of a trip, read after the loop; the loop may break.

import numpy as np

def f(x):
    for e in x:
        if e < 0.4:
            t = e * e
        elif e > 0.9:
            break
    return t

POINTS = [(np.array([0.19013970806351477, 0.07407697744252717, 0.6854906234850078]),), (np.array([0.8104011942249782, 0.0265950235218817, 0.7262831482342473]),), (np.array([0.7698945915961162, 0.24636301128625604, -0.23769707807054585]),), (np.array([0.4453187434924739, 0.33141635761932764, 0.8842141249062541]),)]
