"""What a page shows: blocks of commands with their output, and files.

In Markdown a block is what stands between fences, on a manual page what stands between `.Bd -literal` and `.Ed`. A line
`$ COMMAND` is typed by any user, a line `# COMMAND` by root; a command goes on as long as a shell would ask for more.
What follows up to the next command is what it prints; a line `...` stands for any lines. A block without a command is
text, or a file. Comments before a block tell more, `<!-- ... -->` in Markdown and `.\\" ...` on a manual page:

  scene: NAME          the machine is set up anew, as scenes.sh has it (at the beginning of a page: "example")
  file: PATH [MODE]    the block is this file's content, and is put there
  status: N...         with what the commands of the block end, in their order; a last one counts for all that follow
"""
import dataclasses
import re
import subprocess

HINT = re.compile(r"(scene|file|status): (.*)")
FENCE = re.compile(r"\s*```")
ROFF = {"\\(aq": "'", "\\e": "\\", "\\-": "-", "\\&": "", "\\(ga": "`", "\\(ti": "~", "\\(dq": '"'}


@dataclasses.dataclass
class Command:
    """What is typed, by root or not, and what it prints: lines first to last of the page."""
    text: str
    root: bool
    shown: list
    first: int
    last: int


@dataclasses.dataclass
class Block:
    """One block of a page: commands, or a text."""
    line: int
    hints: dict
    lines: list
    commands: list

    def statuses(self):
        wanted = [int(word) for word in self.hints.get("status", "0").split()]
        return wanted + wanted[-1:] * (len(self.commands) - len(wanted))


def is_whole(command):
    """Would a shell run it, or ask for more?"""
    if command.endswith("\\"):
        return False
    read = subprocess.run(["bash", "-n"], input=command + "\n", capture_output=True, text=True, check=False)
    return read.stderr == ""


def commands_of(lines, first):
    """The commands in a block whose first line has that number."""
    commands = []
    number = 0
    while number < len(lines):
        prompt = lines[number][:2]
        if prompt not in ("$ ", "# "):
            if commands:
                commands[-1].shown.append(lines[number])
                commands[-1].last = first + number
            number += 1
            continue
        text = lines[number][2:]
        while not is_whole(text) and number + 1 < len(lines):
            number += 1
            text += "\n" + lines[number]
        commands.append(Command(text, prompt == "# ", [], first + number + 1, first + number))
        number += 1
    return commands


def plain(line):
    """A line of a manual page without roff's escapes."""
    def letter(match):
        if match.group() not in ROFF:
            raise ValueError(f"{match.group()}: an escape that is not known here")
        return ROFF[match.group()]
    return re.sub(r"\\\(..|\\.", letter, line)


def read_block(lines, number, end):
    """The block that begins with line `number` (from 1), and the number of the line that ends it."""
    body = []
    while number + len(body) <= len(lines) and not end(lines[number + len(body) - 1]):
        body.append(lines[number + len(body) - 1])
    return body, number + len(body)


def blocks_of(path):
    """All blocks of a page."""
    with open(path, encoding="utf-8") as page:
        lines = page.read().splitlines()
    manual = not path.endswith(".md")
    if manual:
        hint = re.compile(r'\.\\" ?(.*)')
        begins, ends = (lambda line: line.startswith(".Bd -literal")), (lambda line: line == ".Ed")
    else:
        hint = re.compile(r"\s*<!-- (.*) -->")
        begins = ends = FENCE.match
    blocks, hints, number = [], {}, 1
    while number <= len(lines):
        line = lines[number - 1]
        told = hint.match(line)
        told = told and HINT.fullmatch(told.group(1))
        if told:
            hints[told.group(1)] = told.group(2)
        elif begins(line):
            body, end = read_block(lines, number + 1, ends)
            body = [plain(text) for text in body] if manual else body
            commands = [] if "file" in hints else commands_of(body, number + 1)
            blocks.append(Block(number, hints, body, commands))
            hints, number = {}, end
        number += 1
    return blocks
