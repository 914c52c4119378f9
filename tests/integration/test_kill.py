"""P01: killed at random moments, started again at once: the tables are as if nothing had happened.
Likewise where runs are taken over in the middle, and where each pass reads what is new.

The server fails as well (a fifth of its first answers). WEIR_SEED=n repeats one seed, WEIR_SEEDS=n
tries the seeds from 1 to n.
"""

import json
import os
import random
import time
import unittest

import harness
from databases import Postgres, Sqlite
from harness import KILLED, OK, REJECTS
from state_case import LOCKED, data, on_both
from workload import NAMES, WorkCase, Workload

setUpModule = harness.start_server

# A run with a server takes longer.
SEEDS = {Sqlite: 4, Postgres: 3} if harness.sanitized() else {Sqlite: 15, Postgres: 10}
KILLS = 12          # of one seed; then it may run to its end
SINCE = "{incremental.start_value}"


class KillCase(WorkCase):
    def seeds(self, share=1):
        wanted = os.environ.get("WEIR_SEED")
        count = int(os.environ.get("WEIR_SEEDS") or SEEDS[self.DATABASE])
        return [int(wanted)] if wanted else list(range(1, 1 + -(-count // share)))

    def work_of(self, mode, seed):
        return Workload(mode, size=20, pages=12, parts=8, chaos=0.2, delay=0.002, seed=seed)

    def pipeline_of(self, work):
        return self.write("work.yaml", self.pipeline(
            work.resources(), load="batching: { rows: 40, period: 10ms }"))

    def begin(self, work):
        harness.server().reset()
        work.prepare(self)

    def undisturbed(self, work):
        """How long a run takes; three, for the first one finds nothing in any cache."""
        times = []
        for _ in range(3):
            self.begin(work)
            result = self.run_weir(self.pipeline_of(work), "--run-id", "k")
            self.assert_exit(result, OK)
            self.assert_done(work)
            times.append(result.seconds)
        return sorted(times)[1]


@on_both
class Killed(KillCase):
    def live(self, work, seed, duration):
        """Run, kill, look, run again, until a run ends by itself: the rows seen after each kill."""
        dice = random.Random(f"{work.mode} {seed}")
        file = self.pipeline_of(work)
        seen = []
        for attempt in range(KILLS + 1):
            moment = dice.uniform(0, duration) if attempt < KILLS else None
            result = self.killed_or_done(file, moment, "--run-id", f"seed {seed}")
            if result.code == OK:
                self.assert_done(work)
                return seen
            self.assertEqual(result.code, KILLED, f"attempt {attempt}: {result}")
            seen.append(self.assert_whole_units(work))
        return self.fail(f"no end: {result}")

    def kill_all(self, mode):
        begun = time.monotonic()
        duration = self.undisturbed(self.work_of(mode, 0))
        everything = []
        for seed in self.seeds():
            with self.subTest(mode=mode, WEIR_SEED=seed):
                work = self.work_of(mode, seed)
                self.begin(work)
                everything += self.live(work, seed, duration)
        print(f"{mode}: {len(everything)} kills in {len(self.seeds())} seeds, {len(set(everything))} "
              f"different states, {time.monotonic() - begun:.0f} s ", end="", flush=True)
        if len(self.seeds()) >= 20:
            self.assertGreater(len(set(everything)), 5, "all kills came too early or too late")

    def test_append(self):
        self.kill_all("append")

    def test_merge(self):
        self.kill_all("merge")

    def test_replace(self):
        self.kill_all("replace")


@on_both
class TakenOver(KillCase):
    """A run begins while others still write, which do not know that they have been replaced."""

    RUNS = 6

    def overtake(self, work, seed, duration):
        dice = random.Random(f"takeover {work.mode} {seed}")
        file = self.pipeline_of(work)
        runs = []
        for _ in range(self.RUNS):
            runs.append(self.start_weir(file, "--run-id", f"seed {seed}", "--takeover"))
            time.sleep(dice.uniform(0, duration / 2))
        for run in runs:
            result = self.check(run.wait())
            self.assertIn(result.code, (OK, LOCKED), str(result))
        result = self.run_weir(file, "--run-id", f"seed {seed}")
        self.assert_exit(result, OK)
        self.assert_done(work)

    def test_in_all_dispositions(self):
        for mode in NAMES:
            duration = self.undisturbed(self.work_of(mode, 0))
            for seed in self.seeds(share=3):
                with self.subTest(mode=mode, WEIR_SEED=seed):
                    work = self.work_of(mode, seed)
                    self.begin(work)
                    self.overtake(work, seed, duration)


@on_both
class Growing(KillCase):
    """An incremental resource whose source grows. No run has an id: one that is killed behind its
    last commit is followed by a new pass, and the mark alone keeps rows from coming twice."""

    SHARING = 7         # rows have one time
    BAD = 13            # each such row cannot be loaded

    def row(self, n):
        second = n // self.SHARING
        return {"id": n, "v": "x" if n % self.BAD == 0 else n,
                "updated_at": f"2024-01-01T00:{second // 60:02}:{second % 60:02}Z"}

    def file(self, seed):
        words = ("incremental: { cursor_path: updated_at, cursor_type: datetime, initial_value: "
                 '"2024-01-01T00:00:00Z" }')
        return self.write("growing.yaml", self.pipeline(
            [data("t", words, "on_row_error: dead_letter", size=20, since=SINCE, chaos=0.2,
                  seed=seed, delay=0.003)], load="batching: { rows: 20, period: 5ms }"))

    def grow(self, file, dice, first, last, duration):
        """One pass over what is there now, whatever happens to its runs."""
        rows = [self.row(n) for n in range(first, last + 1)]
        dice.shuffle(rows)
        harness.server().put("t", rows)
        for attempt in range(KILLS + 1):
            moment = dice.uniform(0, duration) if attempt < KILLS else None
            result = self.killed_or_done(file, moment)
            if result.code in (OK, REJECTS):
                break
            self.assertEqual(result.code, KILLED, str(result))
        everything = range(1, last + 1)
        self.assertEqual(self.rows(), [n for n in everything if n % self.BAD])
        aside = sorted(json.loads(raw)["id"] for raw in self.rows("SELECT raw FROM _weir_dead_letter"))
        self.assertEqual(aside, [n for n in everything if n % self.BAD == 0])
        self.assert_settled()

    def test_every_row_comes_once(self):
        duration = 0.2
        for seed in self.seeds(share=2):
            with self.subTest(WEIR_SEED=seed):
                self.database.empty()
                self.make("CREATE TABLE t (id INTEGER, v INTEGER, updated_at TEXT)"
                          + self.database.strict)
                harness.server().reset()
                dice = random.Random(f"growing {seed}")
                last = 0
                for _ in range(4):
                    # What the server no longer has is of no concern.
                    first = max(1, last - 100)
                    last += dice.randint(0, 150)
                    self.grow(self.file(seed), dice, first, last, duration)


if __name__ == "__main__":
    unittest.main()
