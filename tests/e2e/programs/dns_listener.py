"""dns_listener.py FILE ADDRESS: a DNS server that knows no name, and notes in FILE each that it is asked for."""
import socket
import sys

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind((sys.argv[2], 53))
with open(sys.argv[1], "w", encoding="ascii") as asked:
    while True:
        query, client = server.recvfrom(512)
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode("ascii", "replace"))
            at += 1 + query[at]
        print(".".join(labels).lower(), file=asked, flush=True)
        # NXDOMAIN, with recursion, and the question alone.
        server.sendto(query[:2] + b"\x81\x83\0\1\0\0\0\0\0\0" + query[12:at + 5], client)
