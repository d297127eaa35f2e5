"""A portfolio of instruments priced by pattern matching over dataclasses."""

import math
from dataclasses import dataclass, field

WRT = ("curve", "portfolio")


@dataclass
class Curve:
    """A flat curve with a slope."""

    level: float
    slope: float

    def discount(self, t):
        return math.exp(-(self.level + self.slope * t) * t)


@dataclass
class Bond:
    """Coupons and redemption at par."""

    coupon: float
    years: int
    notional: float = 1.0


@dataclass
class Forward:
    """Delivery at a price."""

    strike: float
    years: int


@dataclass
class Portfolio:
    """Positions with their sizes."""

    positions: list = field(default_factory=list)
    cash: float = 0.0


def price(instrument, curve, spot):
    match instrument:
        case Bond(coupon=c, years=n) if c < 0.005:
            return instrument.notional * curve.discount(n)
        case Bond(coupon=c, years=n, notional=size):
            return size * (sum(c * curve.discount(t) for t in range(1, n + 1)) + curve.discount(n))
        case Forward(strike=k, years=n) if spot > 0:
            return spot - k * curve.discount(n)
        case _:
            raise TypeError(f"cannot price {instrument!r}")


def loss(curve, portfolio, spot):
    value = portfolio.cash
    for size, instrument in portfolio.positions:
        value += size * price(instrument, curve, spot)
    return value


def SAMPLE(rng):
    positions = [
        (2.0, Bond(0.05 + 0.01 * rng.random(), 4, 1.1)),
        (-1.5, Bond(0.0, 6)),
        (0.7, Forward(0.9 + 0.1 * rng.random(), 2)),
    ]
    return (Curve(0.03 + 0.01 * rng.random(), 0.002), Portfolio(positions, 0.5), 1.05)
