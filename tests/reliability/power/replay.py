"""Does to the model of a file system what a program did to the real one."""
import os

from filesystem import Directory, File
from recording import FOLLOWED

# These need no descriptor or path of ours to change what is ours.
EVERYWHERE = ("sync", "chdir", "fchdir", "clone", "clone3", "fork", "vfork", "io_uring_setup")


class Replay:
    """Follows the descriptors and paths of one program. What is not below the model's root is none of its business."""

    def __init__(self, filesystem):
        self.filesystem = filesystem
        self._open = {}  # descriptor: [path, node, position]

    def take(self, call):
        """Returns whether the call is one that changed something or made it durable."""
        if call.name not in FOLLOWED:
            return self._other(call)
        return getattr(self, "_" + call.name)(call)

    def _path(self, call, index):
        """The absolute path of a directory's descriptor and a name behind it; None when it is not ours."""
        name, directory = os.fsdecode(call.text(index + 1)), call.arguments[index]
        if directory != "AT_FDCWD" and not name.startswith("/"):
            if int(directory) not in self._open:
                return None
            name = os.path.join(self._open[int(directory)][0], name)
        name, root = os.path.normpath(name), self.filesystem.root
        return name if name == root or name.startswith(root + "/") else None

    def _other(self, call):
        """Calls that lvindex does not make for its files: the model must be taught them first."""
        if call.name == "fcntl" and not call.arguments[1].startswith("F_DUPFD"):
            return False
        if call.name == "mmap" and ("PROT_WRITE" not in call.arguments[2] or "MAP_PRIVATE" in call.arguments[3]):
            return False
        ours = any(word.isdigit() and int(word) in self._open for word in call.arguments)
        path = any(word.startswith('"') and self.filesystem.root in os.fsdecode(call.text(index))
                   for index, word in enumerate(call.arguments))
        if ours or path or call.name in EVERYWHERE:
            raise NotImplementedError(str(call))
        return False

    def _openat(self, call):
        path, flags = self._path(call, 0), call.arguments[2]
        self._open.pop(call.result, None)
        if path is None:
            return False
        node = self.filesystem.find(path)
        created = node is None
        if created:
            mode = call.number(3, 8) & ~0o022
            node = File(bytearray(), mode, synced_mode=mode)
            self.filesystem.change(os.path.dirname(path), {os.path.basename(path): node})
        elif "O_TRUNC" in flags:
            node.truncate(0)
        if "O_APPEND" in flags:
            raise NotImplementedError(str(call))
        self._open[call.result] = [path, node, 0]
        return created or "O_TRUNC" in flags

    def _close(self, call):
        self._open.pop(call.number(0), None)
        return False

    def _node(self, call):
        return self._open.get(call.number(0), (None, None))[1]

    def _write(self, call):
        opened = self._open.get(call.number(0))
        if opened is None:
            return False
        opened[1].write(opened[2], call.text(1)[:call.result])
        opened[2] += call.result
        return True

    def _pwrite64(self, call):
        node = self._node(call)
        if node is not None:
            node.write(call.number(3), call.text(1)[:call.result])
        return node is not None

    def _ftruncate(self, call):
        node = self._node(call)
        if node is not None:
            node.truncate(call.number(1))
        return node is not None

    def _fchmod(self, call):
        node = self._node(call)
        # Of a directory's mode nothing is followed: root reads it whatever it is.
        if isinstance(node, File):
            node.mode = call.number(1, 8)
        return isinstance(node, File)

    def _fsync(self, call):
        node = self._node(call)
        if node is not None:
            self.filesystem.sync(node)
        return node is not None

    _fdatasync = _fsync

    def _renameat(self, call):
        source, target = self._path(call, 0), self._path(call, 2)
        if source is None and target is None:
            return False
        if source is None or target is None or os.path.dirname(source) != os.path.dirname(target):
            raise NotImplementedError(str(call))
        self.filesystem.change(os.path.dirname(source), {os.path.basename(source): None,
                                                         os.path.basename(target): self.filesystem.find(source)})
        return True

    def _linkat(self, call):
        source, target = self._path(call, 0), self._path(call, 2)
        if target is None:
            return False
        self.filesystem.change(os.path.dirname(target), {os.path.basename(target): self.filesystem.find(source)})
        return True

    def _unlinkat(self, call):
        path = self._path(call, 0)
        if path is None:
            return False
        self.filesystem.change(os.path.dirname(path), {os.path.basename(path): None})
        return True

    def _mkdir(self, call):
        path = os.path.normpath(os.fsdecode(call.text(0)))
        if not path.startswith(self.filesystem.root + "/"):
            return False
        self.filesystem.change(os.path.dirname(path), {os.path.basename(path): Directory()})
        return True
