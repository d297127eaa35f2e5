"""Stores under control flow: loops whose trips read what others wrote, exits, arms, helpers."""

import numpy as np

from tests.aliasing import A, X, program


@program(A)
def chained_index_store(a):
    c = a.copy()
    c[1][2] = a[0, 0] * 3
    c[1:][0][:2] *= c[0][1:]
    return np.sum(c**2)


@program(X)
def multi_store(x):
    z = x.copy()
    z[0] = z[1] = x[2] * x[3]
    z[2] += z[0] * z[1]
    return np.sum(z**3)


@program(X)
def while_data_index(x):
    z = x.copy()
    i = 0
    n = 0
    while n < 6:
        z[i] = z[i] * 0.5 + z[(i + 1) % 4] ** 2 * 0.1
        i = (i + (2 if z[i] > 0.3 else 1)) % 4
        n += 1
    return np.sum(z**2)


@program(X)
def fresh_buffer_each_trip(x):
    total = 0.0
    prev = x.copy()
    for k in range(3):
        buf = np.zeros(4)
        buf[k] = prev[k] ** 2
        buf[k + 1 :] = prev[: 3 - k] * x[0]
        prev = buf
        total += np.sum(buf) * prev[k]
    return total + np.sum(prev)


@program(X)
def prev_kept_while_buffer_is_written(x):
    b = x.copy()
    last = b
    total = 0.0
    for k in range(3):
        last = b.copy()
        b[k] = b[k + 1] * last[0]
        total += np.sum(last * b)
    return total


@program(X)
def store_in_one_arm_in_loop(x):
    a = x.copy()
    b = x * 2
    for k in range(4):
        if a[k] > 0.5:
            a[k] = b[k] ** 2
            b[0] = a[k] * a[0]
        else:
            b[k] -= a[k]
            if b[k] > 1:
                continue
            a[0] *= 1.1
    return np.sum(a * b)


@program(X)
def break_after_store(x):
    a = x.copy()
    for k in range(4):
        a[k] *= a[k - 1]
        if a[k] < -1:
            break
        a[k] += x[k] ** 2
    return np.sum(a**2) + k


@program(X)
def return_in_loop_with_store(x):
    a = x.copy()
    for k in range(4):
        a[k] = a[k] * a[k - 1] + 1
        for j in range(k):
            a[j] += a[k] * 0.3
            if a[j] > 2.5:
                return np.sum(a * a)
    return np.sum(a)


@program(X)
def rank0_array(x):
    b = np.array(0.0)
    b += x[0]
    b[()] = b * x[1]
    b[...] += 2
    return np.sum(b**2)


@program(X)
def reversed_overlap(x):
    z = x.copy()
    z += z[::-1]
    z *= z
    z[1:] *= z[:-1]
    z[::2] = z[1::2][::-1]
    return np.sum(z * x)


@program(A)
def transpose_overlap(a):
    c = a.copy()
    c += c.T
    c -= c[0]
    c[:, 0] = c[0]
    c[0] = c[:, 1]
    return np.sum(c**2)


@program(A)
def matmul_in_place(a):
    c = a.copy()
    c[:] = c @ c
    c[:2] = c[1:] @ a
    c @= a
    return np.sum(c)


@program(X)
def mask_before_writes(x):
    z = x.copy()
    m = z > 0.5
    z[m] = -z[m] * 2
    z[m] += x[m]
    m[1] = True
    z[m] *= z[0]
    return np.sum(z**2)


@program(X)
def index_array_changes(x):
    idx = np.array([0, 1, 2, 3])
    z = x.copy()
    for k in range(3):
        z[idx[k]] *= z[idx[k + 1]]
        idx[k + 1] = (idx[k] * 2 + k) % 4
    return np.sum(z**2)


@program(X)
def shrinking(x):
    y = x
    total = 0.0
    while len(y) > 1:
        y = y[1:] * y[:-1]
        y[0] += total
        total += np.sum(y)
    return total + y[0]


@program(X)
def shrinking_view(x):
    y = x.copy()
    z = y
    for k in range(3):
        z = z[1:]
        z[0] = y[0] * 2 + k
    return np.sum(y**2)


@program(X)
def aug_order(x):
    z = x.copy()
    i = 0

    def nxt():
        nonlocal i
        i += 1
        return i

    z[nxt()] += z[nxt()] * 3
    z[i] *= 2
    return np.sum(z**2)


@program(X)
def element_alias_number(x):
    z = x.copy()
    a, b = z[0], z[1:2]
    z[0] = 5 * z[3]
    z[1] = 7 * z[2]
    return a * b[0] * z[0]


@program(X)
def nonlinear_stencil(x):
    z = np.concatenate([x, x * 2, x])
    for _ in range(3):
        z[1:-1] = z[1:-1] * z[2:] - z[:-2] ** 2
        z[0] = z[1] * 0.1
        z[-1] = z[-2] * z[0]
    return np.sum(z)


@program(X)
def two_arrays_cross(x):
    a = x.copy()
    b = x**2
    for k in range(3):
        a[k + 1] = a[k] * b[k]
        b[k + 1] = b[k] + a[k + 1] * a[0]
        a[0] = b[k + 1] * 0.1
    return np.sum(a) + np.sum(b**2)


@program(X)
def tape_of_view(x):
    a = x.copy()
    acc = 0.0
    for k in range(3):
        v = a[k : k + 2]
        acc += v[0] * v[1]
        v *= v[::-1]
        acc += np.dot(v, v)
    return acc


@program(X)
def max_in_place(x):
    a = x.copy()
    for k in range(1, 4):
        a[k] = max(a[k], a[k - 1] * 0.5)
    a[:] = np.maximum(a, 0.1)
    a[np.argmax(a)] *= 3
    return np.sum(a**2)


@program(A)
def two_level_loop_carried_buffer(a):
    c = a.copy()
    s = 0.0
    for i in range(3):
        row = c[i]
        for j in range(3):
            row[j] = row[j] * row[j - 1] + s
            s = s + row[j] * 0.1
        c[(i + 1) % 3] += row
    return np.sum(c**2) + s


@program(A)
def triangular_inverse(a):
    L = np.tril(a) + 3 * np.eye(3)
    for i in range(3):
        L[i, i] = 1 / L[i, i]
        for j in range(i):
            L[i, j] = -L[i, i] * np.dot(L[i, j:i], L[j:i, j])
    return np.sum(L**2)


@program(X)
def zero_trip(x):
    z = x.copy()
    for k in range(int(x[3])):
        z[k] = z[k] ** 2
    w = z
    w[0] = 2 * x[1]
    return np.sum(z**2)


@program(X)
def store_const_then_read(x):
    z = x.copy()
    y = np.exp(z)
    z[:] = 0
    z[1] = y[1] * y[0]
    y[0] = 1
    return np.sum(z * z) + np.sum(y)


@program(X)
def ternary_store(x):
    z = x.copy()
    for k in range(4):
        z[k if z[0] > 0 else 0] = z[k] * z[1] if z[k] > 0 else -z[k]
    return np.sum(z**2)


@program(X, 2)
def helper_early_return(x, n):
    def f(v, k):
        if k > 2:
            return v
        v[k] *= 2 * v[0]
        if v[k] < 0:
            v[0] += 1
            return v[1:]
        return v * 2

    z = x.copy()
    r = f(z, 1)
    r[0] = z[0] * z[1]
    s = f(z, n)
    s[0] += 1
    return np.sum(z**2) + np.sum(r) + np.sum(s)


@program(X)
def while_else_store(x):
    z = x.copy()
    n = 0
    while z[0] < 20:
        z[0] = z[0] * z[0] + 0.5
        n += 1
        z[n % 4] += z[0] * 0.01
    else:
        z[1] = z[0] * z[1]
    return np.sum(z)
