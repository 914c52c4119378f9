"""P01: killed at random moments, started again at once: the tables are as if nothing had happened.

The server fails as well (a fifth of its first answers). WEIR_SEED=n repeats one seed, WEIR_SEEDS=n
tries the seeds from 1 to n.
"""

import os
import random
import select
import signal
import time
import unittest

import harness
from harness import OK
from workload import WorkCase, Workload

setUpModule = harness.start_server

SEEDS = int(os.environ.get("WEIR_SEEDS") or (4 if harness.sanitized() else 30))
KILLS = 12          # of one seed; then it may run to its end
KILLED = 128 + signal.SIGKILL


def seeds():
    wanted = os.environ.get("WEIR_SEED")
    return [int(wanted)] if wanted else range(1, SEEDS + 1)


class Killed(WorkCase):
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

    def killed_or_done(self, file, key, moment):
        """One run, killed at the moment unless it has ended by then."""
        run = self.start_weir(file, "--run-id", key)
        if moment is None or select.select([run.pidfd], [], [], moment)[0]:
            return self.check(run.wait())
        run.signal(signal.SIGKILL)
        return run.wait()

    def live(self, work, seed, duration):
        """Run, kill, look, run again, until a run ends by itself: the rows seen after each kill."""
        dice = random.Random(f"{work.mode} {seed}")
        file = self.pipeline_of(work)
        seen = []
        for attempt in range(KILLS + 1):
            moment = dice.uniform(0, duration) if attempt < KILLS else None
            result = self.killed_or_done(file, f"seed {seed}", moment)
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
        for seed in seeds():
            with self.subTest(mode=mode, WEIR_SEED=seed):
                work = self.work_of(mode, seed)
                self.begin(work)
                everything += self.live(work, seed, duration)
        print(f"{mode}: {len(everything)} kills in {len(seeds())} seeds, {len(set(everything))} "
              f"different states, {time.monotonic() - begun:.0f} s ", end="", flush=True)
        if len(seeds()) >= 20:
            self.assertGreater(len(set(everything)), 5, "all kills came too early or too late")

    def test_append(self):
        self.kill_all("append")

    def test_merge(self):
        self.kill_all("merge")

    def test_replace(self):
        self.kill_all("replace")


if __name__ == "__main__":
    unittest.main()
