"""D15: a write or a sync of the database fails, at the first time that it is called, the second, and so
on. strace lets them fail; where it is not installed nothing can be shown."""

import shutil
import unittest

import harness
from harness import DESTINATION, OK
from databases import Sqlite
from state_case import on
from workload import NAMES, WorkCase, Workload

setUpModule = harness.start_server

# How far apart the calls are that fail: each is one run, and one that finishes the work.
STEP = 13 if harness.sanitized() else 5
CALLS = ("pwrite64", "fdatasync", "ftruncate")


@on(Sqlite)
@unittest.skipUnless(shutil.which("strace"), "the command strace is not installed")
class FailingDisk(WorkCase):
    def run_failing(self, file, call, error, k):
        """One run in which the k-th such call fails; whether it came to that."""
        log = self.work / "strace"
        run = harness.Run(
            ["strace", "-f", "-o", str(log), "-e", f"trace={call}",
             "-e", f"inject={call}:error={error}:when={k}",
             str(harness.program()), "run", str(file), "--run-id", "k"],
            self.environment({"ASAN_OPTIONS": "detect_leaks=0"}), self.work, self.work / "none")
        self.addCleanup(run.kill)
        return self.check(run.wait()), "(INJECTED)" in log.read_text()

    def fail_each(self, mode, call, error):
        for k in range(1, 1000, STEP):
            with self.subTest(mode=mode, call=call, error=error, k=k):
                work = Workload(mode, size=3, pages=3, parts=2)
                work.prepare(self)
                file = self.write("work.yaml", self.pipeline(
                    work.resources(), load="batching: { rows: 3 }"))
                result, failed = self.run_failing(file, call, error, k)
                if not failed:
                    self.assert_exit(result, OK)
                    return
                if result.code != OK:
                    self.assert_exit(result, DESTINATION)
                    self.assert_whole_units(work)
                    self.assert_exit(self.run_weir(file, "--run-id", "k"), OK)
                self.assert_done(work)

    def test_a_failing_disk(self):
        for mode in NAMES:
            for call in CALLS:
                self.fail_each(mode, call, "EIO")

    def test_a_full_disk(self):
        for mode in NAMES:
            self.fail_each(mode, "pwrite64", "ENOSPC")


if __name__ == "__main__":
    unittest.main()
