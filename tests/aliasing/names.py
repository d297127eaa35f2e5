"""Two names, one array: bindings, arguments, branches, loops."""

import numpy as np

from tests.aliasing import A, X, Y, program


@program(np.array([1.0, 2.0, 3.0]), true=[0.0, 3.0, 1.0])
def alias_of_the_argument(x):
    y = x
    y[0] = 2 * x[1]
    return np.sum(x)


@program(X)
def chained_assignment(x):
    a = b = x.copy()
    a[0] = b[1] * 2
    b[1] = a[2] ** 2
    return np.sum(a * b)


@program(X, Y, wrt=(0, 1))
def names_swapped(x, y):
    a, b = x.copy(), y.copy()
    a, b = b, a
    a[0] = b[1] * 3
    b *= a
    return np.sum(a**2) + np.sum(b)


@program(X)
def augmented_is_in_place(x):
    z = x.copy()
    w = z
    z += x[0]
    z *= z
    return np.sum(w**2)


@program(X)
def plain_sum_is_a_new_array(x):
    z = x.copy()
    w = z
    z = z + x[0]
    z[0] = 5.0
    return np.sum(w**2) + np.sum(z**2)


@program(1.7, true=None)
def augmented_number_is_rebound(a):
    b = a
    a += 1
    a *= b
    return a * b


@program(X, 0.4, wrt=(0, 1))
def alias_chosen_by_a_branch(x, c):
    a = x * 2.0
    b = x * 3.0
    if c > 0:
        t = a
    else:
        t = b
    t[0] = 5 * x[0] * c
    return np.sum(a * a) + np.sum(b)


@program(X, -0.4, wrt=(0, 1))
def alias_chosen_by_an_expression(x, c):
    a = x.copy()
    b = a[1:]
    t = a if c > 0 else b
    t *= c
    return np.sum(a * a) + b[0]


@program(X)
def alias_chosen_by_data_twice(x):
    a, b = x * 2.0, x * 3.0
    total = 0.0
    for k in range(4):
        t = a if x[k] > 0 else b
        t[k] = t[k] ** 2
        total += t[0]
    return np.sum(a * b) + total


@program(X)
def alias_or_copy_by_a_branch(x):
    a = x.copy()
    if x[0] > 10:
        t = a
    else:
        t = a.copy()
    t[1] = 4 * x[0]
    return np.sum(a * a) + np.sum(t**3)


@program(X)
def alias_made_before_a_loop(x):
    a = x.copy()
    y = a
    for k in range(3):
        a[k] = a[k + 1] * 2
        y = y * 1.5
    return np.sum(y * a)


@program(X)
def alias_before_a_loop_of_no_trips(x):
    a = x.copy()
    y = a
    for _ in range(0):
        y = y * 2
    a[0] = 3 * x[1]
    return np.sum(y**2)


@program(X)
def buffers_swapped_in_a_loop(x):
    old, new = x.copy(), np.zeros(4)
    for _ in range(3):
        new[1:] = old[1:] * old[:-1]
        new[0] = old[0]
        old, new = new, old
    return np.sum(old**2) + np.sum(new)


@program(X)
def three_buffers_rotate(x):
    a, b, c = x.copy(), x * 2, x * 3
    for k in range(4):
        a[k] = b[k] * c[0]
        a, b, c = b, c, a
    return np.sum(a) + 2 * np.sum(b) + np.sum(c * c)


@program(X)
def view_rebound_in_a_loop(x):
    a = x.copy()
    v = a
    while len(v) > 1:
        v[0] *= v[1]
        v = v[1:]
    return np.sum(a**2) + v[0]


@program(A, true=None)
def iteration_variable_is_a_view(a):
    c = a.copy()
    for row in c:
        row *= 2
        row[0] = row[1] * row[2]
    return np.sum(c**2)


@program(A)
def iteration_variable_after_its_loop(a):
    c = a.copy()
    for row in c:
        row[0] += 1.0
    row[1] = c[0, 0] ** 2
    return np.sum(c**2) + row[2]


@program(A)
def zip_of_rows_writes_one_from_the_other(a):
    c, d = a.copy(), a * 2
    for p, q in zip(c, d[::-1], strict=True):
        p += q
        q[1] = p[0] * p[2]
    return np.sum(c * d)


@program(A)
def enumerate_of_transpose(a):
    c = a.copy()
    for k, col in enumerate(c.T):
        col *= k + c[0, 0]
    return np.sum(c**2)


@program(X)
def number_read_from_an_array_is_a_copy(x):
    z = x.copy()
    first = z[0]
    z[0] = 7 * x[1]
    first += z[0]
    return first * z[0] + z[2]


@program(X)
def index_variable_after_its_loop(x):
    z = x.copy()
    for i in range(3):
        z[i] *= z[i + 1]
    z[i] += x[0]
    return np.sum(z**2) + i


@program(X)
def name_of_one_arm_only(x):
    z = x.copy()
    if x[0] > 0:
        v = z[1:]
    if x[0] > 0:
        v *= z[0]
    return np.sum(z**2)


@program(X)
def tuple_and_list_hold_the_same_array(x):
    z = x.copy()
    pair = (z, x * 2)
    box = [pair[0], pair[1]]
    box[0][1] = pair[1][2] ** 2
    pair[1][:] = box[0]
    box[1] = box[1] * 2
    return np.sum(z) + np.sum(pair[1] ** 2) + np.sum(box[1])


@program(X)
def dict_entry_is_an_alias(x):
    z = x.copy()
    d = {"z": z}
    d["z"] += x[0]
    e = d["z"]
    e[0] = d["z"][1] * 2
    d["z"] = e * 2
    return np.sum(z**2) + np.sum(d["z"])


@program({"w": X, "b": Y}, wrt=0)
def argument_dict_is_written(params):
    params["w"] *= params["b"]
    params["b"][1:3] = params["w"][:2]
    params["new"] = params["w"] * 2
    return np.sum(params["w"] ** 2) + np.sum(params["b"] * params["new"])


@program([X, Y], wrt=0)
def argument_list_is_written(arrays):
    first = arrays[0]
    arrays[0] = arrays[1] * 2
    first *= 3
    arrays[1] += first
    arrays.append(first)
    return np.sum(arrays[0] * arrays[1]) + np.sum(arrays[2] ** 2)


@program(X, Y, wrt=(0, 1))
def argument_written_in_place(x, y):
    x += y
    y[0] = x[1] * x[2]
    x[:2] *= y[:2]
    return np.sum(x**2) + np.sum(y)
