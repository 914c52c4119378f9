"""Parts of Markdown files that are made from something else, between two comments.

    <!-- listing: plugin/trim.c -->
    ...
    <!-- /listing -->

The word says what kind of part it is, what follows the colon what it is about. A check compares
each part with what it should be; with --update it writes it anew.
"""

import re
import sys
from dataclasses import dataclass

import repo

MARK = re.compile(r"<!-- (?P<close>/?)(?P<word>[a-z]+)(?:: (?P<about>.+))? -->")


@dataclass
class Part:
    about: str | None
    start: int      # of its lines, the first ...
    stop: int       # ... and the one behind the last: the closing mark


def parts(path, lines, word):
    """The parts of that kind, in order."""
    found = []
    for number, line in enumerate(lines):
        mark = MARK.fullmatch(line)
        if not mark or mark["word"] != word:
            continue
        is_open = bool(found) and found[-1].stop is None
        if bool(mark["close"]) != is_open:
            sys.exit(f"{repo.where(path, number + 1)}: {line} has no other end")
        if is_open:
            found[-1].stop = number
        else:
            found.append(Part(mark["about"], number + 1, None))
    if found and found[-1].stop is None:
        sys.exit(f"{repo.where(path, found[-1].start)}: {lines[found[-1].start - 1]} has no other end")
    return found


def difference(path, part, have, want):
    """Where a part first is not as it should be; None when it is."""
    for number in range(max(len(have), len(want))):
        mine, wanted = (repr(lines[number]) if number < len(lines) else "nothing" for lines in (have, want))
        if mine != wanted:
            return f"{repo.where(path, part.start + number + 1)}: has {mine}, should have {wanted}"
    return None


def check(path, word, make):
    """Hold the parts of a file against make(about), which gives their text; returns the problems."""
    lines = path.read_text(encoding="utf-8").split("\n")
    problems = []
    for part in reversed(parts(path, lines, word)):
        want = make(part.about).rstrip("\n").split("\n")
        problem = difference(path, part, lines[part.start:part.stop], want)
        lines[part.start:part.stop] = want
        if problem:
            problems.insert(0, problem)
    if problems and "--update" in sys.argv[1:]:
        path.write_text("\n".join(lines), encoding="utf-8")
        return []
    return problems


def has(path, word):
    return path.exists() and bool(parts(path, path.read_text(encoding="utf-8").split("\n"), word))
