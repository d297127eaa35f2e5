"""B := alpha * A.T @ B with A unit lower triangular, in place, by loops (trmm)."""

WRT = (0, 1, 2)


def trmm(alpha, A, B):
    m, n = B.shape
    for i in range(m):
        for j in range(n):
            for k in range(i + 1, m):
                B[i, j] += A[k, i] * B[k, j]
            B[i, j] = alpha * B[i, j]
    return B


def loss(alpha, A, B):
    C = trmm(alpha, A, B)
    return (C**3).sum()


def SAMPLE(rng):
    return (1.3, rng.normal(size=(4, 4)), rng.normal(size=(4, 3)))
