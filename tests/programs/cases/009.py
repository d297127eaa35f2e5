# An array updated in place in one arm and bound anew in the other.

import numpy as np

def f(x):
    own = np.zeros(3)
    if x[0] > 0:
        own += x * x
    else:
        own = np.sin(x)
    return np.sum(own * own)

POINTS = [(np.array([-0.35657910008204574, 0.242364876441304, -0.2809294488931138]),), (np.array([0.3216181427591951, 0.4051181577484795, -1.2646767596371489]),), (np.array([0.7184725671182315, 1.2889616624440186, 0.024148351285358638]),), (np.array([-1.0096733312072403, 1.0208706802358816, 0.32779994531384493]),)]
