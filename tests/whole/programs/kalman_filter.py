"""Negative log likelihood of an extended Kalman filter that tracks a pendulum."""

import numpy as np

WRT = (0, 1, 2)


class ExtendedKalmanFilter:
    """State estimate with covariance, for given models of motion and of measurement."""

    def __init__(self, x0, P0, Q, R, dt):
        self.x = x0
        self.P = P0
        self.Q = Q
        self.R = R
        self.dt = dt
        self.log_likelihood = 0.0

    def predict(self, length):
        angle, rate = self.x
        g = 9.81
        F = np.eye(2)
        F[0, 1] = self.dt
        F[1, 0] = -g / length * np.cos(angle) * self.dt
        self.x = np.array([angle + rate * self.dt, rate - g / length * np.sin(angle) * self.dt])
        self.P = F @ self.P @ F.T + self.Q

    def update(self, z):
        H = np.array([[np.cos(self.x[0]), 0.0]])
        innovation = z - np.sin(self.x[0])
        S = (H @ self.P @ H.T + self.R)[0, 0]
        K = self.P @ H.T / S
        self.x = self.x + K[:, 0] * innovation
        self.P = (np.eye(2) - K @ H) @ self.P
        self.log_likelihood += -0.5 * (np.log(2 * np.pi * S) + innovation**2 / S)


def loss(x0, length, noise, measurements):
    kf = ExtendedKalmanFilter(
        x0=x0.copy(), P0=0.1 * np.eye(2), Q=np.diag(noise**2), R=0.05, dt=0.05
    )
    for z in measurements:
        kf.predict(length)
        kf.update(z)
    return -kf.log_likelihood


def SAMPLE(rng):
    times = 0.05 * np.arange(12)
    measurements = 0.4 * np.cos(3.0 * times) + 0.05 * rng.normal(size=12)
    return (rng.uniform(0.2, 0.5, 2), 1.1, rng.uniform(0.05, 0.2, 2), measurements)
