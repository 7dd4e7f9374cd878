#!/usr/bin/env python3
"""How well class names find pictures: precision at 10, and what a furthest distance keeps and lets in.

    words.py BASE_URL DATASET_ID [--under FOLDER]

Every folder of the dataset that holds at least five pictures is a class, and its last name the
query; with --under, only pictures below that folder are asked about. Only what pictures show
counts: words in file names would give the answer away, so name files otherwise.
"""

import argparse
import collections
import json
import urllib.parse
import urllib.request

parser = argparse.ArgumentParser()
parser.add_argument("base")
parser.add_argument("dataset")
parser.add_argument("--under", default="")
wish = parser.parse_args()


def grid(**query):
    pages, offset = [], 0
    while True:
        text = urllib.parse.urlencode({**query, "offset": offset, "limit": 1000})
        with urllib.request.urlopen(f"{wish.base}/api/v1/dataset/{wish.dataset}/grid?{text}") as answer:
            page = json.load(answer)
        pages += zip(page["path"], page.get("distance") or [None] * len(page["path"]))
        offset += len(page["path"])
        if not page["path"] or offset >= page["total"]:
            return pages


under = {"folder": wish.under} if wish.under else {}
classes = collections.Counter(path.rsplit("/", 1)[0] for path, _ in grid(**under))
precisions, right, wrong = [], [], []
for folder, count in sorted(classes.items()):
    if count < 5:
        continue
    name = folder.rsplit("/", 1)[-1]
    found = grid(caption=name, textual_similarity_threshold=1, **under)
    hits = [path.rsplit("/", 1)[0] == folder for path, _ in found]
    precisions.append(sum(hits[:10]) / min(10, count))
    for hit, (_, distance) in zip(hits, found):
        (right if hit else wrong).append(distance)
    print(f"{name}: {count} pictures, precision at 10 {precisions[-1]:.2f}")
total = sum(count for count in classes.values() if count >= 5)
others = total * (len(precisions) - 1)
print(f"mean precision at 10 of {len(precisions)} names among {sum(classes.values())} pictures: "
      f"{sum(precisions) / len(precisions):.3f}")
for most in (0.9, 0.8, 0.7, 0.6, 0.5):
    kept, let_in = sum(d <= most for d in right), sum(d <= most for d in wrong)
    print(f"within {most}: {kept / total:.2f} of what is right, {let_in / others:.3f} of what is not, "
          f"precision {kept / max(1, kept + let_in):.2f}")
