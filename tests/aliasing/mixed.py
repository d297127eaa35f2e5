"""Views as operands of other operations, in loops that go on to write what they read."""

import math

import numpy as np

from tests.aliasing import A, X, program


@program(X)
def dot_of_views_in_loop(x):
    a = np.concatenate([x, x])
    acc = 0.0
    for k in range(4):
        acc += a[k : k + 3] @ a[k + 1 : k + 4]
        a[k + 1 : k + 3] *= acc
    return acc


@program(A)
def outer_of_rows_in_loop(a):
    c = a.copy()
    s = 0.0
    for k in range(2):
        M = np.outer(c[k], c[k + 1])
        c[k + 1] = M[0] + c[k]
        c[k] = np.exp(-c[k])
        s += np.sum(M * c)
    return s


@program(A)
def matvec_with_slices(a):
    c = a.copy()
    r = c[0].copy()
    for k in range(3):
        r = c @ r
        c[:, k] = r * c[0]
        r[k] = np.dot(c[k], r[::-1])
    return np.sum(r) + np.sum(c)


@program(X)
def norm_of_view(x):
    a = x.copy()
    s = 0.0
    for k in range(1, 4):
        s += np.linalg.norm(a[: k + 1]) * np.max(a[k - 1 : k + 1])
        a[:k] = a[1 : k + 1] * s
    return s


@program(X)
def where_of_view(x):
    a = x.copy()
    for k in range(3):
        w = np.where(a[k:] > 0.3, a[k:], a[k] * 2)
        a[k:] += w * a[k:]
    return np.sum(a)


@program(X)
def stack_of_views(x):
    a = x.copy()
    t = 0.0
    for _ in range(3):
        m = np.stack([a[:2], a[2:]])
        a[:2] = m[1] * m[0]
        a[3] = np.sum(m * m) * 0.1
        t += m[0, 1] * a[0]
    return t + np.sum(a)


@program(X)
def cumsum_and_reshape(x):
    a = x.copy()
    for k in range(2):
        r = a.reshape(2, 2)
        q = r @ r.T
        a = (a.reshape(2, 2) @ q).reshape(4)
        a[k] = q[0, 1]
    return np.sum(a * a) * 1e-3


@program(X)
def python_power_store(x):
    a = x.copy()
    for k in range(1, 4):
        a[k] = abs(a[k]) ** 0.5 + a[k - 1] ** 2
        a[k - 1] **= 3
    return np.sum(a) * 1e-2


@program(X)
def division_chain(x):
    a = x.copy()
    for k in range(3):
        a[k + 1] /= a[k]
        a /= 1 + a[k] ** 2
        a[k] = 1 / (a[k] + 3)
    return np.sum(a)


@program(X, 3)
def symbolic_bounds(x, n):
    a = np.zeros(n + 2)
    a[1 : n + 1] = x[:n]
    a[-1] = x[-1]
    for k in range(n - 1, 0, -1):
        a[k : n + 1] -= 0.5 * a[k - 1 : n] ** 2
        a[:k] *= a[n - k]
    return np.sum(a * a)


@program(X)
def int_state(x):
    count = np.zeros(3, dtype=int)
    a = x.copy()
    for k in range(4):
        j = 0 if a[k] < 0 else (1 if a[k] < 1 else 2)
        count[j] += 1
        a[k] *= count[j] + a[0]
    return np.sum(a * a) + count[2]


@program(X)
def bool_state(x):
    done = np.zeros(4, dtype=bool)
    a = x.copy()
    n = 0
    while not done.all():
        for k in range(4):
            if not done[k]:
                a[k] = 0.5 * a[k] + 0.3 * a[0]
                done[k] = abs(a[k]) < 0.5
        n += 1
        if n > 8:
            break
    return np.sum(a * a) + n


@program(X)
def nested_while_break(x):
    a = x.copy()
    i = 0
    while i < 4:
        j = 0
        while True:
            a[i] = a[i] * 0.7 + 0.1 * a[j % 4]
            j += 1
            if abs(a[i]) < 0.6:
                break
            if j > 5:
                a[i] -= 0.5
                break
        i += 1 + (j > 3)
    return np.sum(a**3) + i


@program(X)
def return_view_or_new(x):
    def pick(v, k):
        return v[k : k + 2] if k < 2 else v[:2] * 2

    a = x.copy()
    s = 0.0
    for k in range(3):
        w = pick(a, k)
        s += w[0] * w[1]
    return s


@program(A)
def lists_of_rows_read(a):
    rows = [r * 2 for r in a]
    s = 0.0
    for i, r in enumerate(rows):
        for q in rows[i + 1 :]:
            s += r @ q
    return s


@program(X)
def sum_with_start_zero(x):
    return sum(x[k] * k for k in range(4)) + sum([x[0], x[1]], x[2])


@program(0.7, 2.3, wrt=(0, 1))
def scalars_math(a, b):
    c = (
        math.hypot(a, b) * math.atan2(a, b)
        + math.pow(a, b)
        + math.log1p(a)
        + math.expm1(b)
        + math.sqrt(a * b)
    )
    return (
        c * math.tanh(a)
        + math.fabs(-b)
        + math.copysign(a, -1.0)
        + math.fmod(b, a)
        + math.floor(b) * a
        + math.log(b, 3)
        + math.log2(a)
        + math.log10(b)
        + math.degrees(a)
        + math.radians(b)
        + math.erf(a)
        + math.gamma(b)
        + math.lgamma(a)
    )


@program(A)
def setitem_newaxis_ellipsis(a):
    c = np.zeros((3, 3, 2))
    c[..., 0] = a
    c[..., 1] = a.T * 2
    c[0, :, None, 1] = a[1][:, None]
    c[None, 1, 2, ...] += a[0, :2]
    return np.sum(c**3)


@program(A)
def int_fancy_2d(a):
    c = a.copy()
    c[[0, 1], [1, 2]] *= a[2, :2]
    c[np.ix_([0, 2], [0, 1])] += 1.0
    c[:, [0, 0]] = a[:, 1:]
    c[np.array([True, False, True])] -= c[1]
    return np.sum(c**2)


@program(X)
def deep_nest(x):
    a = x.copy()
    for i in range(2):
        for j in range(2):
            for k in range(2):
                if (i + j + k) % 2:
                    a[i + j] += a[k + 1] * a[3]
                else:
                    a[3 - k] *= 0.9 * a[i]
                    if j:
                        continue
                a[k] -= 0.1
    return np.sum(a**2)


@program(X)
def accumulate_in_place_reads_itself(x):
    a = x.copy()
    for k in range(3):
        a += a * a[k]
        a -= a.mean()
        a *= 1 / np.sqrt(np.sum(a * a))
    return np.sum(a * np.arange(4.0))


@program(X)
def same_array_two_slots(x):
    a = x.copy()
    b = a
    for k in range(2):
        b = b * 2 if k == 0 else b + a
        a = a * b
    return np.sum(a + b)


@program(X)
def alias_then_rebind_then_write(x):
    a = x.copy()
    b = a
    a = a * 2
    a[0] = b[1] * 5
    b[2] = a[3]
    return np.sum(a * b)


@program(X)
def loop_reads_alias_after(x):
    a = x.copy()
    v = a[1:3]
    for k in range(3):
        a[k] = v[0] * a[k + 1]
        v[1] += a[0]
    return np.sum(v * v) + np.sum(a)
