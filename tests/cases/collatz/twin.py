def df(x, n):
    y = x
    tape = []
    while n != 1:
        even = n % 2 == 0
        tape.append((even, y))
        if even:
            n = n // 2
            y = y * x
        else:
            n = 3 * n + 1
            y = y + x
    dx = 0.0
    dy = 1.0
    for _ in range(len(tape)):
        even, y = tape.pop()
        if even:
            dx += dy * y
            dy = dy * x
        else:
            dx += dy
    return (float(dx + dy),)
