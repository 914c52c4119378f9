"""Starts and stops the misbehaving server, and asks it what happened."""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path
from urllib.parse import urlencode

PROGRAM = Path(__file__).resolve().parent / "misbehave"
START_TIMEOUT = 30
STOP_TIMEOUT = 10


class MisbehavingServer:
    """One server process of our own. It ends with us even if we are killed: it watches our end of
    its standard input."""

    def __init__(self, *options):
        self.process = subprocess.Popen(
            [sys.executable, "-B", str(PROGRAM), "--until-eof", *map(str, options)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            self.url, self.other, self.safe = self._addresses()
        except BaseException:
            self.stop()
            raise

    def _addresses(self):
        words = self.process.stdout.readline().split()
        if len(words) not in (5, 7) or words[:2] != ["listening", "on"]:
            raise RuntimeError(f"the misbehaving server did not start; it said {words}")
        return words[2], words[4], words[6] if len(words) == 7 else None

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        """End it, by its own process id and no other."""
        self.process.terminate()
        try:
            self.process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def kill(self):
        """The same at once, in the middle of whatever it does."""
        self.process.kill()
        self.stop()

    def ask(self, path, body=None, **query):
        """The JSON answer of one of the server's control routes."""
        url = self.url + path + ("?" + urlencode(query) if query else "")
        try:
            with urllib.request.urlopen(url, body, timeout=START_TIMEOUT) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(f"{path}: {error.code} {error.read().decode()}") from error

    def stats(self, prefix=None):
        """The counters; with a prefix also the hits, times and connections of its URLs."""
        return self.ask("/stats", prefix=prefix) if prefix else self.ask("/stats", urls=0)

    def requests(self):
        """How many there were of all; asking for no more is cheap even when they were a million."""
        return self.ask("/stats", urls=0, paths=0)["requests_total"]

    def hits(self, target):
        """How often exactly this URL (path and query) was asked."""
        return self.stats(target)["urls"].get(target, {"hits": 0})["hits"]

    def urls(self, prefix="/"):
        """How often each URL was asked."""
        return Counter({url: seen["hits"] for url, seen in self.stats(prefix)["urls"].items()})

    def gaps(self, target):
        """The seconds between the attempts at this URL."""
        times = self.stats(target)["urls"].get(target, {"times": []})["times"]
        return [later - earlier for earlier, later in zip(times, times[1:])]

    def expected(self, **query):
        """count, distinct, sum_id and sha256 of a complete load of /pages."""
        return self.ask("/expected", **query)

    def put(self, name, rows):
        """From now on /data/NAME has these rows; anything but a list is its whole answer."""
        self.ask("/data-set", json.dumps(rows).encode(), name=name)

    def reset(self):
        self.ask("/reset-stats")

    def heal(self):
        """Make every fault of a URL end."""
        self.ask("/heal")

    def wait_for(self, condition, timeout=30):
        """Poll until condition(stats) is true; the stats it was true for."""
        deadline = time.monotonic() + timeout
        while True:
            stats = self.stats()
            if condition(stats):
                return stats
            if time.monotonic() > deadline:
                raise AssertionError(f"the server did not see it within {timeout} s: {stats}")
            time.sleep(0.01)

    def mistakes(self):
        """What the server itself did wrong, and what the tests asked wrongly."""
        stats = self.stats()
        return stats["server_errors"] + stats["bad_parameters"]
