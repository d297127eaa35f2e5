# Seed 5001086: what is written to the transpose of a transpose is written to the array itself.

import numpy as np

def f(x, w, a, b):
    view7 = w.T
    view7.T[0] = 0.5
    return np.sum(w)

POINTS = [(np.array([1.157547986554538]), np.array([[-0.9400231283010068]]), -0.8001637468144112, -1.178872628658909,), (np.array([0.9949677713924185]), np.array([[-0.9246151747278122]]), -0.5439454640028839, -0.9023159003064107,), (np.array([-0.49432665513570784]), np.array([[-0.6164727622444144]]), 0.34852292721096556, 0.32884545014116084,)]
