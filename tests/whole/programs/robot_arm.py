"""Inverse kinematics of a planar arm: squared distance of the hand from its target."""

import math

LINKS = [0.5, 0.4, 0.25]
WRT = 0


def forward_kinematics(angles):
    x, y, heading = 0.0, 0.0, 0.0
    joints = [(x, y)]
    for length, angle in zip(LINKS, angles):
        heading += angle
        x += length * math.cos(heading)
        y += length * math.sin(heading)
        joints.append((x, y))
    return joints


def clearance(joint, centre, radius):
    dx = joint[0] - centre[0]
    dy = joint[1] - centre[1]
    distance = math.sqrt(dx**2 + dy**2)
    if distance < radius:
        return (radius - distance) ** 2
    return 0.0


def loss(angles, target):
    joints = forward_kinematics(angles)
    x, y = joints[-1]
    miss = (x - target[0]) ** 2 + (y - target[1]) ** 2
    penalty = 0.0
    for joint in joints[1:]:
        penalty += clearance(joint, (0.3, 0.1), 0.6)
    heading = sum(angles)
    return miss + 10.0 * penalty + 0.1 * math.atan2(math.sin(heading), math.cos(heading)) ** 2


def SAMPLE(rng):
    return (list(map(float, rng.uniform(0.1, 0.9, 3))), (0.6, 0.5))
