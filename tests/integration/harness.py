"""What the integration tests share: the program, its server, a folder, and the end of both.

    import harness

    setUpModule = harness.start_server          # one misbehaving server for the file

    class Loading(harness.Case):
        def test_every_row_arrives_once(self):
            result = self.run_weir('''
                weir: 1
                name: pages
                extract: { type: http, url: "${SERVER}/pages", ... }
                load: { type: sqlite, path: "${WORK}/out.db" }
            ''')
            self.assert_exit(result, 0)
            self.assertEqual(harness.query(self.db, "SELECT count(*) FROM pages"), [(1000,)])

The environment variable WEIR names the program; without it, it is build/weir. A pipeline sees the
server as ${SERVER}, its other origin as ${OTHER} and the folder of the test as ${WORK}.
"""

import atexit
import hashlib
import json
import os
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "servers"))

from misbehaving import MisbehavingServer  # noqa: E402

WEIR = Path(os.environ.get("WEIR") or ROOT / "build" / "weir").absolute()
DEMO_API = ROOT / "pipelines" / "demo_api.py"

TIMEOUT = 60                # of one run; generous, for sanitizer builds on slow machines
SANITIZER_WORDS = ("AddressSanitizer", "LeakSanitizer", "ThreadSanitizer", "runtime error:",
                   "MemorySanitizer")
OK, BAD_FILE, SOURCE, DATA, DESTINATION, PLUGIN, REJECTS = 0, 2, 3, 4, 5, 6, 9
KILLED = 128 + signal.SIGKILL
INTERRUPTED, TERMINATED = 130, 143

_server = None
_running = set()


def start_server():
    """Start the misbehaving server; the module's end stops it. Use it as setUpModule."""
    global _server
    _server = MisbehavingServer()
    unittest.addModuleCleanup(stop_server)


def stop_server():
    global _server
    ended, _server = _server, None
    ended.stop()


def server():
    """The module's server."""
    if _server is None:
        raise RuntimeError("this module has no server: say setUpModule = harness.start_server")
    return _server


def program():
    """The path of weir; a module that needs it fails without it, and never skips."""
    if not os.access(WEIR, os.X_OK):
        raise RuntimeError(f"{WEIR} is not there; build it, or name it in the variable WEIR")
    return WEIR


def sanitized():
    """Whether the program was built with a sanitizer: its shadow memory counts as the program's."""
    image = program().read_bytes()
    return b"__asan_init" in image or b"__tsan_init" in image


def faults(**wishes):
    """An environment in which calls of the system fail as tests/preload/faults.c says."""
    library = WEIR.parent / "tests" / "preload" / "faults.so"
    if not library.exists():
        raise RuntimeError(f"{library} is not there; build the target test_preload")
    return {"LD_PRELOAD": library, **wishes,
            "ASAN_OPTIONS": "intercept_tls_get_addr=0:verify_asan_link_order=0"}


def query(db, sql, *values):
    """The rows of a statement. The database is opened read-only, so that a look changes nothing."""
    connection = sqlite3.connect(f"{Path(db).absolute().as_uri()}?mode=ro", uri=True, timeout=10)
    try:
        return connection.execute(sql, values).fetchall()
    finally:
        connection.close()


def digest(db, table):
    """The rows of a table in the form of the server's /expected."""
    return digest_of(query(db, f'SELECT id, name FROM "{table}" ORDER BY id'))


def digest_of(rows):
    """The same of rows of id and name."""
    ids = [row[0] for row in rows]
    names = "\n".join(f"{number}:{name}" for number, name in rows)
    return {"count": len(ids), "distinct": len(set(ids)), "sum_id": sum(ids),
            "sha256": hashlib.sha256(names.encode()).hexdigest()}


def wait_until(condition, timeout=30, what="the condition"):
    """Poll until condition() is true, and return what it gave."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true within {timeout} s")
        time.sleep(0.005)
    return value


@dataclass
class Result:
    """How a run ended. `code` is as a shell sees it, 128 + n after signal n; `signal` is that n.

    `peak_rss` is in bytes. The kernel counts what stood in the process before it became weir, so
    it is never less than the test's own size, some 30 MiB: good for a ceiling, not for a record.
    `cpu` is in seconds of work, whatever else the machine did.
    """

    code: int
    signal: int
    out: str
    err: str
    report: dict | None
    seconds: float
    peak_rss: int
    cpu: float

    def __str__(self):
        ending = f"signal {self.signal}" if self.signal else f"exit {self.code}"
        return (f"{ending} after {self.seconds:.2f} s, peak {self.peak_rss >> 20} MiB\n"
                f"--- stdout\n{self.out}--- stderr\n{self.err}---")


class Run:
    """A process of ours under way. Its outputs go to files, so that it never waits for us."""

    def __init__(self, command, env, work, report_path):
        self.report_path = report_path
        self.files = [tempfile.TemporaryFile(dir=work) for _ in range(2)]
        self.started = time.monotonic()
        self.process = subprocess.Popen(command, env=env, cwd=work, stdin=subprocess.DEVNULL,
                                        stdout=self.files[0], stderr=self.files[1])
        self.pid = self.process.pid
        self.pidfd = os.pidfd_open(self.pid)
        self.result = None
        _running.add(self)

    def alive(self):
        """Whether it still runs; it stays a process of its own until wait() has seen its end."""
        return self.result is None and not select.select([self.pidfd], [], [], 0)[0]

    def signal(self, number):
        """Send a signal to this very process: the descriptor cannot mean another of its id."""
        if self.result is None:
            signal.pidfd_send_signal(self.pidfd, number)

    def when(self, condition, timeout=30):
        """Wait until condition() is true; a run that ends before it is a failure."""
        def come_true():
            alive = self.alive()
            value = condition()
            if not value and not alive:
                raise AssertionError(f"the run ended before the condition came true: {self.wait()}")
            return value
        wait_until(come_true, timeout)
        return self

    def said(self):
        """What it has written to its standard error so far."""
        return os.pread(self.files[1].fileno(), 1 << 24, 0).decode("utf-8", "backslashreplace")

    def cpu(self):
        """The seconds that it has worked so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        """What it has in memory now, in bytes."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")

    def n_files(self):
        """How many files it has open now."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def wait(self, timeout=TIMEOUT):
        """The result, once it ends by itself; a run that does not is killed, and a failure."""
        if self.result is None:
            late = not select.select([self.pidfd], [], [], timeout)[0]
            if late:
                self.signal(signal.SIGKILL)
            self._reap()
            if late:
                raise AssertionError(f"killed, because it ran for {timeout} s: {self.result}")
        return self.result

    def kill(self):
        """End it now, whatever it does; for the end of a test."""
        if self.result is None:
            self.signal(signal.SIGKILL)
            self._reap()

    def _reap(self):
        _, status, usage = os.wait4(self.pid, 0)
        seconds = time.monotonic() - self.started
        code = os.waitstatus_to_exitcode(status)
        self.process.returncode = code      # or subprocess would wait for it again
        out, err = (self._text(file) for file in self.files)
        os.close(self.pidfd)
        _running.discard(self)
        self.result = Result(code if code >= 0 else 128 - code, max(0, -code), out, err, None,
                             seconds, usage.ru_maxrss * 1024, usage.ru_utime + usage.ru_stime)
        self.result.report = self._report()

    @staticmethod
    def _text(file):
        with file:
            file.seek(0)
            return file.read().decode("utf-8", "backslashreplace")

    def _report(self):
        """The report, or None when there is none; one cut short by a kill is none either."""
        if not self.report_path.exists():
            return None
        try:
            return json.loads(self.report_path.read_text(encoding="utf-8"))
        except ValueError as broken:
            if self.result.signal:
                return None
            raise AssertionError(f"the report is not JSON ({broken}): {self.result}") from broken


@atexit.register
def _kill_all():
    for run in list(_running):
        run.kill()


class Case(unittest.TestCase):
    """A test with a folder of its own, gone afterwards, and no process left behind."""

    maxDiff = 4000

    def setUp(self):
        self.work = Path(tempfile.mkdtemp(prefix="weir-test-"))
        self.addCleanup(shutil.rmtree, self.work, ignore_errors=True)
        self.db = self.work / "out.db"
        self._runs = 0
        self.server_may_be_asked_wrongly = False
        if _server is not None:
            _server.reset()
            self.addCleanup(self._check_server)

    def _check_server(self):
        """A mistake in a URL of a test, or in the server, must not pass as one of weir's."""
        if not self.server_may_be_asked_wrongly:
            self.assertEqual(_server.mistakes(), [])

    def write(self, name, text):
        """A file in the test's folder, its indentation removed."""
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        return path

    def start_weir(self, pipeline, *args, command="run", env=None):
        """Start weir on a pipeline: its text, or the Path of its file. It is killed, if need be,
        when the test ends."""
        self._runs += 1
        path = pipeline
        if not isinstance(pipeline, Path):
            path = self.write("pipeline.yaml", pipeline)
        report_path = self.work / f"report-{self._runs}.json"
        wish = ["--report", str(report_path)] if command == "run" else []
        line = [str(program()), command, str(path), *wish, *map(str, args)]
        run = Run(line, self.environment(env or {}), self.work, report_path)
        self.addCleanup(run.kill)
        return run

    def run_weir(self, pipeline, *args, command="run", env=None, timeout=TIMEOUT):
        """Run weir to its end."""
        run = self.start_weir(pipeline, *args, command=command, env=env)
        return self.check(run.wait(timeout))

    def environment(self, more):
        """Ours without what changes weir's behaviour or its messages; None takes a name away."""
        wanted = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS",
                  "TSAN_OPTIONS", "LSAN_OPTIONS", "LLVM_PROFILE_FILE")
        env = {name: os.environ[name] for name in wanted if name in os.environ}
        # GCC 12's LeakSanitizer misreads where plugins keep what is a thread's own, and may crash.
        env.setdefault("ASAN_OPTIONS", "intercept_tls_get_addr=0")
        env |= {"LC_ALL": "C.UTF-8", "WORK": str(self.work)}
        if _server is not None:
            env |= {"SERVER": _server.url, "OTHER": _server.other}
        env |= more
        return {name: str(value) for name, value in env.items() if value is not None}

    def check(self, result):
        """Nothing a run does may make a sanitizer speak."""
        for word in SANITIZER_WORDS:
            if word in result.err:
                self.fail(f"a sanitizer found something: {result}")
        return result

    def killed_or_done(self, file, moment, *args):
        """One run, killed at the moment unless it has ended by then, or just before the signal."""
        run = self.start_weir(file, *args)
        if moment is not None and not select.select([run.pidfd], [], [], moment)[0]:
            run.signal(signal.SIGKILL)
        return self.check(run.wait())

    def kill_until_done(self, file, dice, duration, *args, kills=8, look=lambda: None):
        """Runs that are killed at random, each begun at once behind the last, until one ends by
        itself; `look` sees what each has left. How many were killed."""
        for n in range(kills + 1):
            moment = dice.uniform(0, duration) if n < kills else None
            result = self.killed_or_done(file, moment, *args)
            if result.code != KILLED:
                self.assert_exit(result, OK)
                return n
            look()
        return self.fail("no end")

    def assert_exit(self, result, code):
        """The exit code, and with a wrong one all that the run said."""
        self.assertEqual(result.code, code, str(result))

    def assert_loaded(self, table, **pages):
        """The table holds exactly what a complete load of /pages with these parameters gives."""
        self.assertEqual(digest(self.db, table), server().expected(**pages))
        self.assertEqual(query(self.db, "PRAGMA integrity_check"), [("ok",)])


class DemoApi:
    """The demo API of the example pipelines, for `with`."""

    def __init__(self, latency="0"):
        self.latency = latency

    def __enter__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-B", str(DEMO_API), "--port", "0", "--latency", self.latency],
            stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().split()[-1]
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
