import math


def dprice(s, k, sigma, r, t):
    root = math.sqrt(t)
    v = sigma * root
    q = s / k
    u = (math.log(q) + r * t) / v
    d1 = u + 0.5 * v
    d2 = d1 - v
    z1 = d1 / math.sqrt(2)
    z2 = d2 / math.sqrt(2)
    n1 = 0.5 * (1 + math.erf(z1))
    c = 2 / math.sqrt(math.pi)
    dn1 = s
    dn2 = -(k * math.exp(-r * t))
    dd2 = dn2 * 0.5 * (c * math.exp(-(z2 * z2))) / math.sqrt(2)
    dd1 = dd2 + dn1 * 0.5 * (c * math.exp(-(z1 * z1))) / math.sqrt(2)
    dv = 0.5 * dd1 - dd2 - dd1 * u / v
    ds = n1 + dd1 / v / q / k
    dsigma = dv * root
    return ds, dsigma
