"""Does the table in plugins/README.md name every plugin, with the summary that it gives itself?

    python3 tests/checks/plugin_table.py --update     writes it anew, by build/weir
"""

import re

import marked
import repo

PLUGINS = repo.ROOT / "plugins"
ENTRY = re.compile(r"  (?P<name>\S+) +(?P<summary>\S.*)")


def built():
    """What `weir plugin list` prints: (role, name) to summary, in its order."""
    found, role = {}, None
    for line in repo.run(repo.WEIR, "plugin", "list").splitlines():
        if entry := ENTRY.fullmatch(line):
            found[role, entry["name"]] = entry["summary"]
        elif line:
            role = line
    return found


def declared():
    """What the folders declare: (role, name) to the folder's name."""
    found = {}
    for file in sorted(PLUGINS.glob("*/CMakeLists.txt")):
        for name, role in re.findall(r"^ *weir_plugin\((\w+) (\w+)", file.read_text(), flags=re.MULTILINE):
            found[role, name] = file.parent.name
    return found


def table(plugins, folders):
    rows = ["| role | plugin | what it does |", "| --- | --- | --- |"]
    for (role, name), summary in plugins.items():
        folder = folders.get((role, name), name)
        rows.append(f"| {role} | [{name}]({folder}/README.md) | {summary} |")
    return "\n".join(rows)


def main():
    plugins, folders = built(), declared()
    readme = PLUGINS / "README.md"
    problems = [f"plugins/{folders[key]}: declares {key[1]} ({key[0]}), which weir plugin list does not show"
                for key in folders.keys() - plugins.keys()]
    problems += [f"weir plugin list: shows {key[1]} ({key[0]}), which no folder of plugins/ declares"
                 for key in plugins.keys() - folders.keys()]
    problems += [f"plugins/{folders[key]}: the summary of {key[1]} ({key[0]}) is no sentence: {summary}"
                 for key, summary in plugins.items()
                 if key in folders and not re.fullmatch(r"[A-Z].*\.", summary)]
    if marked.has(readme, "plugins"):
        problems += marked.check(readme, "plugins", lambda about: table(plugins, folders))
    else:
        problems.append(f"{repo.where(readme)}: has no <!-- plugins --> for the table to stand in")
    repo.finish(sorted(problems), f"{len(plugins)} plugins, each in the table")


main()
