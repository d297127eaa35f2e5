"""Discounted sum of rewards by a backward scan."""

SAMPLE = lambda rng: dict(rewards=rng.normal(size=6), gamma=0.9)
WRT = ("rewards", "gamma")


def value(rewards, gamma):
    v = 0.0
    for t in range(len(rewards) - 1, -1, -1):
        v = rewards[t] + gamma * v
    return v
