"""What the checks share: the files of the repository, its built program, and how a check ends.

A check prints one line for each thing that is wrong, with its place first, and exits with 1 if
there was one. The environment variable WEIR names the built program; without it, it is build/weir.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WEIR = Path(os.environ.get("WEIR") or ROOT / "build" / "weir").absolute()
BUILD = WEIR.parent
SKIPPED = 77        # the exit code that ctest takes for "could not be checked here"


def files(*suffixes):
    """The files of the repository, sorted: what git tracks or would, or all in an unpacked archive."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "-c", f"safe.directory={ROOT}", "-C", ROOT, "ls-files", "-z",
             "--cached", "--others", "--exclude-standard"],
            check=True, stdout=subprocess.PIPE, text=True).stdout
        paths = [ROOT / name for name in listed.split("\0") if name]
    else:
        paths = [path for path in ROOT.rglob("*") if not path.relative_to(ROOT).parts[0].startswith("build")]
    return sorted({path for path in paths if path.is_file() and path.name.endswith(suffixes)})


def where(path, line=None):
    """A place as messages name it: relative to the root, with its line."""
    path = Path(path)
    name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    return f"{name}:{line}" if line else str(name)


def run(*command):
    """Run a program and give what it printed; its failure is the check's."""
    try:
        ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}; WEIR names the built program")
    if ended.returncode:
        sys.exit(f"{' '.join(map(str, command))}: exit {ended.returncode}\n{ended.stderr.rstrip()}")
    return ended.stdout


def finish(problems, done):
    """End the check: its problems, one a line, or one line that says what was looked at."""
    for problem in problems:
        print(problem)
    if problems:
        sys.exit(1)
    print(done)


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)
