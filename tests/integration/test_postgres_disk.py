"""D07: the disk is full. Whole pages stay, and once there is room the next run goes on."""

import subprocess
import tempfile
import unittest
from pathlib import Path

import harness
from harness import DESTINATION, OK
from postgres_case import ClusterCase, skip_unless_root
from state_case import resource

setUpModule = harness.start_server

UNITS, UNIT = 40, 1024      # one MiB each


def mount(size):
    """A small file system, or None where none may be made."""
    folder = Path(tempfile.mkdtemp(prefix="weir-disk-"))
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}m,mode=777", "none", str(folder)],
                          capture_output=True)
    if made.returncode:
        folder.rmdir()
        return None
    return folder


@skip_unless_root
class FullDisk(ClusterCase):
    def setUp(self):
        self.folder = mount(16)
        if self.folder is None:
            self.skipTest("this root may not mount")
        self.addCleanup(self.folder.rmdir)
        self.addCleanup(subprocess.run, ["umount", "-l", str(self.folder)], check=True)
        super().setUp()
        place = self.folder / "space"
        place.mkdir()
        self.cluster._own(place)
        self.make(f"CREATE TABLESPACE small LOCATION '{place}'")
        self.addCleanup(self.forget)

    def forget(self):
        self.make("DROP TABLE IF EXISTS t")
        for name in self.database.staged():
            self.make(f"DROP TABLE {name}")
        self.make("DROP TABLESPACE small")

    def fill(self, *options):
        file = self.pipeline([resource("t", "/big?mb=1&i={partition.n}",
                                       f"partitions: {{ n: {{ from: 1, to: {UNITS} }} }}", *options)])
        result = self.run_weir(file)
        self.assert_exit(result, DESTINATION)
        self.assertIn("error[E-DB-DISK-FULL]", result.err)
        self.assertIn("run again", result.err)
        subprocess.run(["mount", "-o", "remount,size=256m", str(self.folder)], check=True)
        return file

    def test_append(self):
        self.make("CREATE TABLE t (id bigint, name text, pad text) TABLESPACE small")
        file = self.fill()
        there = self.count()
        self.assertTrue(0 < there < UNITS * UNIT and there % UNIT == 0, there)
        self.assert_exit(self.run_weir(file), OK)
        self.assertEqual(self.rows("SELECT count(*), count(DISTINCT id) FROM t"), [(UNITS * UNIT, UNIT)])
        self.assert_settled()


if __name__ == "__main__":
    unittest.main()
