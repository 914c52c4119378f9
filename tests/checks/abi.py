"""Do today's headers and libweir keep what the frozen headers promised to plugins built earlier?

For each tests/abi/v<number>: its layout.c, which says where every field stands and how every
function is declared, compiles with its own headers and with today's, and libweir has the functions.
"""

import os
import platform
import re
import subprocess

import repo

TODAY = repo.ROOT / "sdk" / "include"


def complaints(layout, include):
    """What the compiler says of a layout, read with these headers; one line for each promise broken."""
    ended = subprocess.run([os.environ.get("CC", "cc"), "-std=c11", "-D_GNU_SOURCE", "-fsyntax-only",
                            f"-I{include}", layout.name],
                           cwd=layout.parent, stderr=subprocess.PIPE, text=True)
    found = re.findall(r"layout\.c:(\d+):\d+: (?:fatal )?error: (.*)", ended.stderr)
    said = [f"{repo.where(layout, line)}: with {repo.where(include)}: {text}" for line, text in found]
    return said or ([ended.stderr] if ended.returncode else [])


def missing(layout, offered):
    """Functions that were promised and that libweir no longer has."""
    promised = re.findall(r"^\w[^;#(]*?\b(weir_\w+)\([^;]*;", layout.read_text(), flags=re.MULTILINE)
    return [f"{repo.where(layout)}: libweir has no {name} any more"
            for name in promised if name not in offered]


def main():
    layouts = sorted((repo.ROOT / "tests" / "abi").glob("v*/layout.c"))
    if platform.architecture()[0] != "64bit":
        repo.skip("the numbers are those of 64-bit machines")
    symbols = repo.run("nm", "-D", "--defined-only", "-P", repo.BUILD / "libweir.so")
    offered = {line.split("@")[0].split()[0] for line in symbols.splitlines()}
    problems = []
    for layout in layouts:
        problems += complaints(layout, layout.parent) + complaints(layout, TODAY)
        problems += missing(layout, offered)
    if not layouts:
        problems.append("tests/abi: nothing is frozen")
    repo.finish(problems, f"{len(layouts)} frozen ABI kept")


main()
