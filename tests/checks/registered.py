"""Does ctest run every file that is a test? One that nobody runs passes for ever."""

import json
from pathlib import Path

import repo


def run_by_ctest():
    """The names of all that the tests' commands name: programs, scripts, modules."""
    tests = json.loads(repo.run("ctest", "--test-dir", repo.BUILD, "--show-only=json-v1"))["tests"]
    return {Path(word).stem for test in tests for word in test.get("command", [])}


def main():
    known = run_by_ctest()
    scripts = [path for path in repo.files(".py", ".c") if path.name.startswith("test_")]
    problems = [f"{repo.where(path)}: ctest does not run it" for path in scripts if path.stem not in known]
    if not scripts:
        problems.append("no file is a test")
    repo.finish(problems, f"{len(scripts)} files of tests, all run by ctest")


main()
