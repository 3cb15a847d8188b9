"""What may be on the disk when the power comes back: see filesystem.py for what is assumed."""
import hashlib
import itertools
import os
from dataclasses import dataclass

from filesystem import BLOCK, SECTOR, Directory, File, changed

# Of a file with more blocks than this, not all sets of blocks are made, but as many as this, at random.
BLOCKS_ALL = 3
AT_RANDOM = 24


@dataclass
class Image:
    """A file as it is found."""
    content: bytes
    mode: int


class State:
    """A tree as it is found: {name: a dict like this, or an Image}. Names of one file share its Image."""

    def __init__(self, tree):
        self.tree = tree

    def key(self):
        """Equal for states that no program can tell apart."""
        digest, numbers = hashlib.sha256(), {}

        def add(tree):
            for name, node in sorted(tree.items()):
                if isinstance(node, Image):
                    first = id(node) not in numbers
                    number = numbers.setdefault(id(node), len(numbers))
                    digest.update(f"{name}\0{number}\0{node.mode:o}\0".encode())
                    if first:
                        digest.update(hashlib.sha256(node.content).digest())
                else:
                    digest.update(f"{name}/\0".encode())
                    add(node)
            digest.update(b"..\0")

        add(self.tree)
        return digest.digest()

    def write(self, path):
        """Makes the directory `path` of it."""
        written = {}

        def write(tree, directory):
            os.mkdir(directory, 0o755)
            for name, node in tree.items():
                target = os.path.join(directory, name)
                if not isinstance(node, Image):
                    write(node, target)
                elif id(node) in written:
                    os.link(written[id(node)], target)
                else:
                    written[id(node)] = target
                    with open(target, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as stream:
                        stream.write(node.content)
                    os.chmod(target, node.mode)

        write(self.tree, path)


def blocks_of(file):
    """Numbers of the blocks in which what programs see differs from what is on the disk."""
    blocks = range((len(file.content) + BLOCK - 1) // BLOCK)
    return [block for block in blocks if block_at(file.content, block) != block_at(file.synced, block)]


def block_at(content, block):
    """Zeros where there is nothing."""
    return bytes(content[block * BLOCK:(block + 1) * BLOCK]).ljust(BLOCK, b"\0")


def content_of(file, size, blocks):
    """What is found when these blocks have been written, and the size is that. {block: sectors of it}"""
    found = bytearray(file.synced.ljust(size, b"\0")[:size])
    for block, sectors in blocks.items():
        for sector in sectors:
            start = block * BLOCK + sector * SECTOR
            end = min(start + SECTOR, size, len(file.content))
            if start < end:
                found[start:end] = file.content[start:end]
    return bytes(found)


def sizes_of(file):
    """Sizes that it may have: what it had on the disk, between writes, and at the ends of blocks in between."""
    least, most = sorted((len(file.synced), len(file.content)))
    return sorted({least, most, *file.ends, *(size for size in range(0, most, BLOCK) if size > least)})


def contents_of(file, random):
    """What may be found in a file that was changed since it was synced, without an end for a large one."""
    whole, changed_blocks, sizes = range(BLOCK // SECTOR), blocks_of(file), sizes_of(file)
    if len(changed_blocks) <= BLOCKS_ALL and len(sizes) <= BLOCKS_ALL + 2:
        for size in sizes:
            for there in itertools.product((False, True), repeat=len(changed_blocks)):
                yield content_of(file, size, {block: whole for block, written in zip(changed_blocks, there) if written})
    for _ in range(AT_RANDOM):
        size = random.choice([sizes[0], sizes[-1], random.choice(sizes)])
        missing = random.choice([0, 1, random.randrange(len(changed_blocks) + 1)])
        absent = random.sample(changed_blocks, min(missing, len(changed_blocks)))
        blocks = {block: whole for block in changed_blocks if block not in absent}
        # One of them was being written.
        if changed_blocks:
            blocks[random.choice(changed_blocks)] = random.sample(whole, random.randrange(len(whole) + 1))
        yield content_of(file, size, blocks)


def images_of(file, random, ordered):
    """All that a file may be found as; with `ordered`, empty or whole."""
    contents = {bytes(file.synced), bytes(file.content)}
    if not ordered and file.content != file.synced:
        contents.update(contents_of(file, random))
    return [Image(content, mode) for content in sorted(contents) for mode in sorted({file.synced_mode, file.mode})]


def tree_of(directory, applied, images):
    """`applied`: for each directory the set of changes, by when, that are there; `images`: for each file."""
    entries = directory.synced
    for when, names in directory.pending:
        if when in applied:
            entries = changed(entries, names)
    return {name: images[node] if isinstance(node, File) else tree_of(node, applied, images)
            for name, node in entries.items()}


def reached(directory, applied, found):
    """Adds the files of tree_of(directory, applied, ...) to `found`."""
    entries = directory.synced
    for when, names in directory.pending:
        if when in applied:
            entries = changed(entries, names)
    for node in entries.values():
        if isinstance(node, File):
            found[node] = True
        else:
            reached(node, applied, found)
    return found


def states_of(filesystem, applied, random, ordered):
    """All states with these changes of names."""
    files = list(reached(filesystem.top, applied, {}))
    for images in itertools.product(*(images_of(file, random, ordered) for file in files)):
        yield State(tree_of(filesystem.top, applied, dict(zip(files, images))))


def subsets(changes):
    for size in range(len(changes) + 1):
        yield from itertools.combinations(changes, size)


def ordered_states(filesystem, random):
    """With a journal: changes of names in their order, up to some point."""
    pending = sorted(when for node in filesystem.nodes(Directory) for when, _ in node.pending)
    certain = [when for when in pending if when <= filesystem.journalled]
    for count in range(len(certain), len(pending) + 1):
        yield from states_of(filesystem, set(pending[:count]), random, True)


def all_states(filesystem, random):
    """Without one."""
    pending = [when for node in filesystem.nodes(Directory) for when, _ in node.pending]
    for applied in subsets(pending):
        yield from states_of(filesystem, set(applied), random, False)


def seen(filesystem):
    """The state that programs see."""
    images = {node: Image(bytes(node.content), node.mode) for node in filesystem.nodes(File)}
    pending = {when for node in filesystem.nodes(Directory) for when, _ in node.pending}
    return State(tree_of(filesystem.top, pending, images))


def told(state):
    """For people."""
    def lines(tree, above):
        for name, node in sorted(tree.items()):
            if isinstance(node, Image):
                yield f"{above}{name} ({len(node.content)} bytes, mode {node.mode:o})"
            else:
                yield from lines(node, f"{above}{name}/")

    return ", ".join(lines(state.tree, ""))
