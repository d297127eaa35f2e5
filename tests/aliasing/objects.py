"""Lists, dictionaries, closures and objects that share, hold late, or are changed while in use."""

import functools

import numpy as np

from tests.aliasing import A, X, program


@program(X)
def list_alias(x):
    a = [x[0], x[1]]
    b = a
    c = list(a)
    b[0] = x[2] ** 2
    c[1] = 5.0
    a += [x[3]]
    return b[0] * a[1] + b[2] * c[0] + c[1] * len(b)


@program(X)
def list_times(x):
    row = [x[0]]
    m = [row] * 3
    m[1][0] = x[1] * 2
    return m[0][0] * m[2][0] + x[0]


@program(X)
def default_mutable(x):
    def f(v, acc=[]):
        acc.append(v)
        return acc

    f(x[0])
    r = f(x[1])
    return r[0] * r[1] * len(r)


@program(X)
def dict_iter_mutate(x):
    d = {k: x[k] for k in range(4)}
    for k in list(d):
        if k % 2:
            d[k + 10] = d.pop(k) * 2
    s = 0.0
    for i, (k, v) in enumerate(d.items()):
        s += (i + 1) * v * v
    return s


@program(X)
def class_attr_shared(x):
    class C:
        total = 0.0

        def add(self, v):
            self.total = self.total + v
            return self

    a, b = C(), C()
    a.add(x[0]).add(x[1] * x[2])
    b.add(x[3])
    C.total = 7.0
    return a.total * b.total + C().total * x[0]


@program(X)
def closure_late(x):
    fs = []
    for k in range(3):

        def f(v):
            return v * k + x[k]

        fs.append(f)
    return sum(f(x[3]) for f in fs)


@program(X)
def swap_list_of_arrays(x):
    a = [x * 1.0, x * 2.0]
    a[0], a[1] = a[1], a[0]
    a[0][1] = a[1][2] * 3
    a[1] *= a[0]
    return np.sum(a[0]) + np.sum(a[1])


@program(X)
def sorted_key(x):
    s = sorted(x, key=lambda v: -v)
    pairs = sorted(((v * v, i) for i, v in enumerate(x)), reverse=True)
    return s[0] * s[1] + pairs[0][0] * pairs[0][1] + min(x, key=abs) * max(x)


@program(X)
def slice_assign_list(x):
    l = [v * 2 for v in x]
    l[1:3] = [x[0]]
    l[::2] = [l[1], l[0]]
    l.insert(1, x[3])
    l.extend(v for v in x[:1])
    l.reverse()
    t = l.pop(0)
    return sum(i * v for i, v in enumerate(l)) + t * t


@program(X)
def stack_machine(x):
    st = []
    for op in "0 1 * 2 + 3 *".split():
        if op == "*":
            b, a = st.pop(), st.pop()
            st.append(a * b)
        elif op == "+":
            b, a = st.pop(), st.pop()
            st.append(a + b)
        else:
            st.append(x[int(op)])
    return st.pop()


@program(X)
def memo(x):
    cache = {}

    def fib(n):
        if n < 2:
            return x[n]
        if n not in cache:
            cache[n] = fib(n - 1) * 0.5 + fib(n - 2)
        return cache[n]

    return fib(6) * len(cache)


@program(X)
def nested_gen(x):
    def walk(t):
        for v in t:
            if isinstance(v, (list, tuple)):
                yield from walk(v)
            else:
                yield v

    return sum(i * v * v for i, v in enumerate(walk([x[0], (x[1], [x[2], x[3]])])))


@program(X)
def try_finally_store(x):
    z = x.copy()
    for k in range(6):
        try:
            z[k] *= 2
            if z[k] < 0:
                raise ValueError
        except IndexError:
            z[0] += 1
            break
        except ValueError:
            continue
        finally:
            z[3] += 0.1
    return np.sum(z * z)


@program(X)
def setattr_getattr(x):
    class Bag:
        pass

    o = Bag()
    for n, v in zip("abcd", x):
        setattr(o, n, v * v)
    o.a += o.b
    return getattr(o, "a") * o.c + vars(o)["d"] + getattr(o, "zz", x[0])


@program(X)
def prop_setter(x):
    class T:
        def __init__(s):
            s._v = x[0]

        @property
        def v(s):
            return s._v * 2

        @v.setter
        def v(s, n):
            s._v = n * n

    t = T()
    t.v = t.v + x[1]
    t.v += 1
    return t.v * x[2]


@program(A)
def inplace_ops_obj(a):
    class M:
        def __init__(s, d):
            s.d = d

        def __iadd__(s, o):
            s.d += o.d
            return s

        def __matmul__(s, o):
            return M(s.d @ o.d)

        def __getitem__(s, i):
            return s.d[i]

        def __setitem__(s, i, v):
            s.d[i] = v

    m = M(a.copy())
    n = m
    m += M(a * 2)
    m[0] = n[1] * n[2]
    return np.sum((m @ n)[1:])


@program(X)
def walrus_comp(x):
    out = [y for v in x if (y := v * v) > 0.3]
    return sum(out) + y


@program(X)
def star_swap(x):
    a, *b = x
    *c, d = b
    (e, f), g = c, d
    return a * e + f * g


@program(X)
def divmod_pow_round(x):
    q, r = divmod(x[2], 0.9)
    return q * x[0] + r * x[1] + pow(x[0], 3) + round(x[2], 1) * x[3] + abs(x[1])


@program(X)
def reduce_partial(x):
    g = functools.partial(lambda a, b, c: a * b + c, c=x[3])
    return (
        functools.reduce(g, [x[0], x[1], x[2]])
        + sum(map(lambda a, b: a * b, x[:2], x[2:]))
        + sum(filter(lambda v: v > 1, x))
    )


@program(X)
def array_of_list_alias(x):
    l = [x[0] * 2, x[1]]
    a = np.array(l)
    l[0] = 3.0
    a[1] = a[0] * l[0]
    return np.sum(a * a) + l[0] * l[1]
