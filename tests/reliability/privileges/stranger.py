"""Busy in a directory that all may write to, until standard input ends: argv names it, and the pause between rounds."""
import os
import select
import sys

os.chdir(sys.argv[1])
done = 0
while not select.select([sys.stdin], [], [], float(sys.argv[2]))[0]:
    for name in ("virbr0.status", "virbr0.macs", "default.conf", "db1.xml", "notes"):
        with open(name, "w", encoding="ascii") as file:
            file.write("[]")
        os.rename(name, name + ".moved")
        os.unlink(name + ".moved")
    os.mkdir("directory")
    os.rmdir("directory")
    done += 17
print(done)
