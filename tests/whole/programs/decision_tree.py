"""A soft decision tree as nested tuples, evaluated by recursion; leaf counts in a global."""

import numpy as np

WRT = ("tree", "X")

visits = 0


def evaluate(tree, x):
    global visits
    if len(tree) == 2:
        visits += 1
        value, _label = tree
        return value
    weights, bias, left, right = tree
    p = 1.0 / (1.0 + np.exp(-(weights @ x + bias)))
    return (1 - p) * evaluate(left, x) + p * evaluate(right, x)


def loss(tree, X, y):
    global visits
    visits = 0
    predictions = np.array([evaluate(tree, x) for x in X])
    assert visits == 3 * len(X)
    return np.mean((predictions - y) ** 2)


def SAMPLE(rng):
    inner = (rng.normal(size=2), 0.3, (0.5, "a"), (-0.7, "b"))
    return (
        (rng.normal(size=2), -0.1, inner, (1.1, "c")),
        rng.normal(size=(4, 2)),
        rng.normal(size=4),
    )
