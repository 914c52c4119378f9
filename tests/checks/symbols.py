"""Does each plugin export weir_plugin and nothing else, and libweir weir_* only?

What compilers and sanitizers add begins with an underscore; it is not ours.
"""

import re

import repo


def exported(path):
    """The names that a shared object defines for others, without their versions."""
    rows = (line.split() for line in repo.run("nm", "-D", "--defined-only", "-P", path).splitlines())
    return {row[0].split("@")[0] for row in rows if row[1] != "A" and not row[0].startswith("_")}


def plugin_problems(path):
    names = exported(path)
    problems = [f"{repo.where(path)}: exports {name}; only weir_plugin may be seen"
                for name in sorted(names - {"weir_plugin"})]
    if "weir_plugin" not in names:
        problems.append(f"{repo.where(path)}: does not export weir_plugin")
    return problems


def library_problems(path):
    names = exported(path)
    declared = set()
    for header in (repo.ROOT / "sdk" / "include" / "weir").glob("*.h"):
        text = re.sub(r"/\*.*?\*/", "", header.read_text(encoding="utf-8"), flags=re.DOTALL)
        declared |= set(re.findall(r"^WEIR_API [^;(]*?\b(\w+)(?:\(|\[\];)", text, flags=re.MULTILINE))
    return ([f"{repo.where(path)}: exports {name}; only names with weir_ may be seen"
             for name in sorted(names) if not name.startswith("weir_")]
            + [f"{repo.where(path)}: exports {name}, which no header in sdk/include declares"
               for name in sorted(names - declared) if name.startswith("weir_")]
            + [f"{repo.where(path)}: {name} is declared WEIR_API and not defined"
               for name in sorted(declared - names)])


def main():
    plugins = sorted((repo.BUILD / "plugins.d").glob("*.so"))
    problems = [problem for path in plugins for problem in plugin_problems(path)]
    problems += library_problems(repo.BUILD / "libweir.so")
    if not plugins:
        problems.append(f"{repo.where(repo.BUILD / 'plugins.d')}: no plugins")
    repo.finish(problems, f"{len(plugins)} plugins and libweir export what they should")


main()
