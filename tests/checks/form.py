"""Do the C files have the form that .clang-format gives them? By clang-format 14, as in Debian 12."""

import re
import shutil
import subprocess

import repo

VERSION = "14"


def formatter():
    """The program of that version; others form some things otherwise."""
    for name in (f"clang-format-{VERSION}", "clang-format"):
        if program := shutil.which(name):
            if re.search(rf"version {VERSION}\.", repo.run(program, "--version")):
                return program
    return repo.skip(f"clang-format {VERSION} is not installed")


def complaints(program, paths):
    """Each place where a file would be formed otherwise, once for each line."""
    ended = subprocess.run([program, "--dry-run", *paths], cwd=repo.ROOT, stderr=subprocess.PIPE, text=True)
    places = dict.fromkeys(match[1] for line in ended.stderr.splitlines()
                           if (match := re.match(r"(\S+:\d+):\d+: warning:", line)))
    said = [f"{repo.where(place)}: not as clang-format would have it" for place in places]
    if ended.returncode and not said:
        said.append(ended.stderr)
    return said


def main():
    program = formatter()
    paths = repo.files(".c", ".h", ".cpp")
    repo.finish(complaints(program, paths), f"{len(paths)} files are in form")


main()
