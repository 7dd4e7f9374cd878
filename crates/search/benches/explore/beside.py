"""Asks the questions of the explore page of SQLite and of DuckDB; see beside.rs.

    beside.py FOLDER LABEL LEVEL TIMES

FOLDER holds the columns as 32-bit little-endian numbers and the answers of the index.
Every database is in memory, warm, and has one thread; indexes are made for the questions.
"""

import sqlite3
import statistics
import sys
import time
from pathlib import Path

import duckdb
import numpy

folder, label, level, times = Path(sys.argv[1]), *map(int, sys.argv[2:5])


def column(name, kind="<u4"):
    return numpy.fromfile(folder / name, dtype=kind)


answers = dict(line.split(" ", 1) for line in (folder / "answers.txt").read_text().splitlines())
answers = {name: [int(n) for n in text.split(",") if n] for name, text in answers.items()}
levels = [column(f"cluster{number}") for number in range(5)]
media = {
    "row": numpy.arange(len(levels[0]), dtype="<u4"),
    "folder": column("folder"),
    "blur": column("blur", "<f4"),
    "uniqueness": column("uniqueness", "<f4"),
    **{f"c{number}": clusters for number, clusters in enumerate(levels)},
}
labels = {"label": column("label"), "row": column("label_row")}

CLUSTERS = f"SELECT c{level} AS c, count(*) AS n FROM {{0}} GROUP BY c ORDER BY n DESC, c LIMIT 100"
LABELLED = f"(SELECT m.* FROM labels l JOIN media m ON m.row = l.row WHERE l.label = {label} AND m.blur < 0.5)"
PREVIEWS = f"""WITH wanted AS {{0}}, top AS (SELECT c{level} AS c, count(*) AS n FROM wanted GROUP BY c
    ORDER BY n DESC, c LIMIT 100)
    SELECT c, n, row, folder FROM (SELECT top.c, top.n, w.row, w.folder,
        row_number() OVER (PARTITION BY top.c ORDER BY w.row) AS place
        FROM top JOIN wanted w ON w.c{level} = top.c) AS placed
    WHERE place <= 9 ORDER BY n DESC, c, place"""
# SQLite reads the nine of each cluster along an index, which is 300 times as fast as numbering all.
ALONG = f"""WITH top AS ({CLUSTERS.format("media")})
    SELECT top.c, top.n, m.row, m.folder FROM top JOIN media m ON m.row IN
        (SELECT row FROM media WHERE c{level} = top.c ORDER BY row LIMIT 9)
    ORDER BY n DESC, c, m.row"""
UNDER = "m.blur < 0.5 AND m.uniqueness >= 0.5"
QUESTIONS = [
    ("all", "all: clusters", CLUSTERS.format("media"), None),
    ("all", "all: clusters with previews", PREVIEWS.format("(SELECT * FROM media)"), 1),
    ("filtered", "filtered: clusters", CLUSTERS.format(LABELLED), None),
    ("filtered", "filtered: clusters with previews", PREVIEWS.format(LABELLED), 1),
    ("labels", "counts of labels", f"SELECT l.label, count(*) FROM labels l JOIN media m ON m.row = l.row WHERE {UNDER} GROUP BY l.label", None),
    ("folders", "counts of folders", f"SELECT m.folder, count(*) FROM media m WHERE {UNDER} GROUP BY m.folder", None),
]


def in_sqlite():
    db = sqlite3.connect(":memory:")
    db.execute(f"CREATE TABLE media ({', '.join(name + ' NUMERIC' for name in media)}, PRIMARY KEY (row)) WITHOUT ROWID")
    db.execute("CREATE TABLE labels (label INTEGER, row INTEGER, PRIMARY KEY (label, row)) WITHOUT ROWID")
    fill(db, "media", media)
    fill(db, "labels", labels)
    for number in range(5):
        db.execute(f"CREATE INDEX by_c{number} ON media (c{number}, row, blur, uniqueness, folder)")
    db.execute("CREATE INDEX by_folder ON media (folder, blur, uniqueness)")
    db.execute("CREATE INDEX by_row ON labels (row, label)")
    db.execute("ANALYZE")
    return db


def fill(db, table, columns):
    rows = zip(*(values.tolist() for values in columns.values()))
    db.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", rows)


def in_duckdb():
    db = duckdb.connect(":memory:", config={"threads": 1})
    for name, columns in (("media", media), ("labels", labels)):
        db.register("given", columns)
        db.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
        db.unregister("given")
    return db


def counts(name, rows, previews):
    if previews:
        # One row a preview: the count of each cluster once, in order.
        seen = {}
        for cluster, count, *_ in rows:
            seen[cluster] = count
        return list(seen.values())
    found = [count for _, count in rows]
    return sorted(found) if name in ("labels", "folders") else found


wrong = False
for engine, open_it in (("SQLite " + sqlite3.sqlite_version, in_sqlite), ("DuckDB " + duckdb.__version__, in_duckdb)):
    db = open_it()
    for name, words, question, previews in QUESTIONS:
        if engine.startswith("SQLite") and words == "all: clusters with previews":
            question = ALONG
        taken = []
        for _ in range(times):
            start = time.perf_counter()
            rows = db.execute(question).fetchall()
            taken.append((time.perf_counter() - start) * 1e3)
        found = counts(name, rows, previews)
        # Clusters of equal counts may come in another order, so what is compared is the counts.
        if found != answers[name]:
            wrong = True
            print(f"  {engine} answers otherwise: {name}: {found[:5]} … {answers[name][:5]} …")
        print(f"  {engine}, {words}: median {statistics.median(taken):.1f} ms, worst {max(taken):.1f} ms")
    db.close()
sys.exit(wrong)
