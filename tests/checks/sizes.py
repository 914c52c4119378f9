"""Is no function longer than 100 lines and no file longer than 600? Prints the longest five of each.

What tests/abi/freeze writes is a list and is not read by people; it may be as long as it gets.
A function counts from the brace that opens it to the one that closes it, both at the margin.
"""

import re

import repo

FUNCTION_LINES = 100
FILE_LINES = 600
SHOWN = 5
WRITTEN_BY_A_PROGRAM = "layout.c"


def functions(lines):
    """(length, line, name) of each function of a C file."""
    start, head = None, ""
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line == "}" and start:
            names = re.findall(r"(\w+)\(", head)
            yield number - start + 1, start, names[0] if names else "?"
            start, head = None, ""
        elif start is None:
            # What stands between the last end or blank line and the brace names the function.
            head = head + line if line else ""


def main():
    sizes, lengths = [], []
    for path in repo.files(".c", ".h", ".cpp", ".py"):
        if path.name == WRITTEN_BY_A_PROGRAM:
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        sizes.append((len(lines), repo.where(path)))
        if path.suffix != ".py":
            lengths += [(length, repo.where(path, line), name) for length, line, name in functions(lines)]
    for length, place, name in sorted(lengths, reverse=True)[:SHOWN]:
        print(f"{length:4} lines  {place} {name}")
    for size, place in sorted(sizes, reverse=True)[:SHOWN]:
        print(f"{size:4} lines  {place}")
    problems = [f"{place}: {name} has {length} lines, at most {FUNCTION_LINES} may it have"
                for length, place, name in lengths if length > FUNCTION_LINES]
    problems += [f"{place}: {size} lines, at most {FILE_LINES} may it have"
                 for size, place in sizes if size > FILE_LINES]
    if not lengths:
        problems.append("no function was found")
    repo.finish(problems, f"{len(lengths)} functions in {len(sizes)} files are short enough")


main()
