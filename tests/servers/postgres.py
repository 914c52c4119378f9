"""PostgreSQL for tests: a cluster of our own, gone when the tests are.

    cluster = postgres.shared()             # one for all tests of a run
    name = cluster.create_database()
    with cluster.connect(name) as connection:
        connection.execute("SELECT 1")

    with postgres.Cluster() as cluster:     # one that may be stopped, crashed and started again
        cluster.crash()
        cluster.start()

Under ctest the shared cluster is started and stopped by tests of its own, and the variable
WEIR_TEST_PG says how to reach it. A test that is run by hand starts one for itself:

    python3 -m unittest test_postgres_kill
    python3 tests/servers/postgres.py run build/tests/integration/integration_load_postgres

Roles that are in the group "password" need theirs; all others are trusted.
"""

import atexit
import os
import pwd
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import libpq

USER = "weir"
PORT = 5432             # part of the socket's name; nothing listens there
VARIABLE = "WEIR_TEST_PG"
WAIT = 60
# A test database may be lost in a power cut.
SETTINGS = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "32MB",
            "max_connections": 80, "max_wal_size": "1GB", "autovacuum": "off",
            "log_min_messages": "warning"}
RIGHTS = """local all +password scram-sha-256
host all +password 127.0.0.1/32 scram-sha-256
local all all trust
host all all 127.0.0.1/32 trust
"""


def _folder_of_programs():
    places = [Path("/usr/lib/postgresql/15/bin")]
    if shutil.which("pg_config"):
        said = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True)
        places.append(Path(said.stdout.strip()))
    places += map(Path, os.environ.get("PATH", "").split(":"))
    for place in places:
        if (place / "initdb").exists():
            return place
    raise RuntimeError("PostgreSQL's initdb is nowhere; install postgresql-15")


def _owner():
    """Who the server runs as when we are root, for it refuses to be root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            pass
    raise RuntimeError("the server will not run as root, and there is no user postgres or nobody")


def _run(program, *arguments):
    """One of PostgreSQL's programs to its end; its outputs go nowhere a daemon could hold them."""
    owner = _owner()
    identity = {} if owner is None else {
        "user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    with tempfile.TemporaryFile() as said:
        code = subprocess.run([str(_folder_of_programs() / program), *map(str, arguments)],
                              stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd="/",
                              timeout=2 * WAIT, **identity).returncode
        if code != 0:
            said.seek(0)
            raise RuntimeError(f"{program}: exit {code}: {said.read().decode()}")


class Server:
    """A server that somebody else started: databases are made and dropped, nothing else."""

    _made = 0

    def __init__(self, socket_folder):
        self.socket_folder = Path(socket_folder)
        self.socket = self.socket_folder / f".s.PGSQL.{PORT}"

    def conninfo(self, database="postgres", user=USER):
        return f"host={self.socket_folder} user={user} dbname={database}"

    def connect(self, database="postgres", user=USER):
        return libpq.Connection(self.conninfo(database, user))

    def create_database(self):
        """The name of a new one."""
        Server._made += 1
        name = f"test_{os.getpid()}_{Server._made}"
        self.empty_database(name)
        return name

    def empty_database(self, name):
        """A database of this name with nothing in it, whatever it was and whoever was in it."""
        with self.connect() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name}")

    def drop_database(self, name):
        with self.connect() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


class Cluster(Server):
    """A cluster in a folder of its own. It ends with this process even if that is killed: a small
    process beside it watches."""

    _template = None

    def __init__(self, listen=False, folder=None, watch=None, **settings):
        """listen: on a port of the loopback too, which is then `port`. watch: end with this process
        rather than ours."""
        self.folder = Path(folder or tempfile.mkdtemp(prefix="weir-pg-"))
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        super().__init__(self.folder)
        self._own(self.folder)
        self._janitor = self._start_janitor(watch)
        try:
            self.port = self._free_port() if listen else PORT
            if listen:
                self.socket = self.folder / f".s.PGSQL.{self.port}"
            self.settings = SETTINGS | settings | {
                "unix_socket_directories": self.folder, "port": self.port,
                "listen_addresses": "127.0.0.1" if listen else ""}
            self._make_data()
            self.start()
        except BaseException:
            self.close()
            raise

    def conninfo(self, database="postgres", user=USER):
        return f"{super().conninfo(database, user)} port={self.port}"

    @staticmethod
    def _free_port():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]

    @staticmethod
    def _own(path):
        owner = _owner()
        if owner is not None:
            os.chown(path, owner.pw_uid, owner.pw_gid)

    def _start_janitor(self, watch):
        """It holds the end of a pipe of ours, or looks at the process to watch."""
        watched = [str(watch)] if watch else []
        return subprocess.Popen(
            [sys.executable, "-B", __file__, "clean", str(self.folder), *watched],
            stdin=subprocess.DEVNULL if watch else subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True)

    def _make_data(self):
        """initdb takes a second, a copy does not; the shared cluster has one to copy."""
        template = self._template_of_shared() or Cluster._template
        if template is None:
            template = self.folder / "template"
            _run("initdb", "-D", template, "-A", "trust", "-U", USER, "-E", "UTF8",
                 "--locale=C.UTF-8", "--no-sync")
            Cluster._template = template
        subprocess.run(["cp", "-a", str(template), str(self.data)], check=True)
        (self.data / "pg_hba.conf").write_text(RIGHTS)
        # Read anew at each start, so that a test can change them.
        self.configure()

    @staticmethod
    def _template_of_shared():
        known = os.environ.get(VARIABLE)
        template = known and Path(_words(known)["host"]) / "template"
        return template if template and template.exists() else None

    def configure(self, **settings):
        """What holds from the next start, or from reload()."""
        self.settings |= settings
        lines = [f"{name} = '{value}'\n" for name, value in self.settings.items()]
        (self.data / "postgresql.auto.conf").write_text("".join(lines))

    def reload(self):
        _run("pg_ctl", "-D", self.data, "reload")

    def start(self):
        _run("pg_ctl", "-D", self.data, "-l", self.log, "-t", WAIT, "-w", "start")
        if not (self.folder / "has-group").exists():
            with self.connect() as connection:
                connection.execute("CREATE ROLE password NOLOGIN")
            (self.folder / "has-group").touch()

    def start_unless_running(self):
        if not (self.data / "postmaster.pid").exists():
            self.start()

    def stop(self, mode="fast"):
        _run("pg_ctl", "-D", self.data, "-m", mode, "-t", WAIT, "-w", "stop")

    def restart(self, mode="fast"):
        self.stop(mode)
        self.start()

    def crash(self):
        """All of its processes end at once, and nothing is tidied up."""
        self.stop("immediate")

    def close(self):
        """Ends the server and removes its folder; the janitor does both."""
        if self._janitor is not None:
            self._janitor.stdin.close()
            self._janitor.wait(WAIT)
            self._janitor = None
            if Cluster._template and Cluster._template.parent == self.folder:
                Cluster._template = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def dump(conninfo):
    """All that is in a database, as SQL."""
    return subprocess.run([str(_folder_of_programs() / "pg_dump"), conninfo], check=True,
                          stdout=subprocess.PIPE).stdout


_shared = None


def shared():
    """The cluster of all tests: the one that WEIR_TEST_PG names, or one for this process."""
    global _shared
    if _shared is None:
        known = os.environ.get(VARIABLE)
        if known:
            _shared = Server(_words(known)["host"])
        else:
            _shared = Cluster()
            atexit.register(_shared.close)
    return _shared


def _words(conninfo):
    return dict(word.split("=", 1) for word in conninfo.split())


# The shared cluster under ctest, and what watches over a cluster

def _postmaster(folder):
    try:
        return int((folder / "data" / "postmaster.pid").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def _end_server(folder):
    pid = _postmaster(folder)
    if pid is None:
        return
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        if os.readlink(f"/proc/{pid}/cwd") == str(folder / "data"):
            signal.pidfd_send_signal(handle, signal.SIGQUIT)
            select.select([handle], [], [], WAIT)
    except (ProcessLookupError, FileNotFoundError):
        pass
    finally:
        os.close(handle)


def clean(folder, watched=None):
    """Once standard input or the watched process ends: end the server, remove the folder."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if watched is None:
        sys.stdin.buffer.read()
    else:
        try:
            handle = os.pidfd_open(int(watched))
            while folder.exists() and not select.select([handle], [], [], 0.2)[0]:
                pass
        except ProcessLookupError:
            pass
    _end_server(folder)
    shutil.rmtree(folder, ignore_errors=True)


def start(folder):
    """The shared cluster, in this folder; it ends with ctest, our parent, at the latest."""
    stop(folder)
    folder.mkdir(mode=0o700)
    cluster = Cluster(folder=folder, watch=os.getppid())
    cluster._janitor = None         # it stays, and so does the server


def stop(folder):
    if not folder.exists():
        return
    owner = _owner()
    if folder.stat().st_uid not in (os.geteuid(), owner.pw_uid if owner else os.geteuid()):
        raise RuntimeError(f"{folder} belongs to somebody else")
    _end_server(folder)
    shutil.rmtree(folder)


def run(command):
    """A program with the shared cluster, which is started for it unless there is one."""
    os.environ[VARIABLE] = shared().conninfo().replace(f" port={PORT}", "")
    return subprocess.run(command).returncode


def main(word, *arguments):
    if word == "run":
        return run(arguments)
    folder, *rest = arguments
    {"start": start, "stop": stop, "clean": clean}[word](Path(folder), *rest)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
