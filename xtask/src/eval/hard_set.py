"""Makes a hard set: photographs changed in many ways, among pictures that only look alike.

    python hard_set.py --photos PHOTOS --out FOLDER --seed 1 [--of 40]

PHOTOS is a folder with `photos.csv` and the photographs it names. Beside FOLDER the table FOLDER.csv says what is
true: path, kind, group (equal numbers but 0 show the same picture), base (the file a copy was made of), photo (the
photograph a picture was cut from). Every choice comes from the seed.
"""

import argparse
import csv
import io
import os
import random
import shutil
from multiprocessing import Pool

from PIL import Image

from hard_changes import CHANGES
from hard_look_alikes import LOOK_ALIKES, QUALITY

FILLERS, VIEWS = 14, 12


def coded(picture, dice, suffix="jpg", **options):
    """The bytes of a file; photographs as cameras and sites write them."""
    file = io.BytesIO()
    if suffix == "png":
        picture.save(file, "PNG")
    else:
        options.setdefault("quality", dice.choice([80, 85, 90]))
        picture.convert("RGB").save(file, "JPEG", **options)
    return file.getvalue()


def opened(path, longest):
    picture = Image.open(path).convert("RGB")
    picture.thumbnail((longest, longest), Image.LANCZOS)
    return picture


def write(out, path, data):
    with open(os.path.join(out, path), "wb") as file:
        file.write(data)


def change_one(job):
    """All copies of one photograph; what comes back are rows of the table."""
    out, seed, group, photo, path, filler, third = job
    dice = random.Random(f"{seed} {photo} base")
    base = opened(path, dice.choice([640, 800, 1024]))
    data = coded(base, dice)
    # Copies are made of the file that people have, not of what it was made from.
    base = Image.open(io.BytesIO(data)).convert("RGB")
    name = f"photos/{group:03d}-base.jpg"
    write(out, name, data)
    rows = [[name, "base", group, "", photo]]
    other = opened(filler, 1600)
    width = other.width // 3
    other = other.crop((third * width, 0, (third + 1) * width, other.height))
    for kind, change in CHANGES.items():
        dice = random.Random(f"{seed} {photo} {kind}")
        changed = change(base, dice, other)
        changed, options = changed if isinstance(changed, tuple) else (changed, {})
        path = f"photos/{group:03d}-{kind}.jpg"
        write(out, path, coded(changed, dice, **options))
        rows.append([path, kind, group, name, photo])
    return rows


def view_one(job):
    """Windows into one photograph of which none holds another."""
    out, seed, photo, path = job
    dice = random.Random(f"{seed} {photo} views")
    whole = opened(path, 1400)
    rows = []
    side = 0.68
    for at, (left, top) in enumerate([(0, 0), (1 - side, 0), (0.5 - side / 2, 1 - side)]):
        left, top = left * whole.width, top * whole.height
        window = (left, top, left + side * whole.width, top + side * whole.height)
        window = whole.crop(tuple(round(edge) for edge in window))
        name = f"views/{photo}-{at}.jpg"
        write(out, name, coded(window, dice))
        rows.append([name, "view", 0, "", photo])
    return rows


def judge_one(job):
    """One photograph that is blurred, or only soft in places."""
    out, seed, kind, at, photo, path = job
    dice = random.Random(f"{seed} {photo} {kind}")
    picture = QUALITY[kind](opened(path, 800), dice, at)
    name = f"quality/{kind}-{photo}.jpg"
    write(out, name, coded(picture, dice))
    # What is said of blur is judged by the kind `blur` alone.
    return [[name, "blur" if kind.startswith("blur") else kind, 0, "", photo]]


def draw_one(job):
    """One family of pictures that look alike."""
    out, seed, kind, count = job
    rows = []
    os.makedirs(os.path.join(out, kind), exist_ok=True)
    for at in range(count):
        dice = random.Random(f"{seed} {kind} {at}")
        suffix = dice.choice(["jpg", "png"])
        name = f"{kind}/{at:03d}.{suffix}"
        picture = LOOK_ALIKES[kind](dice, random.Random(f"{seed} {kind}"), at)
        write(out, name, coded(picture, dice, suffix))
        rows.append([name, kind, 0, "", ""])
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--of", type=int, default=40, help="photographs that are changed")
    asked = parser.parse_args()
    with open(os.path.join(asked.photos, "photos.csv"), newline="") as file:
        photos = [row["id"] for row in csv.DictReader(file)]
    random.Random(asked.seed).shuffle(photos)
    needed = asked.of + FILLERS + VIEWS + len(QUALITY)
    if len(photos) < needed:
        parser.error(f"{needed} photographs are needed, {asked.photos} has {len(photos)}")
    path = lambda photo: os.path.join(asked.photos, f"p{int(photo):03d}.jpg")
    shutil.rmtree(asked.out, ignore_errors=True)
    for folder in ("photos", "views", "quality"):
        os.makedirs(os.path.join(asked.out, folder))
    changed, rest = photos[: asked.of], photos[asked.of :]
    fillers, rest = rest[:FILLERS], rest[FILLERS:]
    views, rest = rest[:VIEWS], rest[VIEWS:]
    jobs = [
        (asked.out, asked.seed, at + 1, photo, path(photo), path(fillers[at % FILLERS]), at // FILLERS % 3)
        for at, photo in enumerate(changed)
    ]
    kinds = list(QUALITY)
    rows = []
    with Pool() as pool:
        found = [pool.imap(change_one, jobs, 1)]
        found.append(pool.imap(view_one, [(asked.out, asked.seed, photo, path(photo)) for photo in views], 1))
        judged = [
            (asked.out, asked.seed, kinds[at % len(kinds)], at // len(kinds), photo, path(photo))
            for at, photo in enumerate(rest)
        ]
        found.append(pool.imap(judge_one, judged, 4))
        found.append(pool.imap(draw_one, [(asked.out, asked.seed, kind, asked.of) for kind in LOOK_ALIKES], 1))
        for some in found:
            for several in some:
                rows.extend(several)
    with open(f"{asked.out}.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "kind", "group", "base", "photo"])
        writer.writerows(rows)


if __name__ == "__main__":
    main()
