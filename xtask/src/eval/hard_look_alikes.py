"""Pictures that look alike and are not the same, and pictures that are soft by right or by mistake.

Each family is drawn by dice of its own for every picture; what all of a family share comes from a second pair.
"""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from hard_changes import font, mapped, sentence


def page(dice, _family, _at):
    """A page of text."""
    picture = Image.new("RGB", (600, 800), "white")
    draw = ImageDraw.Draw(picture)
    if dice.random() < 0.5:
        draw.text((60, 40), sentence(dice, 3).title(), "black", font(28))
    for line in range(30):
        if dice.random() < 0.88:
            draw.text((60, 100 + 22 * line), sentence(dice, 11)[:58], "black", font(16))
    return picture


def form(dice, family, _at):
    """One form, filled in by different hands."""
    picture = Image.new("RGB", (640, 820), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 640, 70), fill=(30, 70, 130))
    draw.text((30, 20), "APPLICATION FOR A PERMIT", "white", font(26))
    for line in range(15):
        top = 100 + 46 * line
        draw.text((30, top), sentence(family, 3), (60, 60, 60), font(14))
        draw.rectangle((230, top - 4, 610, top + 26), outline=(150, 150, 150))
        draw.text((238, top), sentence(dice, dice.randrange(1, 6)), (20, 20, 120), font(17))
    return picture


def chart(dice, _family, _at):
    """A chart of one program: bars or a line, other numbers each time."""
    picture = Image.new("RGB", (720, 480), "white")
    draw = ImageDraw.Draw(picture)
    draw.line((60, 40, 60, 430, 690, 430), fill="black", width=2)
    for line in range(1, 8):
        draw.line((60, 430 - 50 * line, 690, 430 - 50 * line), fill=(225, 225, 225))
    if dice.random() < 0.5:
        for bar in range(12):
            left, high = 75 + 51 * bar, dice.uniform(20, 370)
            draw.rectangle((left, 430 - high, left + 34, 430), fill=(60, 110, 190))
    else:
        level, points = dice.uniform(100, 300), []
        for step in range(40):
            level = min(370, max(10, level + dice.uniform(-60, 60)))
            points.append((65 + 16 * step, 430 - level))
        draw.line(points, fill=(200, 60, 60), width=3)
    return picture


def screen(dice, family, _at):
    """A screen of one program, with other contents."""
    picture = Image.new("RGB", (1000, 640), (250, 250, 252))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 1000, 44), fill=(45, 50, 62))
    draw.text((16, 10), "Ledger  -  invoices", "white", font(20))
    draw.rectangle((0, 44, 190, 640), fill=(232, 234, 240))
    for line in range(14):
        draw.text((20, 64 + 38 * line), sentence(family, 2), (60, 60, 70), font(15))
    for line in range(19):
        top = 60 + 29 * line
        draw.line((206, top + 24, 985, top + 24), fill=(225, 226, 230))
        draw.text((210, top), f"{dice.randrange(10**6):06d}", (30, 30, 40), font(15))
        draw.text((310, top), sentence(dice, dice.randrange(2, 7)), (30, 30, 40), font(15))
        draw.text((880, top), f"{dice.uniform(1, 9999):.2f}", (30, 30, 40), font(15))
    return picture


def editor(dice, _family, _at):
    """A dark editor with some program text."""
    picture = Image.new("RGB", (960, 600), (30, 32, 40))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 960, 30), fill=(55, 58, 70))
    deep = 0
    for line in range(27):
        deep = min(5, max(0, deep + dice.choice([-1, 0, 0, 1])))
        draw.text((10, 38 + 20 * line), str(line + 1), (110, 110, 120), font(14))
        ink = dice.choice([(200, 200, 210), (120, 180, 250), (240, 170, 110), (140, 210, 140)])
        draw.text((50 + 28 * deep, 38 + 20 * line), sentence(dice, dice.randrange(1, 8)), ink, font(14))
    return picture


def bottle(draw, x, y, wide, high, colour, label):
    draw.rounded_rectangle((x - wide, y - high, x + wide, y + high), wide * 0.4, fill=colour)
    neck = wide * 0.4
    draw.rectangle((x - neck, y - 1.45 * high, x + neck, y - 0.9 * high), fill=colour)
    draw.rectangle((x - wide, y - 0.3 * high, x + wide, y + 0.4 * high), fill=label)


def goods(dice, _family, _at):
    """Goods on white, all of one kind: other sizes, colours and labels."""
    picture = Image.new("RGB", (640, 640), "white")
    draw = ImageDraw.Draw(picture)
    colour = tuple(dice.randrange(20, 220) for _ in range(3))
    label = tuple(dice.randrange(120, 255) for _ in range(3))
    wide, high = dice.uniform(70, 130), dice.uniform(120, 190)
    bottle(draw, 320, 350, wide, high, colour, label)
    draw.text((320, 360), sentence(dice, 2), "black", font(dice.uniform(16, 30)), anchor="mm")
    return picture.filter(ImageFilter.GaussianBlur(0.7))


def in_colours(dice, family, at):
    """One drawing on white in another colour each: five drawings in eight colours."""
    drawing = at % 5
    for _ in range(drawing):
        family.random()
    picture = Image.new("RGB", (600, 600), "white")
    draw = ImageDraw.Draw(picture)
    turn = at // 5
    colour = tuple(round(130 + 100 * math.cos(2 * math.pi * (turn / 8 + part / 3))) for part in range(3))
    wide, high = family.uniform(50, 110), family.uniform(80, 150)
    if drawing % 2:
        draw.ellipse((300 - wide, 300 - high, 300 + wide, 300 + high), fill=colour)
        draw.ellipse((300 - wide / 3, 300 - high / 3, 300 + wide / 3, 300 + high / 3), fill="white")
    else:
        bottle(draw, 300, 330, wide, high, colour, tuple((255 + part) // 2 for part in colour))
    return picture


def night(dice, _family, _at):
    """A night frame: a few lights on next to black, and the noise of the sensor."""
    picture = Image.new("RGB", (720, 480), (5, 6, 12))
    draw = ImageDraw.Draw(picture)
    for _ in range(dice.randrange(8, 22)):
        x, y, r = dice.uniform(0, 720), dice.uniform(180, 480), dice.uniform(2, 7)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=(255, dice.randrange(180, 250), dice.randrange(90, 200)))
    random = np.random.default_rng(dice.randrange(1 << 30))
    picture = picture.filter(ImageFilter.GaussianBlur(1))
    return mapped(picture, lambda values: values + random.normal(0, 3, values.shape))


def guard(dice, _family, at):
    """One camera at night: the same yard, at times something in it. Nobody would keep only one."""
    picture = Image.new("RGB", (720, 480), (12, 13, 16))
    draw = ImageDraw.Draw(picture)
    draw.polygon([(0, 480), (720, 480), (520, 250), (200, 250)], fill=(28, 29, 32))
    draw.rectangle((470, 90, 640, 250), fill=(22, 24, 30))
    x, y = dice.uniform(60, 640), dice.uniform(260, 400)
    draw.rectangle((x, y, x + dice.uniform(20, 120), y + dice.uniform(40, 80)), fill=(dice.randrange(60, 200),) * 3)
    draw.text((10, 455), f"CAM 2  {at:02d}:{dice.randrange(60):02d}", (190, 190, 190), font(16))
    random = np.random.default_rng(dice.randrange(1 << 30))
    return mapped(picture, lambda values: values + random.normal(0, 4, values.shape))


def flat(dice, _family, _at):
    return Image.new("RGB", (512, 384), tuple(dice.randrange(256) for _ in range(3)))


def gradient(dice, _family, _at):
    one, other = (np.array([dice.uniform(0, 255) for _ in range(3)]) for _ in range(2))
    ramp = np.linspace(0, 1, 400)
    values = one + (other - one) * ramp[:, None]
    values = np.repeat(values[None], 300, 0) if dice.random() < 0.5 else np.repeat(values[:300, None], 400, 1)
    return Image.fromarray(values.astype(np.uint8))


def icon(dice, _family, _at):
    """A flat sign in one colour on another."""
    ground, ink = (tuple(dice.randrange(256) for _ in range(3)) for _ in range(2))
    picture = Image.new("RGB", (400, 400), ground)
    draw = ImageDraw.Draw(picture)
    for _ in range(dice.randrange(1, 4)):
        x, y, r = dice.uniform(100, 300), dice.uniform(100, 300), dice.uniform(30, 110)
        shape = dice.randrange(3)
        if shape == 0:
            draw.ellipse((x - r, y - r, x + r, y + r), fill=ink)
        elif shape == 1:
            draw.rectangle((x - r, y - r, x + r, y + r), fill=ink)
        else:
            draw.regular_polygon((x, y, r), dice.choice([3, 5, 6]), fill=ink)
    return picture


def sky(dice, _family, _at):
    """A night sky: stars of all sizes on a glow."""
    y = np.linspace(0, 1, 480)[:, None, None]
    values = np.array([8, 10, 20]) + y * np.array([dice.uniform(5, 30), dice.uniform(5, 25), dice.uniform(10, 30)])
    picture = Image.fromarray(np.broadcast_to(values, (480, 720, 3)).astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    for _ in range(dice.randrange(60, 400)):
        x, y = dice.uniform(0, 720), dice.uniform(0, 480)
        r, light = dice.choice([0.5, 0.5, 0.5, 1, 1.5]), dice.randrange(90, 255)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=(light, light, light))
    return picture


LOOK_ALIKES = {
    "page": page,
    "form": form,
    "chart": chart,
    "screen": screen,
    "editor": editor,
    "goods": goods,
    "in_colours": in_colours,
    "night": night,
    "guard": guard,
    "flat": flat,
    "gradient": gradient,
    "icon": icon,
    "sky": sky,
}


def spread_to(picture, spread):
    """The picture with this standard deviation of luma, about its own mean light."""
    luma = np.asarray(picture.convert("L"), np.float32)
    middle, factor = luma.mean(), spread / max(1.0, luma.std())
    return mapped(picture, lambda values: middle + (values - middle) * min(1.0, factor))


def blurred(picture, dice, _at):
    return picture.filter(ImageFilter.GaussianBlur(dice.choice([4, 5, 6, 8])))


def blurred_faint(picture, dice, at):
    """Blurred, and of little contrast."""
    return blurred(spread_to(picture, 9 + at % 8), dice, at)


def blurred_shaken(picture, dice, _at):
    """Moved while it was taken."""
    length, angle = dice.choice([14, 20, 26]), dice.uniform(0, math.pi)
    values = np.asarray(picture, np.float32)
    moved = np.zeros_like(values)
    for step in range(length):
        x, y = (round((step - length / 2) * part(angle)) for part in (math.cos, math.sin))
        moved += np.roll(values, (y, x), (0, 1))
    return Image.fromarray((moved / length).astype(np.uint8))


def faint(picture, _dice, at):
    """As sharp as it was, with little contrast: a hazy day."""
    return spread_to(picture, 9 + at % 8)


def fog(picture, dice, _at):
    """Fog: far things are faint and soft, near branches are sharp."""
    far = spread_to(picture.filter(ImageFilter.GaussianBlur(5)), dice.uniform(5, 10))
    far = mapped(far, lambda values: 190 + (values - values.mean()))
    draw = ImageDraw.Draw(far)
    ends = [(dice.uniform(0, far.width), far.height, -math.pi / 2, 0.2 * far.height, 6.0) for _ in range(2)]
    while ends:
        x, y, angle, length, wide = ends.pop()
        to = (x + length * math.cos(angle), y + length * math.sin(angle))
        draw.line((x, y, *to), fill=(95, 100, 105), width=max(1, round(wide)))
        if wide > 1.2:
            ends += [(*to, angle + dice.uniform(-0.7, 0.7), length * 0.8, wide * 0.65) for _ in range(3)]
    return far


def thick_fog(picture, dice, _at):
    """Fog in which nothing is near."""
    far = spread_to(picture.filter(ImageFilter.GaussianBlur(9)), dice.uniform(2, 5))
    return mapped(far, lambda values: 185 + (values - values.mean()))


def shallow(picture, dice, _at):
    """A sharp subject before a soft ground."""
    soft = picture.filter(ImageFilter.GaussianBlur(dice.choice([5, 7])))
    mask = Image.new("L", picture.size, 0)
    x, y = (dice.uniform(0.35, 0.65) * side for side in picture.size)
    r = dice.uniform(0.18, 0.28) * min(picture.size)
    ImageDraw.Draw(mask).ellipse((x - r, y - r, x + r, y + r), fill=255)
    return Image.composite(picture, soft, mask.filter(ImageFilter.GaussianBlur(6)))


QUALITY = {
    "blur": blurred,
    "blur_faint": blurred_faint,
    "shallow": shallow,
    "faint": faint,
    "fog": fog,
    "blur_shaken": blurred_shaken,
    "thick_fog": thick_fog,
    "plain": lambda picture, dice, at: picture,
}
