"""What `cache` saves: 200 pages of a server that takes its time, read one by one, side by side, and
a second time.

    python3 tests/bench/http_cache.py [--pages 200] [--delay 0.1]

Prints the seconds of each run, from the program's start to its end, and how often the server was
asked.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "servers"))

from misbehaving import MisbehavingServer  # noqa: E402

ONE_BY_ONE = "{ type: json_link, next_url_path: next }"
SIDE_BY_SIDE = "{ type: page_number, total_path: total_pages, prefetch: 16 }"
PIPELINE = """
weir: 1
name: cached
extract:
  type: http
  url: "{url}/kept/a?size=100&delay={delay}&links={links}"
  {cache}
  data_selector: data
  paginator: {paginator}
load: {{ type: sqlite, path: "{work}/out.db" }}
"""


def run(server, work, **wishes):
    (work / "p.yaml").write_text(PIPELINE.format(url=server.url, work=work, **wishes))
    (work / "out.db").unlink(missing_ok=True)
    before = server.stats()["requests_total"]
    began = time.monotonic()
    subprocess.run([ROOT / "build" / "weir", "run", "-q", work / "p.yaml"], check=True)
    return time.monotonic() - began, server.stats()["requests_total"] - before


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--delay", type=float, default=0.1)
    args = parser.parse_args()
    server = MisbehavingServer()
    server.put("a", [{"id": i, "name": f"row {i}"} for i in range(args.pages * 100)])
    for name, links, paginator in (("one by one", "body", ONE_BY_ONE),
                                   ("16 side by side", "none", SIDE_BY_SIDE)):
        with tempfile.TemporaryDirectory() as folder:
            work = pathlib.Path(folder)
            for what, ttl in (("first run", "1h"), ("second run", "1h"), ("all asked about", "0s")):
                cache = f'cache: {{ path: "{work}/cache", ttl: {ttl} }}'
                seconds, asked = run(server, work, delay=args.delay, links=links,
                                     paginator=paginator, cache=cache)
                print(f"{name}, {what}: {seconds:.3f} s, {asked} requests")
    server.stop()


main()
