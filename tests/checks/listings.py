"""Are the listings in Markdown pages the files that the build compiles?

    python3 tests/checks/listings.py --update     copies the files into the pages

After <!-- listing: FILE --> stands FILE, whose path is relative to the page, as a block of code.
"""

import re

import marked
import repo

LANGUAGES = {".c": "c", ".h": "c", ".json": "json", ".py": "python", ".yaml": "yaml"}


def block(page, name):
    path = page.parent / name
    if not path.is_file():
        return f"(there is no {name})"
    return f"```{LANGUAGES.get(path.suffix, '')}\n{path.read_text(encoding='utf-8')}```"


def main():
    pages = [page for page in repo.files(".md") if marked.has(page, "listing")]
    problems = [problem for page in pages
                for problem in marked.check(page, "listing", lambda name, page=page: block(page, name))]
    if not pages:
        problems.append("docs: no page with a listing; docs/guide/first_plugin.md should have one")
    repo.finish(problems, f"{len(pages)} pages with listings show the files as they are")


main()
