"""Price of a European call; its derivatives are the Greeks."""
import math

SAMPLE = lambda rng: dict(s=100.0, k=95.0, sigma=0.2, r=0.03, t=1.5)
WRT = ("s", "sigma")


def price(s, k, sigma, r, t):
    v = sigma * math.sqrt(t)
    d1 = (math.log(s / k) + r * t) / v + 0.5 * v
    d2 = d1 - v
    n1 = 0.5 * (1 + math.erf(d1 / math.sqrt(2)))
    n2 = 0.5 * (1 + math.erf(d2 / math.sqrt(2)))
    return s * n1 - k * math.exp(-r * t) * n2
