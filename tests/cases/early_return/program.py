"""Huber's loss of one residual, by early return."""

SAMPLE = lambda rng: dict(r=2.5, delta=1.5)
WRT = ("r",)


def huber(r, delta):
    if abs(r) <= delta:
        return 0.5 * r * r
    return delta * (abs(r) - 0.5 * delta)
