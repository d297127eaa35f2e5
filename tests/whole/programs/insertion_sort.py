"""A robust location by sorting in place with an insertion sort, then a Gini index."""

WRT = 0


def insertion_sort(a):
    for i in range(1, len(a)):
        key = a[i]
        j = i - 1
        while j >= 0 and a[j] > key:
            a[j + 1] = a[j]
            j -= 1
        a[j + 1] = key


def bubble_pass(a):
    for i in range(len(a) - 1):
        if a[i] > a[i + 1]:
            a[i], a[i + 1] = a[i + 1], a[i]
    return a


def loss(values, weights):
    first = bubble_pass(values.copy())
    insertion_sort(values)
    n = len(values)
    gini = 0.0
    for rank, v in enumerate(values, 1):
        gini += (2 * rank - n - 1) * v
    gini /= n * sum(values)
    return gini + values[n // 2] ** 2 + (first * weights).sum()


def SAMPLE(rng):
    return (rng.uniform(0.5, 3.0, 7), rng.normal(size=7))
