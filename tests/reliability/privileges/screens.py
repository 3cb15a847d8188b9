"""Bytes that must not reach a terminal, and the look at what did."""
import json
import os
import re
import subprocess
import unicodedata

# Controls, format characters (direction, width, tags), separators of lines, halves of characters.
NEVER_SHOWN = ("Cc", "Cf", "Zl", "Zp", "Cs")
PIECE = 12  # bytes: an interface's name holds 15


def fixed():
    everything = bytes(range(1, 256))
    for start in range(0, len(everything), PIECE // 2):
        yield b"".join(b"%c" % byte + b"a" for byte in everything[start:start + PIECE // 2])
    for first in range(0x80, 0xa0, 4):
        yield "".join(map(chr, range(first, first + 4))).encode()
    for text in ("\u202eabc", "\u2066abc\u2069", "\u200babc", "\u2028abc", "\ufeffabc", "\U000e0041abc", "\u061cabc"):
        yield text.encode()
    yield from (b"\x1b[2J\x1b[31m", b"\x1b]0;owned\x07", b"\x9b31m", b"\xc2\x9b31m", b"a\r\nb: c: d", b"\xc0\xaf",
                b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe6\x97", b"\xff\xfe", b"\\x1b\\", b'"},{"a":"', b"%s%n%1$n")


FIXED = list(fixed())
# What random texts are made of.
PARTS = FIXED + [b"%c" % byte for byte in range(1, 256)] + [b"\x1b", b"\xc2\x9b", b"web", b".", b"\n"] * 20


def pieces(options):
    """Texts that hold every byte but NUL, alone; then characters that a terminal obeys, and what is no UTF-8. In a
    long run, as many at random."""
    yield from FIXED
    if options.long():
        for _ in FIXED:
            yield b"".join(options.random.choice(PARTS) for _ in range(4))[:PIECE]


def clean(output):
    """What is wrong with a text for a terminal; None: nothing."""
    try:
        text = output.decode()
    except UnicodeDecodeError as error:
        return f"not UTF-8: {error}"
    for character in text:
        if character != "\n" and unicodedata.category(character) in NEVER_SHOWN:
            return f"U+{ord(character):04X} in {text[:300]!r}"
    return None


def check(checks, case, process, lines=None):
    """A finished process of ours: its outputs, and that each of its complaints is one line of its own."""
    # Lines of /etc/hosts have a tab each.
    shown = process.stdout.replace(b"\t", b" ") if "--hosts" in process.args else process.stdout
    for output in (shown, process.stderr):
        checks.expect(clean(output) is None, case, clean(output))
    tool = os.path.basename(os.fsdecode(process.args[0])).encode()
    for line in process.stderr.splitlines():
        checks.expect(line.startswith(tool + b": "), case, f"a line of its own: {line!r}")
    checks.expect(process.returncode in (0, 1, 2), case, f"status {process.returncode}")
    if lines is not None:
        checks.equal(lines, process.stdout.count(b"\n"), case, "lines")
    return process


def check_json(checks, case, text):
    """The value of a JSON text that Python and jq read alike."""
    value = json.loads(text)
    jq = subprocess.run(["jq", "-c", "."], input=text, capture_output=True, timeout=60, check=False)
    if checks.equal(0, jq.returncode, case, f"jq's status ({jq.stderr!r})"):
        checks.expect(json.loads(jq.stdout) == value, case, "jq reads something else")
    return value


def unescape(text):
    """The bytes that an escaped text stands for."""
    return re.sub(rb"\\(x[0-9a-f]{2}|\\)", lambda match: b"\\" if match.group(1) == b"\\" else
                  bytes([int(match.group(1)[1:], 16)]), text.encode())
