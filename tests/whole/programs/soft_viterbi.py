"""A linear-chain model: smoothed Viterbi score minus the score of the gold path."""

import numpy as np

WRT = ("emissions", "transitions")


def logsumexp(a, axis):
    top = np.max(a, axis=axis, keepdims=True)
    return np.squeeze(top, axis=axis) + np.log(np.sum(np.exp(a - top), axis=axis))


def viterbi_path(emissions, transitions):
    T, K = emissions.shape
    score = emissions[0]
    back = np.zeros((T, K), dtype=int)
    for t in range(1, T):
        candidates = score[:, None] + transitions
        back[t] = candidates.argmax(axis=0)
        score = candidates.max(axis=0) + emissions[t]
    path = [int(score.argmax())]
    for t in range(T - 1, 0, -1):
        path.insert(0, int(back[t, path[0]]))
    return path, score.max()


def loss(emissions, transitions, gold):
    alpha = emissions[0]
    for e in emissions[1:]:
        alpha = logsumexp(alpha[:, np.newaxis] + transitions, axis=0) + e
    partition = logsumexp(alpha, axis=0)
    score = emissions[0, gold[0]]
    for t, (i, j) in enumerate(zip(gold, gold[1:]), start=1):
        score += transitions[i, j] + emissions[t, j]
    path, best = viterbi_path(emissions, transitions)
    mistakes = sum(p != g for p, g in zip(path, gold))
    return partition - score + 0.1 * mistakes * best


def SAMPLE(rng):
    return (rng.normal(size=(5, 3)), rng.normal(size=(3, 3)), [0, 2, 1, 1, 0])
