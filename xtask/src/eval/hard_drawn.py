"""Makes a set of drawn pictures, as pages, screens and charts are: some have a changed copy, many look much alike.

    python hard_drawn.py --out FOLDER --seed 1 [--of 12]

As `hard_each.py`, so many of each kind of change, spread over the pictures by lot: one copy of the one, two of the
next, none of as many again. All pictures of a family come from one program or one printer: what tells them apart are
their words, numbers and shapes.
"""

import argparse
import csv
import math
import os
import random
import shutil
from multiprocessing import Pool

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from hard_changes import CHANGES, crop, font, frame, mapped, quality, scaled, sentence, then, turn
from hard_look_alikes import LOOK_ALIKES
from hard_set import coded, write


def sheet(dice, family, _at):
    """Sums in rows and columns."""
    picture = Image.new("RGB", (960, 620), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 960, 26), fill=(230, 232, 235))
    names = [family.choice(["north", "south", "east", "west"]) for _ in range(8)]
    for column in range(9):
        left = 110 * column
        draw.line((left, 0, left, 620), fill=(212, 214, 218))
        if column:
            draw.text((left + 8, 5), names[column - 1], (70, 70, 80), font(14))
    for row in range(1, 24):
        top = 26 * row
        draw.line((0, top, 960, top), fill=(212, 214, 218))
        draw.text((8, top + 5), f"item {row}", (70, 70, 80), font(14))
        for column in range(1, 9):
            if dice.random() < 0.8:
                draw.text((110 * column + 98, top + 5), f"{dice.uniform(0, 9999):.1f}", "black", font(14), anchor="ra")
    return picture


def slide(dice, _family, _at):
    """A slide: a title, some points, a bar in the colours of the house."""
    picture = Image.new("RGB", (960, 540), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 960, 12), fill=(0, 90, 120))
    draw.text((60, 50), sentence(dice, 4).capitalize(), (0, 90, 120), font(40))
    for line in range(dice.randrange(3, 6)):
        draw.ellipse((66, 162 + 62 * line, 76, 172 + 62 * line), fill=(0, 90, 120))
        draw.text((96, 150 + 62 * line), sentence(dice, dice.randrange(4, 8)), (40, 40, 40), font(25))
    draw.text((60, 505), "Quarterly review", (140, 140, 140), font(14))
    draw.text((900, 505), str(dice.randrange(2, 60)), (140, 140, 140), font(14), anchor="ra")
    return picture


def receipt(dice, _family, _at):
    """A slip of one till."""
    lines = dice.randrange(9, 16)
    picture = Image.new("RGB", (420, 250 + 30 * lines), (250, 250, 247))
    draw = ImageDraw.Draw(picture)
    draw.text((210, 30), "CORNER SHOP", "black", font(30), anchor="ma")
    draw.text((210, 74), "4 Mill Lane", "black", font(17), anchor="ma")
    for line in range(lines):
        top = 120 + 30 * line
        draw.text((30, top), sentence(dice, 2), "black", font(18))
        draw.text((390, top), f"{dice.uniform(0.2, 40):.2f}", "black", font(18), anchor="ra")
    top = 130 + 30 * lines
    draw.line((30, top, 390, top), fill="black", width=2)
    draw.text((30, top + 12), "TOTAL", "black", font(24))
    draw.text((390, top + 12), f"{dice.uniform(10, 400):.2f}", "black", font(24), anchor="ra")
    draw.text((210, top + 70), f"no. {dice.randrange(10**6):06d}", "black", font(16), anchor="ma")
    return picture


def chat(dice, _family, _at):
    """Messages on a telephone."""
    picture = Image.new("RGB", (540, 960), (236, 229, 221))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 540, 80), fill=(18, 94, 84))
    draw.text((90, 26), sentence(dice, 1).title(), "white", font(26))
    draw.ellipse((24, 16, 72, 64), fill=tuple(dice.randrange(60, 220) for _ in range(3)))
    top = 100
    while True:
        rows = [sentence(dice, dice.randrange(2, 6)) for _ in range(dice.randrange(1, 4))]
        if top + 24 * len(rows) + 40 > 930:
            return picture
        wide = 24 + max(draw.textlength(row, font(19)) for row in rows)
        mine = dice.random() < 0.5
        left = 520 - wide if mine else 20
        box = (left, top, left + wide, top + 24 * len(rows) + 20)
        draw.rounded_rectangle(box, 12, fill=(220, 248, 198) if mine else "white")
        for at, row in enumerate(rows):
            draw.text((left + 12, top + 8 + 24 * at), row, (20, 20, 20), font(19))
        top += 24 * len(rows) + 36


def plan(dice, _family, _at):
    """The walls of some rooms."""
    picture = Image.new("RGB", (720, 560), "white")
    draw = ImageDraw.Draw(picture)
    rooms = [(60, 60, 660, 500)]
    for _ in range(dice.randrange(4, 8)):
        rooms.sort(key=lambda room: (room[2] - room[0]) * (room[3] - room[1]))
        left, top, right, bottom = rooms.pop()
        share = dice.uniform(0.35, 0.65)
        if right - left > bottom - top:
            middle = round(left + share * (right - left))
            rooms += [(left, top, middle, bottom), (middle, top, right, bottom)]
        else:
            middle = round(top + share * (bottom - top))
            rooms += [(left, top, right, middle), (left, middle, right, bottom)]
    for left, top, right, bottom in rooms:
        draw.rectangle((left, top, right, bottom), outline="black", width=5)
        at = ((left + right) / 2, (top + bottom) / 2)
        draw.text(at, f"{(right - left) * (bottom - top) / 9000:.1f} m2", "black", font(16), anchor="mm")
    return picture


FAMILIES = {
    **{kind: LOOK_ALIKES[kind] for kind in ("page", "form", "chart", "screen", "editor", "goods", "icon")},
    "sheet": sheet,
    "slide": slide,
    "receipt": receipt,
    "chat": chat,
    "plan": plan,
}


def trimmed(picture, _dice, _other):
    """The even margin cut off."""
    edge = picture.getpixel((picture.width - 1, picture.height - 1))
    box = ImageChops.difference(picture, Image.new("RGB", picture.size, edge)).point(lambda part: part if part > 24 else 0)
    box = box.getbbox() or (0, 0, *picture.size)
    return picture.crop((max(0, box[0] - 8), max(0, box[1] - 8), box[2] + 8, box[3] + 8))


def more_margin(picture, dice, _):
    edge = picture.getpixel((picture.width - 1, picture.height - 1))
    return ImageOps.expand(picture, round(dice.uniform(0.03, 0.08) * min(picture.size)), edge)


def scanned(picture, dice, other):
    """Printed and scanned: a little aslant, not quite white, not quite sharp."""
    grains = np.random.default_rng(dice.randrange(1 << 30))
    picture = turn(0.6, "canvas")(picture, dice, other).filter(ImageFilter.GaussianBlur(0.8))
    return mapped(picture, lambda values: 18 + 0.88 * values + grains.normal(0, 4, values.shape))


def highlighted(picture, dice, _):
    """A line marked in yellow."""
    changed = picture.copy()
    top = dice.uniform(0.1, 0.85) * picture.height
    box = tuple(round(edge) for edge in (0.08 * picture.width, top, 0.75 * picture.width, top + 0.04 * picture.height))
    yellow = Image.new("RGB", (box[2] - box[0], box[3] - box[1]), (255, 240, 90))
    changed.paste(ImageChops.multiply(changed.crop(box), yellow), box)
    return changed


def stamped(picture, dice, _):
    """A rubber stamp."""
    changed = picture.copy()
    draw, r = ImageDraw.Draw(changed), 0.1 * min(picture.size)
    x, y = dice.uniform(0.25, 0.75) * picture.width, dice.uniform(0.25, 0.75) * picture.height
    draw.ellipse((x - r, y - r, x + r, y + r), outline=(170, 30, 60), width=max(3, round(r / 14)))
    draw.text((x, y), dice.choice(["PAID", "COPY", "SEEN"]), (170, 30, 60), font(0.6 * r), anchor="mm")
    return changed


AS_PHOTOGRAPHS = """jpeg_20 size_200 gif_16 grey warm contrast_60 brightness_65 squashed turned_90 turned_180 mirrored
    crop_2 crop_5 crop_10 cut_10 frame_3 frame_5 letterbox turned_1 watermark_25 date_stamp pointed_at scribble"""

DRAWN_CHANGES = {kind: CHANGES[kind] for kind in AS_PHOTOGRAPHS.split()} | {
    "jpeg_40": quality(40),
    "size_50": scaled(0.5),
    "size_25": scaled(0.25),
    "size_150": scaled(1.5),
    "half_jpeg_30": then(scaled(0.5), quality(30)),
    "trimmed": trimmed,
    "more_margin": more_margin,
    "scanned": scanned,
    "highlighted": highlighted,
    "stamped": stamped,
    "crop_5_half": then(crop(0.05), scaled(0.5)),
    "frame_half_jpeg_40": then(frame(0.04), scaled(0.5), quality(40)),
}


def draw_one(job):
    """A picture and its copies; what comes back are rows of the table."""
    out, seed, group, kind, at, changes = job
    dice = random.Random(f"{seed} drawn {kind} {at}")
    picture = FAMILIES[kind](dice, random.Random(f"{seed} drawn {kind}"), at)
    suffix = dice.choice(["png", "png", "jpg"])
    base = f"{kind}/{at:03d}.{suffix}"
    write(out, base, coded(picture, dice, suffix))
    picture = Image.open(os.path.join(out, base)).convert("RGB")
    rows = [[base, "base" if changes else kind, group if changes else 0, ""]]
    for change in changes:
        dice = random.Random(f"{seed} drawn {base} {change}")
        changed = DRAWN_CHANGES[change](picture, dice, None)
        changed, options = changed if isinstance(changed, tuple) else (changed, {})
        suffix = "jpg" if options else dice.choice(["png", "jpg"])
        path = f"copies/{group:05d}-{change}.{suffix}"
        write(out, path, coded(changed, dice, suffix, **options))
        rows.append([path, change, group, base])
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--of", type=int, default=12, help="copies of each kind")
    asked = parser.parse_args()
    shutil.rmtree(asked.out, ignore_errors=True)
    for folder in ("copies", *FAMILIES):
        os.makedirs(os.path.join(asked.out, folder))
    changes = [change for change in DRAWN_CHANGES for _ in range(asked.of)]
    dice = random.Random(asked.seed)
    dice.shuffle(changes)
    pictures = math.ceil(len(changes) / 1.5) * 2
    drawn = [(kind, at) for at in range(math.ceil(pictures / len(FAMILIES))) for kind in FAMILIES]
    dice.shuffle(drawn)
    jobs, rest = [], iter(changes)
    for group, (kind, at) in enumerate(drawn, 1):
        copies = [] if group % 2 else [next(rest, None) for _ in range(1 + group // 2 % 2)]
        jobs.append((asked.out, asked.seed, group, kind, at, [copy for copy in copies if copy]))
    with Pool() as pool:
        rows = [row for some in pool.imap(draw_one, jobs, 4) for row in some]
    with open(f"{asked.out}.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "kind", "group", "base"])
        writer.writerows(rows)


if __name__ == "__main__":
    main()
