"""Indoor and city scenes of the demo: functions of the time in seconds."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

from vidgist.demo.canvas import HEIGHT, WIDTH, Color, disc, gradient, ridge, ring_of, scatter


def presenter(t: float) -> Image.Image:
    """Draw somebody who talks at a desk, before a wall with a screen."""
    image = gradient((38, 92, 112), (24, 58, 78)).copy()
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((760, 70, 1200, 370), 18, (14, 30, 44), outline=(90, 170, 190), width=6)
    for k in range(7):
        tall = 90 + 70 * math.sin(1.3 * t + 0.9 * k)
        draw.rectangle((800 + 54 * k, 340 - tall, 836 + 54 * k, 340), (240, 170 - 12 * k, 60))
    sway = 10 * math.sin(1.7 * t)
    x = 420 + sway
    draw.polygon(
        [
            (x - 190, 640),
            (x - 140, 430),
            (x - 50, 390),
            (x + 50, 390),
            (x + 140, 430),
            (x + 190, 640),
        ],
        (44, 46, 92),
    )
    draw.polygon([(x - 50, 388), (x + 50, 388), (x, 500)], (240, 240, 245))
    draw.polygon(
        [(x - 12, 404), (x + 12, 404), (x + 20, 490), (x, 512), (x - 20, 490)], (196, 44, 56)
    )
    draw.rectangle((x - 34, 330, x + 34, 400), (214, 160, 126))
    disc(draw, (x, 250), 104, (228, 176, 140), squash=1.16)
    draw.pieslice((x - 112, 112, x + 112, 330), 180, 360, (70, 44, 30))
    shut = t % 2.6 < 0.12
    for side in (-40, 40):
        disc(draw, (x + side, 256), 14, (250, 250, 250), squash=0.15 if shut else 1)
        if not shut:
            disc(draw, (x + side + 4 * math.sin(t), 257), 7, (40, 30, 30))
    opened = abs(math.sin(9 * t)) * abs(math.sin(2.1 * t + 0.4))
    disc(draw, (x, 318), 30, (120, 34, 40), squash=0.14 + 0.6 * opened)
    wave = math.sin(3.1 * t)
    hand = (x + 250 + 20 * wave, 430 - 70 * max(0.0, wave))
    draw.line([(x + 140, 470), (x + 220, 560), hand], (44, 46, 92), width=58, joint="curve")
    disc(draw, hand, 36, (228, 176, 140))
    draw.polygon([(0, 610), (WIDTH, 580), (WIDTH, HEIGHT), (0, HEIGHT)], (122, 78, 50))
    draw.line([(0, 612), (WIDTH, 582)], (168, 116, 78), width=10)
    return image


def city(t: float) -> Image.Image:
    """Draw a city at night that passes by."""
    image = gradient((8, 10, 34), (30, 28, 74), (70, 46, 100)).copy()
    draw = ImageDraw.Draw(image)
    for x, y, size, turn in scatter(2, 90):
        light = int(150 + 100 * math.sin(4 * t + 20 * turn))
        disc(draw, (x * WIDTH, y * 380), 1.5 + 2.5 * size, (light, light, 220))
    disc(draw, (1040, 130), 70, (250, 244, 214))
    disc(draw, (1068, 114), 62, (20, 20, 56))
    for depth, (speed, body, lit) in enumerate(
        ((40, (34, 32, 78), (150, 130, 110)), (130, (16, 16, 40), (255, 214, 110)))
    ):
        for n, (a, b, c, _) in enumerate(scatter(30 + depth, 16)):
            wide = 120 + 60 * b
            x = (n * 130 - speed * t) % (16 * 130) - 200
            if x > WIDTH:
                continue
            top = 620 - (170 + 250 * a) * (1.25 - 0.35 * depth)
            draw.rectangle((x, top, x + wide, 640), body)
            for row in range(int((620 - top) / 44)):
                for column in range(int(wide / 34)):
                    if math.sin(7 * row + 11 * column + 50 * c + 0.2 * int(2 * t)) > -0.1:
                        left, high = x + 10 + 34 * column, top + 14 + 44 * row
                        draw.rectangle((left, high, left + 15, high + 22), lit)
    draw.rectangle((0, 630, WIDTH, HEIGHT), (26, 26, 32))
    for n in range(7):
        x = (n * 260 + 330 * t) % 1700 - 200
        draw.rounded_rectangle((x, 648, x + 116, 684), 14, ((190, 40, 50), (60, 90, 190))[n % 2])
        disc(draw, (x + 112, 668), 10, (255, 250, 210))
    return image


def aquarium(t: float) -> Image.Image:
    """Draw fish, weed and bubbles."""
    image = gradient((60, 190, 214), (16, 110, 170), (6, 44, 96)).copy()
    draw = ImageDraw.Draw(image)
    draw.polygon(ridge(650, 22, waves=2.2, shift=1.0), (196, 170, 116))
    for n, (a, b, _, _) in enumerate(scatter(4, 16)):
        x, tall = a * WIDTH, 120 + 200 * b
        points = [
            (x + k * 3 * math.sin(1.6 * t + n + 0.5 * k), 670 - tall * k / 8) for k in range(9)
        ]
        draw.line(points, (20, 120 + 50 * (n % 3), 70), width=18, joint="curve")
    colors: tuple[Color, ...] = ((255, 140, 40), (250, 220, 70), (240, 90, 120), (130, 230, 190))
    for n, (a, b, c, d) in enumerate(scatter(5, 13)):
        size, way = 34 + 52 * c, 1 if d > 0.45 else -1
        x = (a * 1600 + way * (90 + 130 * b) * t) % 1600 - 160
        y = 90 + 470 * b + 18 * math.sin(2 * t + n)
        tail = x - way * size * (1.15 + 0.1 * math.sin(11 * t + n))
        color = colors[n % 4]
        draw.polygon(
            [(x - way * size * 0.7, y), (tail, y - size * 0.5), (tail, y + size * 0.5)], color
        )
        disc(draw, (x, y), size, color, squash=0.56)
        draw.line([(x, y - size * 0.5), (x, y + size * 0.5)], (255, 250, 240), width=int(size / 6))
        disc(draw, (x + way * size * 0.6, y - size * 0.12), size / 8, (20, 20, 30))
    for a, b, c, d in scatter(6, 34):
        y = HEIGHT - (b * 800 + (90 + 120 * d) * t) % 800
        x = a * WIDTH + 10 * math.sin(3 * t + 30 * c)
        disc(draw, (x, y), 5 + 12 * c, outline=(210, 244, 255), width=3)
    return image


def clock(t: float) -> Image.Image:
    """Draw a large clock with a pendulum."""
    image = gradient((150, 96, 54), (96, 56, 30)).copy()
    draw = ImageDraw.Draw(image)
    for k in range(0, WIDTH, 160):
        draw.line([(k, 0), (k + 30, HEIGHT)], (84, 48, 26), width=6)
    swing = 0.5 * math.sin(3.2 * t)
    bob = (640 + 430 * math.sin(swing), 330 + 340 * math.cos(swing))
    draw.line([(640, 330), bob], (220, 180, 90), width=16)
    disc(draw, bob, 62, (240, 200, 100), outline=(170, 130, 50), width=8)
    disc(draw, (640, 300), 268, (60, 34, 22))
    disc(draw, (640, 300), 244, (250, 244, 228))
    for k, (x, y) in enumerate(ring_of((640, 300), 208, 12)):
        disc(draw, (x, y), 16 if k % 3 == 0 else 8, (40, 30, 26))
    for speed, reach, width in ((0.35, 120, 22), (2.4, 176, 13)):
        x, y = 640 + reach * math.sin(speed * t), 300 - reach * math.cos(speed * t)
        draw.line([(640, 300), (x, y)], (30, 24, 22), width=width)
    x, y = 640 + 200 * math.sin(6.3 * t), 300 - 200 * math.cos(6.3 * t)
    draw.line([(640, 300), (x, y)], (206, 40, 40), width=6)
    disc(draw, (640, 300), 18, (206, 40, 40))
    return image


def disco(t: float) -> Image.Image:
    """Draw beams of light and a row of dancing bars."""
    image = gradient((26, 4, 46), (60, 8, 84)).copy()
    draw = ImageDraw.Draw(image)
    tints: tuple[Color, ...] = ((90, 30, 150), (150, 30, 110), (40, 60, 160), (130, 90, 30))
    for n, tint in enumerate(tints):
        aim = 0.75 * math.sin(1.9 * t + 1.7 * n)
        x, top = 220 + 280 * n, 0
        ends = [(x + 900 * math.tan(aim + w), 900) for w in (-0.11, 0.11)]
        draw.polygon([(x, top), *ends], tint)
    for k in range(16):
        beat = abs(math.sin(4.1 * t + 0.8 * k)) * (0.55 + 0.45 * math.sin(7.7 * t + 2.1 * k))
        tall = 40 + 330 * abs(beat)
        hue = 0.5 + 0.5 * np.cos(2 * math.pi * (k / 16 + 0.1 * t + np.array([0, 1 / 3, 2 / 3])))
        color = tuple(int(70 + 185 * h) for h in hue)
        for level in range(int(tall // 34) + 1):
            y = 680 - 34 * level
            draw.rounded_rectangle((70 + 72 * k, y - 26, 126 + 72 * k, y), 6, color)
    return image
