"""A PID controller with anti-windup and a clamped actuator, tuned on a tank model."""

from dataclasses import dataclass

WRT = 0


def clamp(value, low, high):
    return max(low, min(high, value))


@dataclass
class PID:
    """Controller state and gains."""

    kp: float
    ki: float
    kd: float
    integral: float = 0.0
    previous: float = 0.0

    def control(self, error, dt):
        derivative = (error - self.previous) / dt
        self.previous = error
        command = self.kp * error + self.ki * self.integral + self.kd * derivative
        limited = clamp(command, 0.0, 2.0)
        if limited == command:
            self.integral += error * dt
        return limited


def loss(gains, setpoint, dt):
    pid = PID(*gains)
    level = 0.2
    cost = 0.0
    for step in range(25):
        error = setpoint - level
        flow = pid.control(error, dt)
        level += dt * (flow - 0.6 * level**0.5)
        cost += abs(error) * dt + 0.01 * flow**2
        if step == 12:
            setpoint *= 0.8
    return cost


def SAMPLE(rng):
    return ((1.5 + 0.2 * rng.random(), 0.4 + 0.1 * rng.random(), 0.05), 1.0, 0.2)
