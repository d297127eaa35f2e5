"""Gradient boosting by stumps on residuals: masks, means of leaves, a validation loss."""

import numpy as np

WRT = ("y", "rate")


class Stump:
    """One split of one feature, with the means of both sides."""

    def fit(self, X, residual):
        best = None
        for feature in range(X.shape[1]):
            for threshold in np.unique(X[:, feature])[:-1]:
                left = X[:, feature] <= threshold
                error = np.sum((residual[left] - residual[left].mean()) ** 2)
                error += np.sum((residual[~left] - residual[~left].mean()) ** 2)
                if best is None or error < best:
                    best = error
                    self.feature, self.threshold = feature, threshold
                    self.low = residual[left].mean()
                    self.high = residual[~left].mean()
        return self

    def predict(self, X):
        return np.where(X[:, self.feature] <= self.threshold, self.low, self.high)


def loss(X, y, rate, X_val, y_val, rounds):
    prediction = np.full(len(y), y.mean())
    validation = np.full(len(y_val), y.mean())
    for _ in range(rounds):
        stump = Stump().fit(X, y - prediction)
        prediction += rate * stump.predict(X)
        validation += rate * stump.predict(X_val)
    return np.mean((validation - y_val) ** 2)


def SAMPLE(rng):
    return (
        rng.normal(size=(7, 2)),
        rng.normal(size=7),
        0.4,
        rng.normal(size=(4, 2)),
        rng.normal(size=4),
        3,
    )
