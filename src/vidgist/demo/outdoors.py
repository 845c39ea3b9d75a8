"""Outdoor scenes of the demo: functions of the time in seconds."""

from __future__ import annotations

import math

from PIL import Image, ImageDraw

from vidgist.demo.canvas import (
    HEIGHT,
    WIDTH,
    Color,
    blob,
    disc,
    gradient,
    mixed,
    ridge,
    ring_of,
    scatter,
    sprite,
)

NIGHT: Color = (10, 8, 32)


def sunrise(t: float) -> Image.Image:
    """Draw the sun that rises over the sea, and a sailing boat."""
    image = gradient((48, 44, 110), (214, 92, 104), (255, 190, 92), (255, 214, 140)).copy()
    rise = 400 - 45 * min(t, 8)
    glow = blob(700, (255, 236, 160), 190)
    image.paste(glow, (640 - 350, round(rise) - 350), glow)
    draw = ImageDraw.Draw(image)
    disc(draw, (640, rise), 96, (255, 244, 190))
    draw.rectangle((0, 430, WIDTH, HEIGHT), (40, 62, 116))
    for n, (a, b, c, _) in enumerate(scatter(1, 140)):
        y = 436 + 280 * a
        spread = 90 + 340 * a
        x = 640 + (2 * b - 1) * spread + 14 * math.sin(2 * t + 9 * c)
        half = (10 + 40 * a) * (0.6 + 0.4 * math.sin(5 * t + n))
        draw.line([(x - half, y), (x + half, y)], (255, 206, 130), width=4)
    x, y = 180 + 60 * t, 520 + 6 * math.sin(2.2 * t)
    draw.polygon([(x - 90, y), (x + 90, y), (x + 60, y + 36), (x - 66, y + 36)], (60, 30, 40))
    draw.polygon([(x, y - 10), (x, y - 190), (x + 88, y - 16)], (250, 246, 240))
    draw.polygon([(x - 8, y - 10), (x - 8, y - 160), (x - 72, y - 14)], (226, 110, 84))
    return image


def road(t: float) -> Image.Image:
    """Draw a drive along a road through green land."""
    image = gradient((90, 170, 240), (190, 224, 250), (190, 224, 250)).copy()
    draw = ImageDraw.Draw(image)
    bend = 200 * math.sin(0.7 * t)
    draw.polygon(ridge(360, 60, waves=1.4, shift=0.25 * t), (110, 140, 170))
    draw.rectangle((0, 360, WIDTH, HEIGHT), (88, 160, 66))

    def center(depth: float) -> float:
        return 640 + bend * depth**2

    def down(depth: float) -> float:
        return 360 + 360 * math.pow(1 - depth, 2.2)

    steps = [k / 24 for k in range(25)]
    left = [(center(d) - 24 - 540 * (1 - d) ** 2.2, down(d)) for d in steps]
    right = [(center(d) + 24 + 540 * (1 - d) ** 2.2, down(d)) for d in reversed(steps)]
    draw.polygon(left + right, (74, 76, 82))
    for k in range(8):
        far = 1 - ((k + 2.2 * t) % 8) / 8
        near = max(0.0, far - 0.05)
        a, b = 2 + 14 * (1 - far) ** 2.2, 2 + 14 * (1 - near) ** 2.2
        points = [
            (center(far) - a, down(far)),
            (center(far) + a, down(far)),
            (center(near) + b, down(near)),
            (center(near) - b, down(near)),
        ]
        draw.polygon(points, (250, 250, 240))
    order = sorted(range(14), key=lambda k: (k / 14 + 0.32 * t) % 1.0)
    for k in order:
        depth = 1 - (k / 14 + 0.32 * t) % 1.0
        size = (1 - depth) ** 2.2
        tree = sprite("pine", 8 * max(2, int(34 * size)))
        x = center(depth) + (-1 if k % 2 else 1) * (60 + 900 * size)
        image.paste(
            tree, (round(x - tree.width / 2), round(down(depth) - tree.height * 0.97)), tree
        )
    return image


def snow(t: float) -> Image.Image:
    """Draw a snowman among pines while it snows."""
    image = gradient((130, 160, 196), (196, 214, 234), (236, 242, 250)).copy()
    draw = ImageDraw.Draw(image)
    for n, (a, b, _, _) in enumerate(scatter(11, 11)):
        tree = sprite("pine", 120 + 8 * int(10 * b))
        image.paste(tree, (round(n * 125 - 60 + 40 * a), round(470 - tree.height + 50 * b)), tree)
    draw.polygon(ridge(500, 24, waves=1.3, shift=0.6), (244, 248, 253))
    lean = 5 * math.sin(1.8 * t)
    for y, r in ((590, 112), (440, 80), (328, 56)):
        disc(
            draw,
            (700 + lean * (600 - y) / 100, y),
            r,
            (252, 253, 255),
            outline=(200, 212, 226),
            width=4,
        )
    x = 700 + lean * 2.7
    for side in (-20, 20):
        disc(draw, (x + side, 314), 8, (30, 30, 36))
    draw.polygon([(x, 326), (x + 74, 342), (x, 344)], (240, 130, 40))
    draw.rectangle((x - 74, 268, x + 74, 284), (30, 32, 44))
    draw.rectangle((x - 46, 180, x + 46, 270), (30, 32, 44))
    draw.line([(x - 56, 384), (x + 60, 392)], (196, 40, 50), width=30)
    draw.line([(790, 440), (900, 380 + 30 * math.sin(4 * t))], (90, 62, 44), width=12)
    for a, b, c, d in scatter(12, 170):
        y = (b * 760 + (110 + 130 * c) * t) % 760 - 20
        drift = (a * 1320 + 40 * math.sin(1.1 * t + 9 * d) - 30 * t) % 1320 - 20
        disc(draw, (drift, y), 3 + 7 * c, (255, 255, 255))
    return image


def balloons(t: float) -> Image.Image:
    """Draw hot-air balloons above hills."""
    image = gradient((70, 150, 236), (150, 204, 250), (230, 240, 250)).copy()
    for n, (a, b, _, _) in enumerate(scatter(13, 6)):
        cloud = sprite("cloud", 220 + 60 * (n % 3))
        image.paste(cloud, (round((a * 1700 + 40 * t) % 1700 - 300), round(40 + 260 * b)), cloud)
    draw = ImageDraw.Draw(image)
    draw.polygon(ridge(600, 60, waves=1.1, shift=0.5), (126, 176, 96))
    draw.polygon(ridge(660, 40, waves=1.7, shift=2.2), (92, 150, 76))
    pairs: tuple[tuple[Color, Color], ...] = (
        ((226, 60, 60), (250, 214, 80)),
        ((70, 90, 200), (240, 240, 250)),
        ((40, 160, 120), (250, 170, 60)),
        ((170, 70, 180), (250, 190, 210)),
    )
    for n, (left, low, r) in enumerate(
        ((240, 420, 100), (560, 300, 150), (900, 470, 84), (1110, 260, 116))
    ):
        x, y = left + 22 * math.sin(0.8 * t + 2 * n), low - (16 + 7 * n) * t
        first, second = pairs[n]
        for side in (-0.45, 0.45):
            draw.line(
                [(x + side * r, y + 0.8 * r), (x + side * 0.4 * r, y + 1.7 * r)],
                (80, 60, 50),
                width=4,
            )
        draw.polygon(
            [
                (x - 0.8 * r, y + 0.6 * r),
                (x + 0.8 * r, y + 0.6 * r),
                (x + 0.3 * r, y + 1.4 * r),
                (x - 0.3 * r, y + 1.4 * r),
            ],
            first,
        )
        disc(draw, (x, y), r, first)
        for share in (0.72, 0.26):
            box = (x - share * r, y - r, x + share * r, y + r)
            draw.ellipse(box, second if share > 0.5 else first)
        draw.rectangle((x - 0.24 * r, y + 1.62 * r, x + 0.24 * r, y + 1.95 * r), (134, 90, 54))
    return image


def storm(t: float) -> Image.Image:
    """Draw rain and lightning over a field."""
    beat = t % 1.9
    flash = beat < 0.09 or 0.17 < beat < 0.24
    sky = ((120, 126, 150), (190, 196, 214)) if flash else ((30, 34, 46), (70, 78, 92))
    image = gradient(*sky).copy()
    draw = ImageDraw.Draw(image)
    for a, b, c, _ in scatter(14, 36):
        x = (a * 1700 + (30 + 40 * b) * t) % 1700 - 200
        shade = int(50 + 40 * c) + (50 if flash else 0)
        disc(draw, (x, 120 * b), 90 + 70 * c, (shade, shade + 4, shade + 14), squash=0.6)
    draw.polygon(ridge(610, 20, waves=1.5, shift=1.2), (40, 62, 44))
    if flash:
        jag = scatter(40 + int(t / 1.9), 10)
        x = 300 + 700 * jag[0, 1]
        points = [(x + 130 * (jag[k, 0] - 0.5), 120 + 52 * k) for k in range(10)]
        draw.line(points, (255, 255, 226), width=12, joint="curve")
        draw.line([points[4], (points[4][0] + 110, points[4][1] + 130)], (255, 255, 226), width=7)
    for a, b, c, _ in scatter(15, 210):
        y = (b * 800 + 1500 * t) % 800 - 60
        x = (a * 1500 - 420 * t) % 1500 - 100
        draw.line([(x, y), (x - 16, y + 40 + 30 * c)], (150, 166, 190), width=4)
    return image


def rocket(t: float) -> Image.Image:
    """Draw a rocket that takes off and climbs to the stars."""
    climb = max(0.0, t - 0.6)
    height = 60 * climb**2.1
    image = gradient((12, 16, 52), (84, 60, 128), (240, 150, 110)).copy()
    draw = ImageDraw.Draw(image)
    for a, b, c, _ in scatter(7, 70):
        disc(draw, (a * WIDTH, (b * 900 + 0.4 * height) % 900 - 120), 1 + 3 * c, (240, 240, 255))
    ground = 640 + 0.9 * height
    if ground < HEIGHT:
        draw.rectangle((0, ground, WIDTH, HEIGHT), (60, 50, 52))
    x, y = 640 + 3 * math.sin(40 * t), 400 - min(180.0, 0.35 * height) + 2 * math.sin(53 * t)
    for n, (a, b, c, _) in enumerate(scatter(8, 60)):
        age = (t * 0.9 + a) % 1.0
        down = y + 190 + 420 * age
        side = (2 * b - 1) * (40 + 330 * age)
        shade = int(236 - 70 * c)
        disc(
            draw,
            (x + side, min(down, ground + 20 * c)),
            20 + 80 * age,
            (shade, shade - 6, shade - 2 * (n % 9)),
        )
    flame = 120 + 50 * math.sin(37 * t) + 30 * math.sin(61 * t)
    draw.polygon([(x - 44, y + 170), (x + 44, y + 170), (x, y + 170 + 1.6 * flame)], (255, 150, 40))
    draw.polygon([(x - 22, y + 170), (x + 22, y + 170), (x, y + 170 + flame)], (255, 244, 180))
    for way in (-1, 1):
        draw.polygon(
            [(x + way * 54, y + 60), (x + way * 120, y + 180), (x + way * 54, y + 160)],
            (206, 50, 60),
        )
    draw.polygon([(x - 58, y - 80), (x, y - 220), (x + 58, y - 80)], (206, 50, 60))
    draw.rounded_rectangle((x - 58, y - 90, x + 58, y + 172), 16, (238, 240, 246))
    disc(draw, (x, y - 10), 30, (70, 130, 190), outline=(120, 126, 140), width=8)
    return image


def fireworks(t: float) -> Image.Image:
    """Draw bursts of sparks above a lake."""
    image = gradient(NIGHT, (16, 12, 44), (22, 16, 46)).copy()
    draw = ImageDraw.Draw(image)
    colors: tuple[Color, ...] = (
        (255, 90, 90),
        (255, 220, 90),
        (110, 220, 255),
        (230, 130, 255),
        (130, 255, 150),
    )
    for n, (a, b, _, _) in enumerate(scatter(9, 40)):
        age = t + 1.2 - 0.34 * n
        if not 0 <= age < 1.7:
            continue
        x, y = 160 + 960 * a, 120 + 230 * b
        fades = max(0.0, 1 - age / 1.7)
        color = mixed(NIGHT, colors[n % 5], fades)
        reach = 280 * (1 - math.exp(-2.6 * age))
        inner = 280 * (1 - math.exp(-2.6 * max(0.0, age - 0.2)))
        fall = 60 * age**2
        for ring, share in enumerate((1.0, 0.62, 0.3)):
            ends = ring_of((x, y + fall), reach * share, 26, turn=n + ring)
            begins = ring_of((x, y + 0.8 * fall), inner * share, 26, turn=n + ring)
            for begin, end in zip(begins, ends, strict=True):
                draw.line([begin, end], color, width=8)
                disc(draw, end, 6, color)
        glint = mixed((14, 12, 36), colors[n % 5], 0.6 * fades)
        for row, (c, d, _, _) in enumerate(scatter(50 + n, 12)):
            middle, half = x + 160 * (c - 0.5), 12 + 40 * d
            draw.line([(middle - half, 646 + 6 * row), (middle + half, 646 + 6 * row)], glint, 3)
    outline = ridge(610, 26, waves=2.6, shift=0.4)[1:-1]
    draw.polygon([*outline, (WIDTH, 640), (0, 640)], (3, 3, 8))
    return image
