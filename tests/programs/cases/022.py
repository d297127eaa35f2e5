# Seed 2002606: a name that an inner loop binds, read where that loop made no trip, is that of the trip before.

import numpy as np

def f(x, a):
    for e17 in x:
        k19 = 0
        while k19 < 4 and e17 * x[1] > -0.66:
            e17 -= np.sin(np.maximum(a + a, x[k19]))
            items20 = [np.max(x), x[k19]]
            s21 = items20.pop() - items20[0]
        flag23 = -s21 < 0.33
        only24 = s21 + x + (-1.02 + a)
        s26 = np.sum(only24) if flag23 else -0.01
    return s26

POINTS = [(np.array([0.7474236570454307, 0.6552054617782186, -1.028397990223985, 0.7887640416708226, -1.0690183231418573]), -0.456835241719026,), (np.array([-0.8336168691712265, -1.1528607548892946, 1.1361896751632552, -0.42472274963216794, -0.1872592346896591]), -0.5866351220747115,), (np.array([0.5905526427179215, -1.1507234593886386, -0.5315966196988013, 0.5197286782555057, -0.14322277003432538]), 0.310165429498213,)]
