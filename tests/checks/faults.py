"""Does the table of faults in tests/README.md know each of them, and do the files show what it says?

    python3 tests/checks/faults.py --update     names all files that show a fault

A fault has a letter and two digits, and is shown where a test, or a file of tests, says so in its
comment. What it is, the table alone says.
"""

import re
import sys

import marked
import repo

TESTS = repo.ROOT / "tests"
PAGE = TESTS / "README.md"
NUMBER = re.compile(r"\b[BDHNPRS]\d\d\b")
ROW = re.compile(r"\| ([A-Z]\d\d) \|(.*?)\|(.*)\|")


def shown():
    """Each number, and the files that name it."""
    found = {}
    for path in repo.files(".py", ".c"):
        if path.is_relative_to(TESTS) and not path.is_relative_to(TESTS / "checks"):
            for number in set(NUMBER.findall(path.read_text(encoding="utf-8"))):
                found.setdefault(number, []).append(path.relative_to(TESTS))
    return found


def rows():
    """Of the table: each number, what it is, and the files that are named."""
    if not marked.has(PAGE, "faults"):
        repo.finish([f"{repo.where(PAGE)}: has no <!-- faults --> for the table to stand in"], "")
    return {number: (what.strip(), re.findall(r"\]\((.*?)\)", links))
            for number, what, links in ROW.findall(PAGE.read_text(encoding="utf-8"))}


def table(known, found):
    lines = ["| | what goes wrong | shown by |", "| --- | --- | --- |"]
    for number in sorted(known.keys() | found.keys()):
        links = ", ".join(f"[{path.stem}]({path})" for path in found.get(number, []))
        lines.append(f"| {number} | {known.get(number, ('', ()))[0]} | {links} |")
    return "\n".join(lines)


def main():
    known, found = rows(), shown()
    if "--update" in sys.argv[1:]:
        marked.check(PAGE, "faults", lambda about: table(known, found))
        known = rows()
    problems = []
    for number, (what, files) in known.items():
        there = set(map(str, found.get(number, [])))
        problems += [f"{repo.where(PAGE)}: {number} is not named in {name}" for name in files if name not in there]
        if not what or not files:
            problems.append(f"{repo.where(PAGE)}: {number}: what it is, and what shows it, is missing")
    problems += [f"{repo.where(TESTS / found[number][0])}: {number} is not in the table of {repo.where(PAGE)}"
                 for number in sorted(found.keys() - known.keys())]
    repo.finish(problems, f"{len(known)} faults, each with its tests")


main()
