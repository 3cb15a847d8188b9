"""Plants links and other things under the names of a .status file and of its next one, until standard input ends."""
import os
import select
import sys

directory, name, secret, nothing = sys.argv[1:]
os.chdir(directory)


def kinds(path):
    yield lambda: os.symlink(secret, path)
    yield lambda: os.symlink(nothing, path)
    yield lambda: os.mkfifo(path)
    yield lambda: os.mkdir(path)
    yield lambda: os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))


def main():
    planted = 0
    while not select.select([sys.stdin], [], [], 0)[0]:
        for path in (name + ".new", name, name + ".damaged"):
            for kind in kinds(path):
                try:
                    kind()
                    planted += 1
                    os.rename(path, "aside")
                except OSError:
                    pass
                for gone, how in ((path, os.unlink), (path, os.rmdir), ("aside", os.unlink), ("aside", os.rmdir)):
                    try:
                        how(gone)
                    except OSError:
                        pass
    print(planted)


main()
