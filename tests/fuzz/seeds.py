"""Something to begin with for the targets: the bodies of the misbehaving server.

    seeds.py FOLDER         writes FOLDER/<target>/seed-<n>
"""

import gzip
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "servers"))

from misbehave.bodies import BODIES  # noqa: E402
from misbehave.exchange import dump  # noqa: E402
from misbehave.formats import ARRAYS, CSV_KINDS, XML_KINDS  # noqa: E402

# Before each the bytes by which the target picks what it does: see the top of its file.
JSON = [b"\0\7" + body for body in BODIES.values()]
ARRAY = [prefix + dump(value) for value in ARRAYS.values() for prefix in (b"\x20\7", b"\x10\7")]
SPLIT = [b"\0\3\7" + body for body in BODIES.values()] + [
    b"\1\3\7" + b'{"v":{"items":' + body + b',"more":1}}' for body in BODIES.values()] + [
    form + b"\3\7" + body for body in CSV_KINDS.values() for form in (b"\3", b"\4")]
SEEDS = {
    "fuzz_json": JSON + ARRAY,
    "fuzz_ndjson": [body.strip(b"[]").replace(b"},{", b"}\n{") for body in BODIES.values()],
    "fuzz_csv": [b"\0" + body for body in CSV_KINDS.values()],
    "fuzz_split": SPLIT,
    "fuzz_xml": [body.replace(b"item", b"r") for body in XML_KINDS.values()],
    "fuzz_unpack": [b"\0\1" + gzip.compress(body, mtime=0) for body in BODIES.values()],
}


def main(folder):
    for target, seeds in SEEDS.items():
        (folder / target).mkdir(parents=True, exist_ok=True)
        for n, seed in enumerate(seeds):
            if len(seed) < 100000:
                (folder / target / f"seed-{n}").write_bytes(seed)


main(Path(sys.argv[1]))
