import math


def dprice(s, k, sigma, r, t):
    # v = sigma * math.sqrt(t)
    tmp = math.sqrt(t)
    v = sigma * tmp
    # d1 = (math.log(s / k) + r * t) / v + 0.5 * v
    tmp_2 = s / k
    tmp_3 = (math.log(tmp_2) + r * t) / v
    d1 = tmp_3 + 0.5 * v
    d2 = d1 - v
    # n1 = 0.5 * (1 + math.erf(d1 / math.sqrt(2)))
    tmp_4 = math.sqrt(2)
    tmp_5 = d1 / tmp_4
    n1 = 0.5 * (1 + math.erf(tmp_5))
    # n2 = 0.5 * (1 + math.erf(d2 / math.sqrt(2)))
    tmp_6 = d2 / tmp_4
    dd2 = -0.5 * (k * math.exp(-r * t)) * (1.1283791670955126 * math.exp(-(tmp_6 * tmp_6))) / tmp_4
    # d2 = d1 - v
    dd1 = 0.5 * s * (1.1283791670955126 * math.exp(-(tmp_5 * tmp_5))) / tmp_4 + dd2
    # d1 = (math.log(s / k) + r * t) / v + 0.5 * v
    dv = 0.5 * dd1 - dd2 - tmp_3 / v * dd1
    ds = n1 + dd1 / v / tmp_2 / k
    # v = sigma * math.sqrt(t)
    dsigma = dv * tmp
    return ds, dsigma
