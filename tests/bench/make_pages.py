#!/usr/bin/env python3
"""Write the pages that the benchmarks fetch: python3 make_pages.py FOLDER [--pages N]

Page N is {"data": [100 rows], "page": N, "total": ...}, about 49 kB, with ids that no other page
has. A row is what an issue tracker gives: 13 keys, two of them nested, texts with quotes, line
breaks and other alphabets, one row in 16 with \\u escapes. The same each time.
"""

import argparse
import json
import random
from pathlib import Path

ROWS = 100
TEMPLATES = 200         # pages differ in their ids; their texts repeat after so many
WORDS = ("queue reader merge column limit retry cursor leak timeout parser index schema batch "
         "token border socket writer header branch signal memory thread column value").split()
ODD = ['"quoted"', "two\nlines", "tab\there", "back\\slash", "naïve café", "日本語", "🚢", "a < b & c"]
LABELS = [("bug", "d73a4a"), ("docs", "0075ca"), ("idea", "a2eeef"), ("question", "d876e3")]


def row(pick, number):
    words = [pick.choice(WORDS) for _ in range(pick.randint(16, 28))]
    if pick.random() < 0.5:
        words.insert(pick.randrange(len(words)), pick.choice(ODD))
    day = f"20{pick.randint(18, 25)}-{pick.randint(1, 12):02}-{pick.randint(1, 28):02}T12:00:00Z"
    state = pick.choice(["open", "closed"])
    user = pick.randint(1000, 99999)
    return {
        "id": 99999900 + number, "node_id": f"I_{pick.getrandbits(48):012x}",
        "number": pick.randint(1, 99999), "title": " ".join(words[:6]).capitalize(),
        "state": state, "comments": pick.randint(0, 120), "score": round(pick.random() * 100, 4),
        "locked": pick.random() < 0.1, "created_at": day,
        "closed_at": None if state == "open" else day,
        "user": {"login": f"user{user}", "id": user},
        "labels": [{"name": n, "color": c} for n, c in pick.sample(LABELS, pick.randint(0, 3))],
        "body": " ".join(words),
    }


def template(pick):
    rows = [json.dumps(row(pick, i), ensure_ascii=i % 16 == 5, separators=(",", ":"))
            for i in range(ROWS)]
    return '{"data":[' + ",".join(rows) + '],"page":%d,"total":20000}'


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pages", type=int, default=5000)
    wanted = parser.parse_args()
    pick = random.Random(20260101)
    templates = [template(pick) for _ in range(TEMPLATES)]
    pages = wanted.folder / "pages"
    pages.mkdir(parents=True, exist_ok=True)
    for number in range(1, wanted.pages + 1):
        text = templates[number % TEMPLATES] % number
        text = text.replace('"id":999999', f'"id":{100000 + number}')
        (pages / str(number)).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
