"""A file system that can lose its power.

What is on the disk for certain:
- data, size and mode of a file: as they were at its last fsync;
- the names in a directory: as they were at its last fsync. That of a file alone does not put its name there.
What happened since may be there or not:
- of the changes of a directory, any subset. A rename is one change: there is no state without the file, or with it
  under both names. Nothing else holds them together, as without a journal;
- of a file's data, any blocks, and of one block any sectors; any size that lies between two writes or at the end of a
  block; the mode by itself. What was not written reads as zeros. A sector is written as a whole.
Real file systems promise more. What they leave is among these states: with a journal and ordered data (ext4, XFS), the
changes of names are there in the order they were made in, up to some point, over all directories, and a file that was
not synced is empty or whole. states.py makes these first.
"""
import os
from dataclasses import dataclass, field

BLOCK = 4096
SECTOR = 512


@dataclass(eq=False)
class File:
    """`synced` and `synced_mode` are on the disk; `content` and `mode` are what programs see."""
    content: bytearray
    mode: int
    synced: bytes = b""
    synced_mode: int = 0
    ends: list = field(default_factory=list)  # sizes it had between writes since

    def write(self, offset, data):
        if offset > len(self.content):
            self.content.extend(bytes(offset - len(self.content)))
        self.content[offset:offset + len(data)] = data
        self.ends.append(len(self.content))

    def truncate(self, size):
        self.content = self.content[:size] + bytes(max(0, size - len(self.content)))
        self.ends.append(size)

    def sync(self):
        self.synced, self.synced_mode, self.ends = bytes(self.content), self.mode, []

    def is_synced(self):
        return self.content == self.synced and self.mode == self.synced_mode


@dataclass(eq=False)
class Directory:
    """`pending` are the changes since the last fsync: (when, {name: what it means then, or None})."""
    entries: dict = field(default_factory=dict)
    synced: dict = field(default_factory=dict)
    pending: list = field(default_factory=list)

    def change(self, when, names):
        self.pending.append((when, names))
        self.entries = changed(self.entries, names)

    def sync(self):
        self.synced, self.pending = dict(self.entries), []


def changed(entries, names):
    """A directory's entries after one change."""
    after = {**entries, **names}
    return {name: node for name, node in after.items() if node is not None}


class Filesystem:
    """All that is below a directory, which begins as it is there, and on the disk."""

    def __init__(self, root):
        self.root = root
        self.clock = 0
        self.journalled = 0  # the last change of a name before the last fsync of anything
        self._inodes = {}
        self.top = self._load(root)

    def _load(self, path):
        directory = Directory()
        for entry in os.scandir(path):
            directory.entries[entry.name] = self._load(entry.path) if entry.is_dir() else self._load_file(entry)
        directory.sync()
        return directory

    def _load_file(self, entry):
        status = entry.stat(follow_symlinks=False)
        if status.st_ino not in self._inodes:
            with open(entry.path, "rb") as stream:
                node = File(bytearray(stream.read()), status.st_mode & 0o7777)
            node.sync()
            self._inodes[status.st_ino] = node
        return self._inodes[status.st_ino]

    def find(self, path):
        """The file or directory of an absolute path, or None; of the root and what is below it."""
        node = self.top
        for name in os.path.relpath(path, self.root).split("/"):
            if name != ".":
                node = node.entries.get(name) if isinstance(node, Directory) else None
        return node

    def change(self, path, names):
        """One change of the names in a directory, which happens as a whole or not at all."""
        self.clock += 1
        self.find(path).change(self.clock, names)

    def sync(self, node):
        node.sync()
        self.journalled = self.clock

    def nodes(self, kind):
        """All that are of a kind and that a name leads, or may lead, to; each once."""
        found, todo = [], [self.top]
        while todo:
            node = todo.pop()
            if node in found:
                continue
            found.append(node)
            if isinstance(node, Directory):
                names = [node.synced, *(names for _, names in node.pending)]
                todo.extend(child for entries in names for child in entries.values() if child is not None)
        return [node for node in found if isinstance(node, kind)]
