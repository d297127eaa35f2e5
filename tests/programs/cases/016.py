# A choice of arrays that a cotangent is added into.

import math

import numpy as np

SCALE = -0.52


def helper2(e, k=-1.2):
    if abs(SCALE) > -0.45:
        k *= 0.12
        k /= 1.3
        loss = np.sqrt(1.0 + (SCALE) * (SCALE))
    else:
        k *= 1.16
        k /= 1.3
        v1 = np.where((np.where((np.zeros(3) + SCALE) > 0.01, np.full(3, SCALE), np.ones(3)) + (np.full(1, k) if -0.51 < (SCALE * -0.1) < 0.28 else np.ones(1))) < -0.9, ((k * k) * (e).sum()), np.tanh(np.cos(np.ones(3))))
    return ((1.2 + (np.ones((4, 3))) ** 2) ** 0.5) @ (np.log(1.5 + ((np.zeros(3) + e[-3])) ** 2))


def helper3(e, k=0.03):
    u = ((np.where(np.ones(4) < 0.49, (np.zeros(4) + -0.86), np.ones(4)) + np.max(np.ones(4))) + np.tanh((np.ones(1) if np.sin(-0.3) <= -0.13 else (np.zeros(1) + -1.13))))
    return np.tanh((-u[0]))


def helper4(e, k=-0.25):
    k = abs(helper3((-1.2 if not not np.sum(np.full(4, SCALE) * (np.full(4, k))) >= -0.45 else -0.19), k=np.mean((np.zeros(4) + 0.9))))
    B = ((1.2 + (np.sin(np.ones(3))) ** 2) ** np.tanh(0.25))[:, None] * (np.arctan(np.sin((np.zeros(4) + SCALE))))
    return helper3((-e))


def f(x, w):
    for i5 in range(2):
        if np.sum(x[i5:]) <= 0.02:
            break
        if -0.23 < (x).sum() < 0.51:
            break
        if i5 % 2 == 0:
            k8 = 0
            while k8 < 4:
                k8 += 1
                x = np.sin((math.tanh(helper3(SCALE)) * x))
            p = np.sin((np.sum(x[k8:]) + ((SCALE - SCALE)) ** 2))
        elif i5 > 0:
            flag9 = helper3(SCALE) <= 0.38
            if flag9:
                only10 = helper4((SCALE if i5 % 2 == 1 else SCALE), k=w[i5, (i5 + 1) % 4])
            if flag9:
                x = np.sin((np.concatenate((((x if ((np.sum(x[:i5]) > 0.5 and i5 > 2) and ((x[i5] - w[2 - i5, i5]) >= -0.64 or -0.66 < (SCALE * SCALE) < 0.37)) else x))[:-2], ((x if ((np.sum(x[:i5]) > 0.5 and i5 > 2) and ((x[i5] - w[2 - i5, i5]) >= -0.64 or -0.66 < (SCALE * SCALE) < 0.37)) else x))[-2:])) * x))
            t = only10 if flag9 else 1
    for e12 in ((-SCALE), (1 + w[i5 + 1, i5])):
        v14 = np.sin(np.where(np.tanh(np.log(1.5 + (np.ones(3)) ** 2)) > -0.83, (-(x).sum()), ((SCALE * np.ones(3)) * np.sin(np.ones(3)))))
        if i5 % 2 == 1:
            return 0
        w = np.sin(w)
    return 0.42 * e12 + 1.14 * np.sum(x) + 1.38 * SCALE + 1.1 * np.sum(w) + 0.3 * np.sum(np.sin(x))

POINTS = [(np.array([0.4878432999721598, 0.023079477133449267, -1.2660677511030716, 0.4211105931436805]), np.array([[-0.2745587838415924, 0.9131934216065545, 0.47036647417347766, -1.2407062077505553], [1.262702746419931, 0.9745942104316379, 0.10723097934229431, -0.39607086613593057], [0.439751041233996, -0.159665831376945, 0.9672901284100217, 0.031217650426483834]]),), (np.array([-0.22810041532893188, 0.39409140548155674, -0.6037659358937276, 0.36991449637180795]), np.array([[0.07800796600604376, -0.485114828361379, 0.44413462689567407, -0.46522287145525965], [-0.5328646426734236, -0.009221532920346664, -0.18040262565219622, 0.9583121122843161], [-0.6764284533331633, 0.931819322577274, -0.07610350281067668, 0.12789385745670034]]),), (np.array([-0.73251764880348, 1.0235003042208548, -0.4769272063084895, 0.8618001524721943]), np.array([[1.2877377468098226, 0.35832259057555516, 0.15589607090647006, 1.1616789918759036], [-0.0553154731696095, 0.2894323156695471, -1.2174700251535149, 0.19669472492332818], [-0.9489383516762435, -0.41456377301460057, -0.6173214839344948, -0.6971434404964011]]),)]
