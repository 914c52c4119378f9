"""Do the relative links in the Markdown files lead to files that exist, and to headings in them?"""

import re
from functools import cache
from urllib.parse import unquote

import repo

FENCE = re.compile(r" {0,3}(```+|~~~+)")
LINK = re.compile(r"\]\(<?([^)\s>]+)>?(?: \"[^\"]*\")?\)|^ {0,3}\[[^\]]+\]: <?([^\s>]+)")
HEADING = re.compile(r"#{1,6} +(.*?)(?: +#+)? *")


def prose(path):
    """The lines outside blocks of code, numbered, without what stands in backticks."""
    fence = None
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        mark = FENCE.match(line)
        if mark and (fence is None or mark[1].startswith(fence)):
            fence = mark[1] if fence is None else None
        elif fence is None:
            yield number, line


def links(path):
    for number, line in prose(path):
        for match in LINK.finditer(re.sub(r"(`+)(.+?)\1(?!`)", "", line)):
            yield number, match[1] or match[2]


@cache
def anchors(path):
    """The names of a page's headings, as the web shows them: small, hyphens for blanks."""
    found = set()
    for _, line in prose(path):
        if heading := HEADING.fullmatch(line):
            text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1]).lower()
            name = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
            same = sum(1 for other in found if re.fullmatch(re.escape(name) + r"(-\d+)?", other))
            found.add(f"{name}-{same}" if same else name)
    return found


def problem(page, target):
    """What is wrong with a link, or None."""
    if re.match(r"[a-z][a-z0-9+.-]*:|//", target, flags=re.IGNORECASE):
        return None
    name, _, anchor = target.partition("#")
    path = (page.parent / unquote(name)).resolve() if name else page
    if not path.is_relative_to(repo.ROOT):
        return f"{target} leaves the repository"
    if not path.exists():
        return f"{target} does not exist"
    if anchor and path.suffix == ".md" and anchor not in anchors(path):
        return f"{target}: {repo.where(path)} has no such heading"
    return None


def main():
    pages = repo.files(".md")
    found = [(page, number, target) for page in pages for number, target in links(page)]
    problems = [f"{repo.where(page, number)}: {wrong}"
                for page, number, target in found if (wrong := problem(page, target))]
    repo.finish(problems, f"{len(found)} links in {len(pages)} pages")


main()
