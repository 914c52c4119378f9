"""Does no file name a place on the machine of whoever wrote it: a path that only that one has?

Allowed are the places that every system has (/tmp, /etc, /usr, /proc, /dev).
"""

import re

import repo

# Not behind a letter, a dot, a brace or a slash: there it is a part of a longer path or URL.
PLACE = re.compile(r"(?<![\w.$~}%/-])/(work|workspace|root|home|Users|mnt)(?=/)")
PLACE_OF_WINDOWS = re.compile(r"\b[C-Z]:\\\\?\w")


def main():
    problems, paths = [], [path for path in repo.files("") if path.suffix != ".jsonl"]
    for path in paths:
        for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").split("\n"), 1):
            if found := PLACE.search(line) or PLACE_OF_WINDOWS.search(line):
                problems.append(f"{repo.where(path, number)}: names {found[0]}, a place of one machine")
    repo.finish(problems, f"{len(paths)} files name no place of one machine")


main()
