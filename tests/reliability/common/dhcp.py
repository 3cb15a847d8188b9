"""DHCP clients (RFC 2131) that say whatever they are told to: names and identifiers are bytes that nobody checks."""
import os
import socket
import struct
from typing import NamedTuple

_MAGIC = b"\x63\x82\x53\x63"
_HEAD = struct.Struct("!BBBBIHH4s4s4s4s16s192x4s")
_DISCOVER, _OFFER, _REQUEST, _ACK, _RELEASE = 1, 2, 3, 5, 7
_TYPE, _SERVER, _ADDRESS, _PAD, _END = 53, 54, 50, 0, 255
HOST_NAME, CLIENT_ID = 12, 61
_NONE = b"\0\0\0\0"
_BROADCAST = 0x8000  # the flag: answer to everybody, this client has no address yet
_TRIES, _PATIENCE = 5, 1.0


class Machine(NamedTuple):
    """Who asks: a hardware address, and options as (code, bytes)."""
    address: bytes
    options: tuple = ()
    type: int = 1


def machine(number, name=None):
    """An ordinary one."""
    address = struct.pack("!HI", 0x5254, number)
    names = ((HOST_NAME, name.encode()),) if name is not None else ()
    return Machine(address, ((CLIENT_ID, b"\1" + address), *names))


class Clients:
    """All machines of one network, which speak through one socket."""

    def __init__(self, network):
        self._server = socket.inet_aton(network.server)
        self._socket = network.client_socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self._socket.settimeout(_PATIENCE)
        self._socket.bind(("", 68))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def obtain(self, who):
        """The address that it was granted, None when the server does not answer or refuses."""
        offered = self._ask(who, _DISCOVER)
        if offered is None:
            return None
        return self._ask(who, _REQUEST, (_ADDRESS, socket.inet_aton(offered)), (_SERVER, self._server))

    def confirm(self, who, address):
        """Asks to go on with an address, as after a reboot. Was it granted?"""
        return self._ask(who, _REQUEST, (_ADDRESS, socket.inet_aton(address))) == address

    def release(self, who, address):
        """Gives it back; there is no answer to that."""
        self._send(who, _RELEASE, _new_number(), ((_SERVER, self._server),), socket.inet_aton(address))

    def _ask(self, who, kind, *options):
        """The address in the answer."""
        wanted = {_DISCOVER: _OFFER, _REQUEST: _ACK}[kind]
        for _ in range(_TRIES):
            number = _new_number()
            self._send(who, kind, number, options, _NONE)
            try:
                while True:
                    got, answer, address = _read(self._socket.recv(4096))
                    if got == number:
                        return address if answer == wanted else None
            except TimeoutError:
                continue
        return None

    def _send(self, who, kind, number, options, own):
        head = _HEAD.pack(1, who.type, len(who.address), 0, number, 0, _BROADCAST, own, _NONE, _NONE, _NONE,
                          who.address, _MAGIC)
        body = b"".join(bytes([code, len(value)]) + value for code, value in ((_TYPE, bytes([kind])), *options,
                                                                             *who.options))
        self._socket.sendto(head + body + bytes([_END]), ("255.255.255.255", 67))


def _new_number():
    return int.from_bytes(os.urandom(4), "big")


def _read(packet):
    """(number, kind, address) of an answer."""
    fields = _HEAD.unpack_from(packet)
    kind, rest = None, packet[_HEAD.size:]
    while rest and rest[0] != _END:
        if rest[0] == _PAD:
            rest = rest[1:]
            continue
        if rest[0] == _TYPE:
            kind = rest[2]
        rest = rest[2 + rest[1]:]
    return fields[4], kind, socket.inet_ntoa(fields[8])
