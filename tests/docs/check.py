"""Runs what the pages show, within the sandbox that `run` made: run it through that."""
import fnmatch
import glob
import os
import re
import sys

import commands
import links
import machine

HERE = os.path.dirname(os.path.abspath(__file__))
ELSEWHERE = os.path.join(HERE, "elsewhere.txt")


def read_elsewhere():
    """[pattern]: commands that are not run here, below the reason for it, which begins with #."""
    with open(ELSEWHERE, encoding="utf-8") as file:
        return [line.rstrip("\n") for line in file if line.strip() and not line.startswith("#")]


def changing(line):
    """A line of output without what differs from run to run: times, spans, process ids, and the width of columns."""
    line = re.sub(r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\b", "DATE", line)
    line = re.sub(r"\b(\d+d \d+h|\d+h \d+m|\d+m \d+s|\d+s)(?= |$)", "SPAN", line)
    line = re.sub(r"\bprocess \d+", "process N", line)
    line = re.sub(r"-{5,}", "-----", line)
    return re.sub(r"  +", "  ", line).rstrip()


def is_shown(shown, printed):
    """Is this what the page shows? Without output there, anything may be printed."""
    if not any(shown):
        return True
    pattern = "".join("(?:.*\n)*?" if line == "..." else re.escape(changing(line)) + "\n" for line in shown)
    return re.fullmatch(pattern.rstrip("\n") + r"\n*", "".join(changing(line) + "\n" for line in printed)) is not None


class Page:
    """One page, and what came of its commands."""

    def __init__(self, project, name, elsewhere):
        self.name = name
        self.path = os.path.join(project, name)
        self.elsewhere = elsewhere
        self.ran = 0
        self.used = set()
        self.wrong = []
        self.printed = []  # (Command, its lines)

    def reason(self, command):
        """The pattern of the list that a command stands under, if it does."""
        for pattern in self.elsewhere:
            if fnmatch.fnmatchcase(command.text, pattern):
                self.used.add(pattern)
                return pattern
        return None

    def fail(self, command, what, printed):
        self.wrong.append("\n    ".join([f"{self.name}:{command.first - 1}: {what}: {command.text}", *printed]))

    def check(self):
        blocks = commands.blocks_of(self.path)
        if not any(block.commands or "file" in block.hints for block in blocks):
            return
        machine.scene("example")
        for block in blocks:
            if "scene" in block.hints:
                machine.scene(block.hints["scene"])
            if "file" in block.hints:
                machine.put(*block.hints["file"].split(), content=block.lines)
            self.check_block(block)

    def check_block(self, block):
        here = [(command, status) for command, status in zip(block.commands, block.statuses())
                if not self.reason(command)]
        if not here:
            return
        outcomes = machine.type_in([command for command, _ in here])
        for (command, wanted), (status, printed) in zip(here, outcomes):
            self.ran += 1
            self.printed.append((command, printed))
            if status != wanted:
                self.fail(command, f"ends with {status}, not {wanted}", printed)
            elif not is_shown(command.shown, printed):
                self.fail(command, "prints something else than the page shows", printed)

    def rewrite(self):
        """Puts into the page what was printed, wherever it shows something else."""
        with open(self.path, encoding="utf-8") as page:
            lines = page.read().splitlines()
        for command, printed in sorted(self.printed, key=lambda pair: -pair[0].first):
            if not is_shown(command.shown, printed):
                lines[command.first - 1:command.last] = [line.rstrip() for line in printed]
        with open(self.path, "w", encoding="utf-8") as page:
            page.write("\n".join(lines) + "\n")


def pages_of(project):
    found = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
    for pattern in ("docs/*.md", "docs/*.[1-9]"):
        found += sorted(os.path.relpath(path, project) for path in glob.glob(os.path.join(project, pattern)))
    return found


def main():
    project, *names = sys.argv[1:]
    rewriting = "--rewrite" in names
    names = [name for name in names if name != "--rewrite"]
    elsewhere = read_elsewhere()
    used = set()
    wrong = []
    for name in names or pages_of(project):
        page = Page(project, name, elsewhere)
        page.check()
        print(f"{name}: {page.ran} commands, {len(page.wrong)} wrong", flush=True)
        if rewriting and name.endswith(".md"):
            page.rewrite()
        used |= page.used
        wrong += page.wrong + links.broken(project, name)
    if not names:
        wrong += [f"{os.path.basename(ELSEWHERE)}: no page shows this: {pattern}"
                  for pattern in elsewhere if pattern not in used]
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
