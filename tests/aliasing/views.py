"""Views: written through while the base is read, and the other way round."""

import numpy as np

from tests.aliasing import A, B, X, Y, program


@program(np.array([1.0, 2.0, 3.0]), true=[0.0, 4.0, 150.0])
def view_read_after_base_written(x):
    z = x * 1.0
    r = z[0:2]
    z[0] = 5 * x[2]
    return np.sum(r * r)


@program(np.array([1.0, 2.0, 3.0]), true=[0.0, 2 * 98.0 + 4.0, 6.0])
def base_read_after_view_written(x):
    b = x.copy()
    v = b[:1]
    v[:] = x[1] * 7
    return np.sum(b * b)


@program(X)
def view_of_view_written(x):
    z = x * 2.0
    v = z[1:]
    u = v[1:]
    u[0] = x[0] ** 2
    v[0] *= 3.0
    return np.sum(z**2)


@program(X)
def view_of_view_of_view_reversed(x):
    z = x.copy()
    v = z[::-1]
    w = v[1:3]
    w[1] = x[3] * x[0]
    w *= 2.0
    return np.sum(z**3) + v[0] * w[0]


@program(A)
def transpose_written(a):
    b = a.copy()
    t = b.T
    t[0] = t[1] * t[2]
    return np.sum(b**2 * np.arange(9.0).reshape(3, 3))


@program(A)
def transpose_of_slice_written(a):
    b = a * 1.0
    t = b[1:].T
    t[2, 0] = a[0, 0] ** 2
    t[:2] += 1.0
    return np.sum(np.sin(b))


@program(B)
def reshape_of_contiguous_is_a_view(b):
    c = b.copy()
    flat = c.reshape(-1)
    flat[2:5] = b[0, :3] * 2
    return np.sum(c**2)


@program(A)
def reshape_of_transpose_is_a_copy(a):
    c = a.copy()
    flat = c.T.reshape(9)
    flat[0] = 100.0
    flat[1:] *= 3.0
    return np.sum(c**2) + np.sum(flat**2)


@program(B)
def ravel_of_contiguous_written(b):
    c = b * 1.0
    r = c.ravel()
    r[::2] = r[1::2] ** 2
    return np.sum(c * np.arange(8.0).reshape(2, 4))


@program(B)
def ravel_of_strided_is_a_copy(b):
    c = b.copy()
    r = c[:, ::2].ravel()
    r *= 5.0
    return np.sum(c**2) + np.sum(r)


@program(B)
def flatten_is_a_copy(b):
    c = b.copy()
    f = c.flatten()
    f[:] = 0.0
    return np.sum(c**2)


@program(A)
def diagonal_written_through_index(a):
    c = a.copy()
    i = np.arange(3)
    d = c[i, i]
    c[i, i] = d**2
    d *= 100.0
    return np.sum(c**2)


@program(A)
def diagonal_view_reads_later_writes(a):
    c = a.copy()
    d = np.diagonal(c)
    c[1, 1] = a[0, 2] * 3
    c[0] *= 2
    return np.sum(d**2)


@program(A)
def diagonal_by_flat_stride(a):
    c = a.copy()
    c.reshape(-1)[::4] += a[0]
    return np.sum(c**3)


@program(X)
def asarray_is_the_same_array(x):
    z = x.copy()
    same = np.asarray(z)
    same[1] = x[0] * x[2]
    return np.sum(z**2)


@program(X)
def array_is_a_copy(x):
    z = x.copy()
    other = np.array(z)
    other[1] = 50.0
    return np.sum(z**2) + other[0] ** 2


@program(X)
def astype_is_a_copy(x):
    z = x.copy()
    other = z.astype(float)
    other *= 7.0
    return np.sum(z**2) + np.sum(other)


@program(A)
def row_kept_and_written_later(a):
    c = a.copy()
    row = c[1]
    c[0] = row * 2
    row[2] = a[0, 0] ** 2
    row += c[0]
    return np.sum(c**2)


@program(A)
def row_kept_in_a_list(a):
    c = a.copy()
    rows = [c[0], c[1], c[2]]
    rows[2][1] = a[0, 1] * a[1, 0]
    rows[0] *= rows[1]
    return np.sum(c**2)


@program(A)
def column_view_accumulates(a):
    c = a.copy()
    col = c[:, 1]
    for k in range(3):
        col += c[:, k] * (k + 1)
    return np.sum(c**2)


@program(X, Y, wrt=(0, 1))
def newaxis_view_written(x, y):
    z = x.copy()
    col = z[:, None]
    col[1:3, 0] = y[:2] * z[0]
    return np.sum(z[None, :] * col)


@program(X)
def ellipsis_view_written(x):
    z = x.copy()
    v = z[...]
    v[...] = v * z
    return np.sum(z * x)


@program(B)
def swapaxes_view_written(b):
    c = b.copy()
    s = np.swapaxes(c, 0, 1)
    s[1:3] *= b[:, 1:3].T
    return np.sum(c**2)


@program(X)
def squeeze_and_expand_are_views(x):
    z = x.copy()
    wide = np.expand_dims(z, 0)
    wide[0, 1] = x[3] ** 2
    back = np.squeeze(wide)
    back[0] *= 2
    return np.sum(z**2)


@program(X)
def split_gives_views(x):
    z = x.copy()
    left, right = np.split(z, 2)
    left *= right
    right[0] = left[1]
    return np.sum(z**2)


@program(X)
def broadcast_reads_later_writes(x):
    z = x.copy()
    wide = np.broadcast_to(z, (2, 4))
    z[0] = x[1] * 3
    return np.sum(wide**2)


@program(X)
def fancy_index_is_a_copy(x):
    z = x.copy()
    picked = z[[0, 2]]
    picked *= 10.0
    z[0] = 3 * x[1]
    return np.sum(z**2) + np.sum(picked)


@program(X)
def mask_index_is_a_copy(x):
    z = x.copy()
    picked = z[z > 0]
    picked[0] = 9.0
    z[z > 1] = 0.5 * z[0]
    return np.sum(z**2) + np.sum(picked**2)


@program(X)
def index_of_view_is_fixed_when_made(x):
    z = x.copy()
    k = 1
    v = z[k:]
    k = 2
    v[0] = x[0] ** 2
    z[k] *= 3
    return np.sum(v**2)


@program(B)
def row_of_transpose_of_slice(b):
    c = b.copy()
    row = c[:, 1:].T[0]
    row -= c[:, 0]
    c[0, 1] *= 2
    return np.sum(row * c[:, 3])


@program(B)
def real_part_of_real_array_is_itself(b):
    c = b.copy()
    r = c.real
    r[0, 0] = b[1, 1] * 2
    return np.sum(c**2)


@program(B)
def flat_written(b):
    c = b.copy()
    c.flat[3] = b[0, 0] * b[1, 3]
    c.flat[5:7] = 2.0
    return np.sum(c**2)
