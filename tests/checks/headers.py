"""Does every public header compile alone, as C11 and as C++17, without a warning?"""

import os
import subprocess

import repo

INCLUDE = repo.ROOT / "sdk" / "include"
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-D_GNU_SOURCE", "-fsyntax-only", f"-I{INCLUDE}"]
LANGUAGES = {
    "C11": [os.environ.get("CC", "cc"), "-std=c11", "-x", "c"],
    "C++17": [os.environ.get("CXX", "c++"), "-std=c++17", "-x", "c++"],
}


def complaint(compiler, header):
    """What the compiler says first, or None."""
    unit = f"#include <weir/{header.name}>\nextern int not_empty;\n"
    ended = subprocess.run([*compiler, *STRICT, "-"], input=unit, stderr=subprocess.PIPE, text=True)
    if ended.returncode == 0:
        return None
    said = [line for line in ended.stderr.splitlines() if "error:" in line]
    return said[0].replace(f"{repo.ROOT}/", "") if said else ended.stderr


def main():
    headers = sorted((INCLUDE / "weir").glob("*.h"))
    problems = [f"{repo.where(header)}: not alone as {language}: {said}"
                for header in headers for language, compiler in LANGUAGES.items()
                if (said := complaint(compiler, header))]
    if not headers:
        problems.append("sdk/include/weir: no headers")
    repo.finish(problems, f"{len(headers)} headers, each as {' and '.join(LANGUAGES)}")


main()
