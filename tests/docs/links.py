"""Do the links between the pages lead somewhere?"""
import os
import re

LINK = re.compile(r"\]\(([^)\s]*)\)")


def text_of(path):
    """A page without its blocks, where a line may begin with # and mean no heading."""
    with open(path, encoding="utf-8") as page:
        return re.sub(r"^\s*```.*?^\s*```", "", page.read(), flags=re.MULTILINE | re.DOTALL)


def anchors(path):
    """What a page's headings are called in links."""
    headings = re.findall(r"^#+ (.*)$", text_of(path), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken(project, name):
    """[what is wrong with a link of that page]"""
    path = os.path.join(project, name)
    wrong = []
    for link in LINK.findall(text_of(path)) if name.endswith(".md") else []:
        if re.match(r"https?:", link):
            continue
        file, _, anchor = link.partition("#")
        target = os.path.normpath(os.path.join(os.path.dirname(path), file)) if file else path
        if not os.path.exists(target):
            wrong.append(f"{name}: leads nowhere: {link}")
        elif anchor and anchor not in anchors(target):
            wrong.append(f"{name}: no such heading: {link}")
    return wrong
