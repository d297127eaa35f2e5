def df(u, v, m):
    z = u * v + m
    # return np.sum(z**2)
    dz = 2 * z
    # z = u * v + m
    du = (dz * v).sum(axis=1, keepdims=True)
    dv = (dz * u).sum(axis=0, keepdims=True)
    return du, dv
