"""Stores: every form of index, chains, duplicates, swaps, ``out=``, sorting."""

import numpy as np

from tests.aliasing import A, B, X, Y, program


@program(X, true=[0.0, 0.0, 0.0, 1.0])
def third_element_assignment_counts(x):
    z = x.copy()
    z[0] = x[1]
    z[0] = x[2]
    z[0] = x[3]
    return z[0]


@program(X)
def aug_assign_on_slices(x):
    z = x.copy()
    z[1:] += z[:-1]
    z[:2] -= z[2:] * 2
    z[::2] *= z[1::2]
    z[1:3] /= x[0] + 2
    z **= 2
    return np.sum(z)


@program(X)
def overlapping_slices(x):
    z = x.copy()
    z[1:] = z[:-1]
    z[:-1] = z[1:] * z[:-1]
    z[::-1][:2] = z[:2]
    return np.sum(z * x)


@program(X)
def aug_assign_on_masks(x):
    z = x * 1.0
    z[z < 1] *= z[0]
    z[z > 0] += 2
    m = x > 0
    z[m] = z[m] ** 2
    z[~m] -= x[~m]
    return np.sum(z)


@program(A)
def mask_of_rows_and_columns(a):
    c = a.copy()
    c[c[:, 0] > 0, 1] = a[0, 0]
    c[c > 1] = 0.0
    c[[0, 2]] *= c[1]
    return np.sum(c**2)


@program(X, Y, wrt=(0, 1))
def add_at_with_duplicates(x, y):
    z = x.copy()
    np.add.at(z, [0, 2, 0, 0], y * z[1])
    return np.sum(z**2)


@program(X, Y, wrt=(0, 1))
def aug_assign_with_duplicates_counts_once(x, y):
    z = x.copy()
    z[[0, 2, 0, 0]] += y
    return np.sum(z**2)


@program(X, Y, wrt=(0, 1), true=([0.0, -1.4, 0.0, 0.8], [0.0, 0.0, -2.2, 1.6]))
def duplicate_store_last_wins(x, y):
    z = x.copy()
    z[[2, 0, 2, 0]] = y
    z[0] = y[3]
    return np.sum(z**2)


@program(X, 1, wrt=0)
def duplicate_store_by_variable_index(x, k):
    z = np.zeros(4)
    index = np.array([k, 2, k, k])
    z[index] = x
    return np.sum(z**2)


@program(A)
def rows_swapped_by_fancy_index(a):
    c = a.copy()
    c[[0, 2]] = c[[2, 0]]
    c[0] *= 2
    return np.sum(c * np.arange(9.0).reshape(3, 3) ** 2)


@program(A, 2)
def rows_swapped_by_variables(a, p):
    for k in range(2):
        a[[k, p]] = a[[p, k]]
        a[k + 1 :] -= np.outer(a[k + 1 :, k], a[k])
    return np.sum(a**2)


@program(X)
def elements_swapped(x):
    z = x.copy()
    z[0], z[3] = z[3], z[0]
    z[1], z[2] = z[2] * 2, z[1] * z[0]
    return np.sum(z * np.arange(4.0))


@program(A)
def rows_swapped_as_views(a):
    c = a.copy()
    c[0], c[1] = c[1], c[0]  # both end up equal: the second store reads a view of the first
    return np.sum(c * np.arange(9.0).reshape(3, 3))


@program(A)
def rows_swapped_through_a_copy(a):
    c = a.copy()
    t = c[0].copy()
    c[0] = c[1]
    c[1] = t
    return np.sum(c * np.arange(9.0).reshape(3, 3))


@program(X)
def out_aliases_an_input(x):
    z = x.copy()
    np.multiply(z, z, out=z)
    np.add(z[:-1], z[1:], out=z[1:])
    np.exp(-z, out=z)
    return np.sum(z * x)


@program(X, Y, wrt=(0, 1))
def out_of_a_product(x, y):
    z = np.empty(4)
    w = np.multiply(x, y, out=z)
    z[0] = x[1] * 2
    return np.sum(w**2)


@program(X)
def sorted_in_place(x):
    z = x.copy()
    v = z[:2]
    z.sort()
    v[0] *= 3
    return np.sum(z * np.arange(4.0)) + v[1]


@program(B)
def rows_sorted_in_place(b):
    c = b.copy()
    c.sort(axis=0)
    c[1].sort()
    return np.sum(c * np.arange(8.0).reshape(2, 4))


@program(X, Y, wrt=(0, 1))
def copyto_and_fill(x, y):
    z = np.empty(4)
    np.copyto(z, x)
    v = z[1:3]
    np.copyto(v, y[:2] * z[0])
    np.copyto(z, y, where=x < 0)
    w = x.copy()
    w.fill(y[3])
    w[0] *= z[0]
    return np.sum(z * w)


@program(A, 1.3, wrt=(0, 1))
def diagonal_filled(a, s):
    c = a.copy()
    np.fill_diagonal(c, s * a[0, 1])
    c[1, 1] *= 2
    return np.sum(c**2)


@program(B, 0.7, wrt=(0, 1))
def scalars_and_rows_broadcast_into_stores(b, s):
    c = b.copy()
    c[0] = s
    c[:, 1:3] = b[1, :2]
    c[1, ...] += s * c[0]
    c[:, -1:] = c[:, :1] * s
    return np.sum(c**2)


@program(X)
def several_targets(x):
    z = x.copy()
    z[0] = w = z[1:3] = x[3] * 2
    z[2], *rest = z[:3] * 3
    return np.sum(z**2) + w * rest[0]


@program(np.array([0.6, 1.2]), true=None)
def store_order_within_a_statement(x):
    z = x.copy()
    i = 0
    i, z[i] = 1, x[1] ** 2
    z[i] = i * z[0]
    return np.sum(z * x)


@program(X)
def store_into_an_integer_index_array(x):
    index = np.array([3, 2, 1, 0])
    z = x.copy()
    y = z[index]
    index[0] = 0
    z[index[:2]] = y[2:] ** 2
    return np.sum(z * y)


@program(np.array([1.5, -0.7], dtype=np.float32), np.array([0.3, 0.1]), wrt=(0, 1))
def store_casts_to_the_dtype_of_the_array(x, y):
    z = x.copy()
    z[0] = y[1] * 2
    return float(np.sum(z.astype(np.float64) ** 2))


@program(X)
def integer_array_takes_a_cut_value(x):
    z = np.zeros(4, dtype=int)
    z[:] = x
    return np.sum(x * z)


def make_chain(length):
    lines = [f"def chain_{length}(x):", "    z = x.copy()"]
    for k in range(length):
        i, j = (k * 7 + length) % 4, (k * 3 + 1) % 4
        lines.append(f"    z[{i}] = z[{j}] * {1 + k % 3} + x[{(i + 1) % 4}] * z[{i}]")
    return "\n".join([*lines, "    return np.sum(z * z)"])


@program(X)
def interleaved_accumulation(x):
    acc = np.zeros(2)
    z = x.copy()
    for k in range(4):
        acc[k % 2] += z[k] ** 2
        z[(k + 1) % 4] = acc[k % 2] * 0.5
    return acc[0] * acc[1] + np.sum(z)


@program(X)
def one_element_by_an_index_with_an_ellipsis(x):
    z = np.zeros((2, 2))
    z[0, ..., 1] = x[0] * 3
    z[1, 0, ...] = x[0] * x[1]
    z[..., 1, 1] = x[2] * x[1]
    return np.sum(z * z)


@program(X)
def one_element_seen_by_an_index_with_an_ellipsis(x):
    z = x * 1.0
    t = z[1, ...]
    z[1, ...] = 5.0 * x[2]
    s = z[0, ...]
    s[...] = t * x[1]
    z[2, ...] *= s
    return t * x[0] + s * np.sum(z * z)
