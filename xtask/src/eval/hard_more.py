"""More of what happens to pictures: changes of sets in which every photograph has few copies, beside those of
`hard_changes.py`."""

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from hard_changes import (
    CHANGES,
    brightness,
    caption_bar,
    cast,
    contrast,
    crop,
    font,
    frame,
    logo,
    mapped,
    noise,
    quality,
    scaled,
    sentence,
    then,
    turn,
    turned,
    watermark,
    written,
)


def blurred(radius):
    return lambda picture, dice, other: picture.filter(ImageFilter.GaussianBlur(radius * picture.width / 640))


def shaken(picture, dice, _):
    """Moved while it was copied."""
    values, length = np.asarray(picture, np.float32), picture.width // 60
    axis = dice.randrange(2)
    moved = [np.roll(values, step - length // 2, axis) for step in range(length)]
    return Image.fromarray(np.mean(moved, 0).astype(np.uint8))


def grain(strength):
    """Grain of film: of luma alone, a little soft."""

    def change(picture, dice, _):
        random = np.random.default_rng(dice.randrange(1 << 30))
        layer = random.normal(0, strength, (picture.height, picture.width, 1))
        layer = (layer + np.roll(layer, 1, 0) + np.roll(layer, 1, 1)) / 1.7
        return mapped(picture, lambda values: values + layer)

    return change


def specks(picture, dice, _):
    """Black and white dots."""
    random = np.random.default_rng(dice.randrange(1 << 30))
    lot = random.random((picture.height, picture.width, 1))
    return mapped(picture, lambda values: np.where(lot < 0.015, 0, np.where(lot > 0.985, 255, values)))


def pixelated(picture, _dice, _other):
    small = picture.resize((picture.width // 8, picture.height // 8), Image.BOX)
    return small.resize(picture.size, Image.NEAREST)


def zoomed(share):
    """Cut evenly and brought back to its old size."""

    def change(picture, _dice, _other):
        x, y = share / 2 * picture.width, share / 2 * picture.height
        box = (round(x), round(y), round(picture.width - x), round(picture.height - y))
        return picture.crop(box).resize(picture.size, Image.LANCZOS)

    return change


def moved(share):
    """Moved aside, with black where nothing is."""

    def change(picture, dice, _):
        x, y = (round(dice.choice([-1, 1]) * share * side) for side in picture.size)
        whole = Image.new("RGB", picture.size, "black")
        whole.paste(picture, (x, y))
        return whole

    return change


def sheared(picture, dice, _):
    slant = 0.05 * dice.choice([-1, 1])
    about = -slant * picture.height / 2
    return picture.transform(picture.size, Image.AFFINE, (1, slant, about, 0, 1, 0), Image.BICUBIC)


def shadow(picture, _dice, _other):
    """On white with a soft shadow, as in a leaflet."""
    wide = round(0.05 * picture.width)
    whole = Image.new("RGB", (picture.width + 2 * wide, picture.height + 2 * wide), "white")
    dark = Image.new("RGB", picture.size, (90, 90, 90))
    whole.paste(dark, (wide + wide // 3, wide + wide // 3))
    whole = whole.filter(ImageFilter.GaussianBlur(wide / 4))
    whole.paste(picture, (wide, wide))
    return whole


def two_lines(picture, _dice, _other):
    wide = max(4, picture.width // 60)
    for colour in ("white", "black", "white"):
        picture = ImageOps.expand(picture, wide, colour)
    return picture


def subtitle(picture, dice, _):
    changed = picture.copy()
    size = picture.width / 26
    at = (picture.width / 2, 0.92 * picture.height)
    words = sentence(dice, 7)
    ImageDraw.Draw(changed).text(at, words, "white", font(size), anchor="mm", stroke_width=2, stroke_fill="black")
    return changed


def address(picture, dice, _):
    """An address on a translucent strip below."""

    def write(draw, layer):
        draw.rectangle((0, 0.93 * layer.height, layer.width, layer.height), fill=110)
        draw.text((0.7 * layer.width, 0.94 * layer.height), "www.pictures.example", 255, font(layer.width / 34))

    return written(picture, dice.choice(["white", "black"]), 0.9, write)


def play_button(picture, _dice, _other):
    def write(draw, layer):
        x, y, r = layer.width / 2, layer.height / 2, 0.13 * layer.height
        draw.ellipse((x - r, y - r, x + r, y + r), fill=150)
        draw.regular_polygon((x, y, 0.6 * r), 3, rotation=270, fill=255)

    return written(picture, "white", 0.85, write)


def ribbon(picture, dice, _):
    """A coloured ribbon across one corner, with words."""
    side = round(0.5 * picture.width)
    layer = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    draw.rectangle((0, 0.44 * side, side, 0.56 * side), fill=dice.choice([(200, 20, 30, 255), (20, 110, 60, 255)]))
    draw.text((side / 2, side / 2), "SALE -50 %", "white", font(side / 12), anchor="mm")
    layer = layer.rotate(45, Image.BICUBIC)
    changed = picture.copy()
    changed.paste(layer, (-side // 4, -side // 4), layer)
    return changed


def side_strip(picture, dice, _):
    """A coloured strip over one side."""
    changed = picture.copy()
    wide = 0.12 * picture.width
    left = dice.choice([0, picture.width - wide])
    ImageDraw.Draw(changed).rectangle((left, 0, left + wide, picture.height), fill=(30, 60, 120))
    return changed


def negative(picture, _dice, _other):
    return ImageOps.invert(picture)


def channels_swapped(picture, _dice, _other):
    red, green, blue = picture.split()
    return Image.merge("RGB", (blue, green, red))


def duotone(picture, _dice, _other):
    return ImageOps.colorize(ImageOps.grayscale(picture), (20, 10, 80), (255, 190, 120))


def light_leak(picture, _dice, _other):
    ramp = np.clip(np.linspace(1.2, -0.6, picture.width), 0, 1)[None, :, None]
    return mapped(picture, lambda values: values + 0.45 * ramp * (np.array([255, 140, 60]) - values))


def haze(picture, _dice, _other):
    """A filter that lifts the blacks and takes colour away."""
    picture = ImageEnhance.Color(picture).enhance(0.7)
    return mapped(picture, lambda values: 40 + values * 0.78)


def sharp_middle(picture, _dice, _other):
    """Soft above and below."""
    soft = picture.filter(ImageFilter.GaussianBlur(picture.width / 130))
    ramp = np.clip(np.abs(np.linspace(-1, 1, picture.height)) * 2 - 0.5, 0, 1)
    mask = Image.fromarray(np.repeat((255 * ramp).astype(np.uint8)[:, None], picture.width, 1))
    return Image.composite(soft, picture, mask)


MILD = [
    crop(0.05),
    crop(0.1),
    brightness(0.85),
    brightness(1.2),
    contrast(1.2),
    noise,
    quality(40),
    scaled(0.5),
    blurred(1.5),
    cast(1.1, 1.0, 0.88),
    logo,
    subtitle,
    frame(0.03),
    turned(Image.FLIP_LEFT_RIGHT),
    turn(1, "cut"),
]


def several(count):
    """So many mild changes after each other."""
    return lambda picture, dice, other: then(*dice.sample(MILD, count))(picture, dice, other)


MORE = {
    "soft_1": blurred(1),
    "soft_5": blurred(5),
    "shaken": shaken,
    "grain_12": grain(12),
    "noise_30": then(noise, noise, noise),
    "specks": specks,
    "pixelated": pixelated,
    "zoom_6": zoomed(0.06),
    "zoom_15": zoomed(0.15),
    "moved_5": moved(0.05),
    "moved_10": moved(0.1),
    "sheared": sheared,
    "turned_1_cut": turn(1, "cut"),
    "turned_3_cut": turn(3, "cut"),
    "turned_4_canvas": turn(4, "canvas"),
    "turned_10": turn(10, "black"),
    "shadow": shadow,
    "two_lines": two_lines,
    "subtitle": subtitle,
    "address": address,
    "play_button": play_button,
    "ribbon": ribbon,
    "side_strip": side_strip,
    "negative": negative,
    "channels_swapped": channels_swapped,
    "duotone": duotone,
    "light_leak": light_leak,
    "haze": haze,
    "sharp_middle": sharp_middle,
    "brightness_80": brightness(0.8),
    "brightness_125": brightness(1.25),
    "contrast_125": contrast(1.25),
    "size_30": scaled(0.3),
    "jpeg_8": quality(8),
    "crop_10_frame": then(crop(0.1), frame(0.05)),
    "crop_10_turned_2": then(crop(0.1), turn(2, "cut")),
    "grey_watermark": then(CHANGES["grey"], watermark(0.25)),
    "small_caption": then(scaled(0.3), caption_bar(0.12)),
    "noise_bright": then(noise, brightness(1.25)),
    "mirrored_crop_5_jpeg": then(turned(Image.FLIP_LEFT_RIGHT), crop(0.05), quality(40)),
    "turned_90_frame": then(turned(Image.ROTATE_90), frame(0.05)),
    "two_mild": several(2),
    "three_mild": several(3),
}
