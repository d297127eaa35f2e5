def df(x):
    # return 2 * np.dot(x, x)
    return (4.0 * x,)
