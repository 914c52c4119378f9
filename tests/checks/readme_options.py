"""Does each plugin's README show the options that the plugin has?

    python3 tests/checks/readme_options.py --update     writes them anew, by build/weir

Between <!-- options --> and <!-- /options --> stands what `weir plugin show NAME --markdown`
prints, NAME being the folder's, but for its first heading, which the README has in its own way.
<!-- options: NAME ROLE --> asks for another plugin or for one role.
"""

import marked
import repo

PLUGINS = repo.ROOT / "plugins"


def options(name):
    shown = repo.run(repo.WEIR, "plugin", "show", *name.split(), "--markdown").strip("\n")
    return shown.removeprefix("### Options\n\n")


def readme_problems(folder):
    readme = folder / "README.md"
    if not readme.exists():
        return [f"{repo.where(folder)}: has no README.md"]
    if not marked.has(readme, "options"):
        return [f"{repo.where(readme)}: has no <!-- options --> for its options to stand in"]
    return marked.check(readme, "options", lambda about: options(about or folder.name))


def main():
    folders = sorted(file.parent for file in PLUGINS.glob("*/CMakeLists.txt"))
    problems = [problem for folder in folders for problem in readme_problems(folder)]
    if problems:
        problems.append("readme_options.py --update writes the options anew")
    repo.finish(problems, f"{len(folders)} READMEs show the options of their plugins")


main()
