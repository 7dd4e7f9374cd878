"""What people and programs do to pictures: each change takes a picture, dice and a part of another photograph."""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

WORDS = "when the light came back we had all gone home and nobody saw how green the river was".split()


def font(size):
    return ImageFont.load_default(max(8, round(size)))


def sentence(dice, count):
    return " ".join(dice.choice(WORDS) for _ in range(count))


def resized(picture, across, down=None):
    down = across if down is None else down
    size = (max(8, round(picture.width * across)), max(8, round(picture.height * down)))
    return picture.resize(size, Image.LANCZOS)


def mapped(picture, change):
    values = change(np.asarray(picture, np.float32))
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


def crop(share):
    """Takes this share of the width and of the height away, anywhere."""

    def change(picture, dice, _):
        width, height = round(picture.width * (1 - share)), round(picture.height * (1 - share))
        left = dice.choice([0, 0.5, 1, dice.random()]) * (picture.width - width)
        top = dice.choice([0, 0.5, 1, dice.random()]) * (picture.height - height)
        left, top = round(left), round(top)
        return picture.crop((left, top, left + width, top + height))

    return change


def one_side(share):
    """Takes this share away on one side only."""

    def change(picture, dice, _):
        box = [0, 0, picture.width, picture.height]
        side = dice.randrange(4)
        cut = round(share * box[2 + side % 2])
        box[side] += cut if side < 2 else -cut
        return picture.crop(tuple(box))

    return change


def to_square(picture, _dice, _other):
    side = min(picture.size)
    return ImageOps.fit(picture, (side, side))


def frame(share):
    def change(picture, dice, _):
        wide = round(share * min(picture.size))
        colour = dice.choice(["white", "black", (30, 60, 120), (210, 190, 150)])
        return ImageOps.expand(picture, wide, colour)

    return change


def polaroid(picture, _dice, _other):
    wide = round(0.05 * picture.width)
    whole = Image.new("RGB", (picture.width + 2 * wide, picture.height + 5 * wide), "white")
    whole.paste(picture, (wide, wide))
    return whole


def letterbox(picture, _dice, _other):
    whole = Image.new("RGB", (picture.width, max(picture.height, picture.width)), "black")
    if whole.height - picture.height < 0.1 * whole.height:
        whole = Image.new("RGB", (round(1.5 * picture.width), picture.height), "black")
    whole.paste(picture, ((whole.width - picture.width) // 2, (whole.height - picture.height) // 2))
    return whole


def turn(degrees, corners):
    """Turned by hand: with corners left black, on a larger canvas, or cut so that none are seen."""

    def change(picture, dice, _):
        angle = degrees * dice.choice([-1, 1])
        if corners == "canvas":
            return picture.rotate(angle, Image.BICUBIC, expand=True, fillcolor="white")
        turned = picture.rotate(angle, Image.BICUBIC)
        if corners == "black":
            return turned
        sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
        width, height = picture.size
        scale = min(width / (width * cosine + height * sine), height / (width * sine + height * cosine))
        box = [width * (1 - scale) / 2, height * (1 - scale) / 2, width * (1 + scale) / 2, height * (1 + scale) / 2]
        return turned.crop(tuple(round(edge) for edge in box))

    return change


def corners_moved(share):
    """Seen from aside: each corner moved inwards by up to this share."""

    def change(picture, dice, _):
        width, height = picture.size
        quad = []
        for across, down in [(0, 0), (0, 1), (1, 1), (1, 0)]:
            x, y = dice.uniform(0, share), dice.uniform(0, share)
            quad += [width * (x if across == 0 else 1 - x), height * (y if down == 0 else 1 - y)]
        return picture.transform(picture.size, Image.QUAD, quad, Image.BICUBIC)

    return change


def barrel(picture, _dice, _other):
    values = np.asarray(picture)
    height, width, _ = values.shape
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    pull = 1 - 0.04 * (2 - x * x - y * y)
    column = ((x * pull + 1) / 2 * (width - 1)).round().astype(int)
    row = ((y * pull + 1) / 2 * (height - 1)).round().astype(int)
    return Image.fromarray(values[row, column])


def written(picture, layer_colour, opacity, write):
    """Something laid over with an opacity."""
    layer = Image.new("L", picture.size, 0)
    write(ImageDraw.Draw(layer), layer)
    layer = layer.point(lambda value: round(value * opacity))
    return Image.composite(Image.new("RGB", picture.size, layer_colour), picture, layer)


def watermark(opacity):
    """A word again and again, aslant over all of it."""

    def change(picture, dice, _):
        word = dice.choice(["SAMPLE", "PREVIEW", "(c) STUDIO 9", "do not copy"])
        side = round(1.5 * max(picture.size))
        layer = Image.new("L", (side, side), 0)
        draw, size = ImageDraw.Draw(layer), picture.width / 14
        step = round(1.6 * draw.textlength(word, font(size)))
        for row, top in enumerate(range(0, side, round(2.6 * size))):
            for left in range(-(row % 2) * step // 2, side, step):
                draw.text((left, top), word, 255, font(size))
        layer = layer.rotate(30, Image.BICUBIC)
        left, top = (side - picture.width) // 2, (side - picture.height) // 2
        layer = layer.crop((left, top, left + picture.width, top + picture.height))
        layer = layer.point(lambda value: round(value * opacity))
        colour = dice.choice(["white", "white", "black", (200, 30, 30)])
        return Image.composite(Image.new("RGB", picture.size, colour), picture, layer)

    return change


def watermark_once(picture, dice, _):
    word = dice.choice(["SAMPLE", "PROOF", "DRAFT"])

    def write(draw, layer):
        size = layer.width / 5
        draw.text((layer.width / 2, layer.height / 2), word, 255, font(size), anchor="mm")

    return written(picture, "white", 0.5, write)


def logo(picture, dice, _):
    changed = picture.copy()
    draw, side = ImageDraw.Draw(changed), 0.17 * picture.width
    left = dice.choice([0.03, 0.8]) * picture.width
    top = dice.choice([0.03, 0.95 - side / picture.height]) * picture.height
    draw.ellipse((left, top, left + side, top + side), fill=(200, 40, 40), outline="white", width=4)
    draw.text((left + side / 2, top + side / 2), "ABC", "white", font(side / 3), anchor="mm")
    return changed


def caption_bar(share):
    """Words on a bar over the lower part."""

    def change(picture, dice, _):
        changed = picture.copy()
        draw, high = ImageDraw.Draw(changed), share * picture.height
        ground, ink = dice.choice([("black", "white"), ("white", "black"), ((20, 40, 90), "white")])
        top = dice.choice([0, picture.height - high, picture.height - high])
        draw.rectangle((0, top, picture.width, top + high), fill=ground)
        words = sentence(dice, 7)
        draw.text((picture.width / 2, top + high / 2), words, ink, font(picture.width / 24), anchor="mm")
        return changed

    return change


def caption_box(picture, dice, _):
    """Words in a box of a quarter of the picture, anywhere."""
    changed = picture.copy()
    width, height = 0.6 * picture.width, 0.4 * picture.height
    left = dice.random() * (picture.width - width)
    top = dice.random() * (picture.height - height)
    draw = ImageDraw.Draw(changed)
    ground, ink = dice.choice([("black", "white"), ("white", "black"), ((250, 220, 60), "black")])
    draw.rectangle((left, top, left + width, top + height), fill=ground)
    size = picture.width / 28
    for line in range(int(height / (1.5 * size))):
        draw.text((left + size, top + (0.3 + 1.5 * line) * size), sentence(dice, 5), ink, font(size))
    return changed


def meme(picture, dice, _):
    """Large outlined words above and below, straight on the picture."""
    changed = picture.copy()
    draw, size = ImageDraw.Draw(changed), picture.width / 11
    for words, place in [(sentence(dice, 3), 0.1), (sentence(dice, 4), 0.9)]:
        at = (picture.width / 2, place * picture.height)
        draw.text(at, words.upper(), "white", font(size), anchor="mm", stroke_width=round(size / 10), stroke_fill="black")
    return changed


def caption_beside(picture, dice, _):
    """Words below the picture, on a canvas made larger."""
    high = round(0.18 * picture.height)
    whole = Image.new("RGB", (picture.width, picture.height + high), "white")
    whole.paste(picture, (0, 0))
    at = (picture.width / 2, picture.height + high / 2)
    ImageDraw.Draw(whole).text(at, sentence(dice, 7), "black", font(picture.width / 24), anchor="mm")
    return whole


def date_stamp(picture, _dice, _other):
    changed = picture.copy()
    at = (0.97 * picture.width, 0.96 * picture.height)
    ImageDraw.Draw(changed).text(at, "12 8 '03 14:07", (255, 140, 30), font(picture.width / 22), anchor="rd")
    return changed


def emoji(picture, dice, _):
    """A few round faces anywhere."""
    changed = picture.copy()
    draw = ImageDraw.Draw(changed)
    for _ in range(3):
        side = dice.uniform(0.12, 0.22) * picture.width
        left = dice.random() * (picture.width - side)
        top = dice.random() * max(1, picture.height - side)
        draw.ellipse((left, top, left + side, top + side), fill=(255, 210, 60), outline=(120, 80, 0), width=3)
        for eye in (0.3, 0.7):
            x, y, r = left + eye * side, top + 0.38 * side, 0.07 * side
            draw.ellipse((x - r, y - r, x + r, y + r), fill="black")
        mouth = (left + 0.25 * side, top + 0.35 * side, left + 0.75 * side, top + 0.8 * side)
        draw.arc(mouth, 20, 160, fill="black", width=max(2, round(side / 16)))
    return changed


def pointed_at(picture, dice, _):
    """A ring and an arrow."""
    changed = picture.copy()
    draw, wide = ImageDraw.Draw(changed), max(3, picture.width // 90)
    x, y = dice.uniform(0.3, 0.7) * picture.width, dice.uniform(0.3, 0.7) * picture.height
    r = 0.12 * picture.width
    draw.ellipse((x - r, y - r, x + r, y + r), outline="red", width=wide)
    draw.line((x + r, y + r, x + 2 * r, y + 2 * r), fill="red", width=wide)
    return changed


def scribble(picture, dice, _):
    changed = picture.copy()
    points = [(dice.random() * picture.width, dice.random() * picture.height) for _ in range(14)]
    ImageDraw.Draw(changed).line(points, fill=dice.choice(["red", "blue", "black"]), width=max(3, picture.width // 100))
    return changed


def mosaic(picture, dice, _):
    """A part made of large squares."""
    changed = picture.copy()
    width, height = round(0.3 * picture.width), round(0.35 * picture.height)
    left, top = dice.randrange(picture.width - width), dice.randrange(picture.height - height)
    part = changed.crop((left, top, left + width, top + height))
    part = part.resize((6, 6), Image.BOX).resize((width, height), Image.NEAREST)
    changed.paste(part, (left, top))
    return changed


def rounded(picture, _dice, _other):
    mask = Image.new("L", picture.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, *picture.size), 0.12 * min(picture.size), fill=255)
    return Image.composite(picture, Image.new("RGB", picture.size, "white"), mask)


def vignette(picture, _dice, _other):
    y, x = np.mgrid[-1 : 1 : picture.height * 1j, -1 : 1 : picture.width * 1j]
    return mapped(picture, lambda values: values * (1 - 0.35 * (x * x + y * y))[..., None])


def fade(picture, _dice, _other):
    """Lighter from one side to the other, as light that falls on a print."""
    ramp = np.linspace(0.7, 1.25, picture.width)[None, :, None]
    return mapped(picture, lambda values: values * ramp)


def cast(red, green, blue):
    return lambda picture, dice, other: mapped(picture, lambda values: values * np.array([red, green, blue]))


def hue_turned(picture, _dice, _other):
    hue, saturation, value = picture.convert("HSV").split()
    hue = hue.point(lambda degree: (degree + 60) % 256)
    return Image.merge("HSV", (hue, saturation, value)).convert("RGB")


def gamma(power):
    return lambda picture, dice, other: mapped(picture, lambda values: 255 * (values / 255) ** power)


def contrast(factor):
    return lambda picture, dice, other: ImageEnhance.Contrast(picture).enhance(factor)


def brightness(factor):
    return lambda picture, dice, other: ImageEnhance.Brightness(picture).enhance(factor)


def sepia(picture, _dice, _other):
    return ImageOps.colorize(ImageOps.grayscale(picture), (40, 20, 5), (255, 240, 205))


def noise(picture, dice, _):
    random = np.random.default_rng(dice.randrange(1 << 30))
    return mapped(picture, lambda values: values + random.normal(0, 16, values.shape))


def beside(picture, dice, other):
    """Beside another photograph of the same height."""
    other = other.resize((round(0.9 * picture.width), picture.height), Image.LANCZOS)
    whole = Image.new("RGB", (picture.width + other.width, picture.height))
    places = [(picture, 0), (other, picture.width)] if dice.random() < 0.5 else [(other, 0), (picture, other.width)]
    for part, left in places:
        whole.paste(part, (left, 0))
    return whole


def phone_screen(picture, dice, _):
    """A screenshot of a phone that shows the picture: a bar with the time, one with signs, and black between."""
    width = picture.width
    high = round(max(1.25 * picture.height, 1.35 * width))
    whole = Image.new("RGB", (width, high), "black")
    whole.paste(picture, (0, (high - picture.height) // 2))
    draw, size = ImageDraw.Draw(whole), width / 26
    draw.text((0.06 * width, 0.4 * size), f"{dice.randrange(24)}:{dice.randrange(10, 60)}", "white", font(size))
    draw.rectangle((0.88 * width, 0.5 * size, 0.95 * width, 1.3 * size), outline="white", width=2)
    for place in (0.2, 0.5, 0.8):
        x, y = place * width, high - 1.5 * size
        draw.ellipse((x - size / 2, y - size / 2, x + size / 2, y + size / 2), outline="white", width=3)
    return whole


def window(picture, dice, _):
    """A screenshot of a window that shows the picture."""
    width, height = picture.size
    whole = Image.new("RGB", (round(1.06 * width), round(1.2 * height)), (236, 236, 240))
    draw, size = ImageDraw.Draw(whole), height / 26
    draw.rectangle((0, 0, whole.width, 0.07 * height), fill=(70, 74, 84))
    draw.text((0.02 * width, 0.012 * height), f"photo{dice.randrange(1000)}.jpg", "white", font(size))
    draw.text((0.02 * width, 0.08 * height), "File  Edit  View  Help", "black", font(0.8 * size))
    whole.paste(picture, (round(0.03 * width), round(0.14 * height)))
    return whole


def then(*changes):
    def change(picture, dice, other):
        options = {}
        for each in changes:
            picture = each(picture, dice, other)
            if isinstance(picture, tuple):
                picture, more = picture
                options.update(more)
        return picture, options

    return change


def quality(number):
    return lambda picture, dice, other: (picture, {"quality": number})


def scaled(across, down=None):
    return lambda picture, dice, other: resized(picture, across, down)


def turned(how):
    return lambda picture, dice, other: picture.transpose(how)


CHANGES = {
    "jpeg_20": quality(20),
    "soft": lambda picture, dice, other: picture.filter(ImageFilter.GaussianBlur(2.5)),
    "noise": noise,
    "sharper": lambda picture, dice, other: picture.filter(ImageFilter.UnsharpMask(3, 180, 2)),
    "size_12": scaled(0.12),
    "size_200": scaled(2.0),
    "gif_16": lambda picture, dice, other: picture.quantize(16).convert("RGB"),
    "mirrored": turned(Image.FLIP_LEFT_RIGHT),
    "upside_down": turned(Image.FLIP_TOP_BOTTOM),
    "turned_90": turned(Image.ROTATE_90),
    "turned_180": turned(Image.ROTATE_180),
    "turned_270": turned(Image.ROTATE_270),
    "grey": lambda picture, dice, other: ImageOps.grayscale(picture).convert("RGB"),
    "sepia": sepia,
    "warm": cast(1.15, 1.0, 0.75),
    "cold": cast(0.78, 0.97, 1.2),
    "hue_turned": hue_turned,
    "saturated": lambda picture, dice, other: ImageEnhance.Color(picture).enhance(2.2),
    "posterised": lambda picture, dice, other: ImageOps.posterize(picture, 3),
    "equalised": lambda picture, dice, other: ImageOps.equalize(picture),
    "contrast_60": contrast(0.6),
    "contrast_150": contrast(1.5),
    "brightness_65": brightness(0.65),
    "brightness_140": brightness(1.4),
    "gamma_60": gamma(0.6),
    "gamma_170": gamma(1.7),
    "vignette": vignette,
    "fade": fade,
    "squashed": scaled(1.0, 0.75),
    "stretched": scaled(1.0, 1.25),
    "letterbox": letterbox,
    "frame_3": frame(0.03),
    "frame_5": frame(0.05),
    "frame_10": frame(0.1),
    "polaroid": polaroid,
    "rounded": rounded,
    "crop_2": crop(0.02),
    "crop_5": crop(0.05),
    "crop_10": crop(0.1),
    "crop_15": crop(0.15),
    "crop_20": crop(0.2),
    "crop_25": crop(0.25),
    "crop_30": crop(0.3),
    "cut_10": one_side(0.1),
    "cut_20": one_side(0.2),
    "cut_30": one_side(0.3),
    "square": to_square,
    "turned_1": turn(1, "black"),
    "turned_2": turn(2, "black"),
    "turned_3": turn(3, "black"),
    "turned_5": turn(5, "black"),
    "turned_2_cut": turn(2, "cut"),
    "turned_5_cut": turn(5, "cut"),
    "turned_3_canvas": turn(3, "canvas"),
    "aside_4": corners_moved(0.04),
    "aside_8": corners_moved(0.08),
    "barrel": barrel,
    "watermark_25": watermark(0.25),
    "watermark_45": watermark(0.45),
    "watermark_once": watermark_once,
    "logo": logo,
    "caption_12": caption_bar(0.12),
    "caption_20": caption_bar(0.2),
    "caption_30": caption_bar(0.3),
    "caption_box": caption_box,
    "meme": meme,
    "caption_beside": caption_beside,
    "date_stamp": date_stamp,
    "emoji": emoji,
    "pointed_at": pointed_at,
    "scribble": scribble,
    "mosaic": mosaic,
    "beside": beside,
    "phone_screen": phone_screen,
    "window": window,
    "crop_10_half_jpeg_30": then(crop(0.1), scaled(0.5), quality(30)),
    "crop_10_mirrored": then(crop(0.1), turned(Image.FLIP_LEFT_RIGHT)),
    "crop_10_warm": then(crop(0.1), cast(1.15, 1.0, 0.75), brightness(1.15)),
    "crop_5_caption": then(crop(0.05), caption_bar(0.12)),
    "frame_logo": then(frame(0.05), logo),
    "grey_half_jpeg_25": then(scaled(0.5), lambda picture, dice, other: ImageOps.grayscale(picture).convert("RGB"), quality(25)),
    "mirrored_watermark": then(turned(Image.FLIP_LEFT_RIGHT), watermark(0.25)),
}
