"""enumerate.py COUNT FILE: lists all hosts by glibc's gethostent; after COUNT entries, waits until FILE is there."""
import ctypes
import os
import socket
import sys
import time


class Host(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("aliases", ctypes.POINTER(ctypes.c_char_p)), ("family", ctypes.c_int),
                ("length", ctypes.c_int), ("addresses", ctypes.POINTER(ctypes.c_void_p))]


def line(host):
    names = [host.name]
    for alias in host.aliases:
        if alias is None:
            break
        names.append(alias)
    address = socket.inet_ntop(host.family, ctypes.string_at(host.addresses[0], host.length))
    return " ".join([address] + [name.decode() for name in names])


libc = ctypes.CDLL(None)
libc.gethostent.restype = ctypes.POINTER(Host)
pause_after = int(sys.argv[1])
count = 0
libc.sethostent(0)
while host := libc.gethostent():
    print(line(host.contents), flush=True)
    count += 1
    if count == pause_after:
        print("paused", file=sys.stderr, flush=True)
        while not os.path.exists(sys.argv[2]):
            time.sleep(0.02)
libc.endhostent()
