"""Makes a set in which every photograph has one or two changed copies, among thousands of others.

    python hard_each.py --photos PHOTOS --out FOLDER --seed 1 [--of 12]

As `hard_set.py`, but of windows cut out of all photographs, so many of each kind of change, spread over the windows by
lot: one copy of the one, two of the next. Windows of one photograph may overlap by a third.
"""

import argparse
import csv
import math
import os
import random
import shutil
from multiprocessing import Pool

import numpy as np
from PIL import Image

from hard_changes import CHANGES
from hard_look_alikes import LOOK_ALIKES
from hard_more import MORE
from hard_set import coded, draw_one, opened, write

ALL = CHANGES | MORE
SIZES = [(640, 480), (640, 480), (800, 600), (720, 720), (600, 800), (1024, 683)]
LEAST, OVERLAP, LOOK_ALIKES_OF_EACH = 380, 0.35, 40


def shared(one, other):
    """Intersection over union."""
    sides = [max(0, min(one[at + 2], other[at + 2]) - max(one[at], other[at])) for at in (0, 1)]
    area = lambda box: (box[2] - box[0]) * (box[3] - box[1])
    both = sides[0] * sides[1]
    return both / (area(one) + area(other) - both)


def says_something(small):
    """Whether it is neither flat nor soft all over, nor next to black or white."""
    luma = np.asarray(small.convert("L"), np.float32)
    edges = 4 * luma[1:-1, 1:-1] - luma[:-2, 1:-1] - luma[2:, 1:-1] - luma[1:-1, :-2] - luma[1:-1, 2:]
    return edges.var() > 45 and luma.std() > 18 and 40 < luma.mean() < 215


def windows_of(job):
    """Windows into one photograph, as files; what comes back is a box and a name for each."""
    out, seed, photo, path, wanted = job
    dice = random.Random(f"{seed} {photo} windows")
    whole = Image.open(path).convert("RGB")
    found = []
    for _ in range(30 * wanted):
        if len(found) == wanted:
            break
        size = dice.choice(SIZES)
        longest = min(whole.width / size[0], whole.height / size[1], 1900 / size[0])
        shortest = min(LEAST / min(size), 0.8 * longest)
        scale = shortest * (longest / shortest) ** dice.random()
        width, height = scale * size[0], scale * size[1]
        left, top = dice.random() * (whole.width - width), dice.random() * (whole.height - height)
        box = (left, top, left + width, top + height)
        if any(shared(box, other) > OVERLAP for other, _ in found):
            continue
        if not says_something(whole.resize((160, 120), Image.BILINEAR, box, reducing_gap=2)):
            continue
        window = whole.resize(size, Image.LANCZOS, box, reducing_gap=3)
        if dice.random() < 0.3:
            window = window.transpose(Image.FLIP_LEFT_RIGHT)
        name = f"photos/{photo}-{len(found):03d}.jpg"
        write(out, name, coded(window, dice))
        found.append((box, name))
    return photo, [name for _, name in found]


def change_one(job):
    """One copy; what comes back is its row of the table."""
    out, seed, group, photo, base, kind, filler = job
    dice = random.Random(f"{seed} {base} {kind}")
    picture = Image.open(os.path.join(out, base)).convert("RGB")
    other = opened(os.path.join(out, filler), 1024)
    changed = ALL[kind](picture, dice, other)
    changed, options = changed if isinstance(changed, tuple) else (changed, {})
    path = f"copies/{group:05d}-{kind}.jpg"
    write(out, path, coded(changed, dice, **options))
    return [path, kind, group, base, photo]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--of", type=int, default=12, help="copies of each kind")
    asked = parser.parse_args()
    with open(os.path.join(asked.photos, "photos.csv"), newline="") as file:
        photos = list(csv.DictReader(file))
    shutil.rmtree(asked.out, ignore_errors=True)
    for folder in ("photos", "copies"):
        os.makedirs(os.path.join(asked.out, folder))
    kinds = [kind for kind in ALL for _ in range(asked.of)]
    dice = random.Random(asked.seed)
    dice.shuffle(kinds)
    # Two of three copies share their photograph with another one. Large photographs have room for more windows.
    needed = math.ceil(len(kinds) / 1.5)
    room = [min(math.sqrt(float(photo["width"]) * float(photo["height"])) / 400, 12) for photo in photos]
    path = lambda photo: os.path.join(asked.photos, f"p{int(photo['id']):03d}.jpg")
    jobs = [
        (asked.out, asked.seed, photo["id"], path(photo), math.ceil(2.0 * needed * some / sum(room)))
        for photo, some in zip(photos, room)
    ]
    rows = []
    with Pool() as pool:
        found = [(photo, name) for photo, names in pool.imap(windows_of, jobs, 1) for name in names]
        dice.shuffle(found)
        if len(found) < needed:
            parser.error(f"{needed} windows are needed, {asked.photos} has room for {len(found)}")
        for _, name in found[needed:]:
            os.remove(os.path.join(asked.out, name))
        found = found[:needed]
        rows.extend([name, "base", group, "", photo] for group, (photo, name) in enumerate(found, 1))
        # Every second one has two copies.
        owners = [at for at in range(needed) for _ in range(1 + at % 2)]
        jobs = []
        for owner, kind in zip(owners, kinds):
            photo, name = found[owner]
            strangers = (name for other, name in found[owner + 1 :] + found[:owner] if other != photo)
            jobs.append((asked.out, asked.seed, owner + 1, photo, name, kind, next(strangers)))
        rows.extend(pool.imap(change_one, jobs, 8))
        drawn = [(asked.out, asked.seed, kind, LOOK_ALIKES_OF_EACH) for kind in LOOK_ALIKES]
        for several in pool.imap(draw_one, drawn, 1):
            rows.extend(several)
    with open(f"{asked.out}.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "kind", "group", "base", "photo"])
        writer.writerows(rows)


if __name__ == "__main__":
    main()
