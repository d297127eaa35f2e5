"""Flight of a sounding rocket with a throttle table, drag and burn-out, until it falls back."""

import math

WRT = ("throttle", "mass_dry")
G0 = 9.80665


def air_density(altitude):
    if altitude < 0.0:
        return 1.225
    return 1.225 * math.exp(-altitude / 8500.0)


class Rocket:
    """Mass, height and speed of a rocket in vertical flight."""

    exhaust_speed = 2200.0
    area = 0.03

    def __init__(self, mass_dry, fuel):
        self.mass_dry = mass_dry
        self.fuel = fuel
        self.height = 0.0
        self.speed = 0.0

    @property
    def mass(self):
        return self.mass_dry + self.fuel

    def drag(self):
        return 0.5 * air_density(self.height) * 0.4 * self.area * self.speed * abs(self.speed)

    def advance(self, flow, dt):
        if self.fuel <= 0.0:
            flow = 0.0
        thrust = flow * self.exhaust_speed
        acceleration = (thrust - self.drag()) / self.mass - G0
        self.speed += acceleration * dt
        self.height += self.speed * dt
        self.fuel -= flow * dt


def loss(throttle, mass_dry, target):
    rocket = Rocket(mass_dry, fuel=12.0)
    dt = 0.25
    apogee = 0.0
    used = 0.0
    step = 0
    while step < 200:
        flow = throttle[min(step // 8, len(throttle) - 1)]
        rocket.advance(flow, dt)
        used += flow * dt if rocket.fuel > 0 else 0.0
        apogee = max(apogee, rocket.height)
        if rocket.speed < 0.0 and step > 20:
            break
        step += 1
    return (apogee / target - 1.0) ** 2 + 1e-3 * used


def SAMPLE(rng):
    return (rng.uniform(1.5, 2.2, 3), 20.0 + rng.random(), 3000.0)
