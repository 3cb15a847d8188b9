"""What a client may put into a DHCP request to become somebody whom it is not, or to be printed as it likes."""
import struct

from common.dhcp import CLIENT_ID, HOST_NAME, Machine

_FQDN, _VENDOR_CLASS, _USER_CLASS, _WANTED, _RELAY, _VENDOR = 81, 60, 77, 55, 82, 125
_CONTROL = (b"\n", b"\r", b"\0", b"\x1b[2J", b"\x07", b"\x7f", b"\x9b2J", b"\xc2\x9b2J", b"\xff", b"\t", b"\x08",
            b"\xe2\x80\xae", b"\xe2\x80\xa8", b"\xf3\xa0\x81\x81")
_QUOTES = (b'"', b"'", b"\\", b"`", b"$(reboot)", b"${HOME}", b";", b"|", b"&", b"%n%s", b"=", b" ", b"*", b"/../",
           b"#", b"{", b"]", b",", b"<", b":")
_ADDRESS_LIKE = (b"0", b"12345", b"0x7f000001", b"127.0.0.1", b"::1", b"0X1", b"10.98.0.1")
_ODD = (b"-", b"_", b"-a", b"a-", b"a" * 63, b"a" * 64, b"b" * 254, b"c" * 255, b"a.b", b".", b"..", b"a..b", b".a",
        b"a.", b"xn--pple-43d", b"\xd0\xb0pple", b"INIT", b"duid", b"old", b"del", b"*")
# Lines of a lease file, and a variable of the script: what init prints or the environment holds must not grow by them.
_LINES = (b"evil\n0 52:54:00:00:00:99 10.98.9.9 bank *", b"evil\nduid 00:01", b"x\nDNSMASQ_OLD_HOSTNAME=bank",
          b'x", "hostname": "bank', b"x\\u0000bank", b"bank\0evil")


def names(reserved, domain):
    """Every kind of name that is worth a try: those that belong to others, and all that is odd."""
    yield from (*_ADDRESS_LIKE, *_ODD, *_LINES)
    for name in reserved:
        yield from (name, name.upper(), name + b".", b"." + name, name + b"." + domain, name + b".elsewhere.example",
                    b"www." + name, name + b"\0", name + b" ", b"-" + name)
        yield from (name + odd for odd in _CONTROL)
        yield from (odd + name for odd in _QUOTES)
    for odd in (*_CONTROL, *_QUOTES):
        yield from (odd, b"a" + odd + b"b", odd * (255 // len(odd)))


class Strangers:
    """Machines with such names, and with everything else as odd; two of one number have one hardware address."""

    def __init__(self, random, reserved, domain):
        self._random = random
        self._reserved = reserved
        self._names = list(names(reserved, domain))
        self._made_up = set()
        self._turn = 0

    def next(self, number):
        name = self._name()
        options = [(HOST_NAME, name)] if self._random.random() < 0.85 else []
        if self._random.random() < 0.2:
            options.append((_FQDN, self._fqdn()))
        if self._random.random() < 0.8:
            options.append((CLIENT_ID, self._client_id(number)))
        for code in (_VENDOR_CLASS, _USER_CLASS, _WANTED, _RELAY, _VENDOR):
            if self._random.random() < 0.15:
                options.append((code, self._bytes(self._random.choice((0, 1, 7, 60, 120)))))
        kind, length = self._hardware()
        return Machine(struct.pack("!HI", 0x0266, number).ljust(16, b"\x42")[:length], tuple(options), kind)

    def names(self):
        """Those of the list, and all that were made up since this was last asked."""
        made_up, self._made_up = self._made_up, set()
        return made_up.union(self._names)

    def _name(self):
        """Each of the list in its turn, and others in between: often those that matter, just as they are."""
        if self._random.random() < 0.2:
            return self._random.choice(self._reserved)
        if self._random.random() < 0.7:
            name = self._names[self._turn % len(self._names)]
            self._turn += 1
            return name
        name = self._bytes(self._random.choice((0, 1, 2, 5, 63, 64, 200, 255)))
        if self._random.random() < 0.5:
            name = self._random.choice(self._names)[:40] + name[:20]
        self._made_up.add(name)
        return name

    def _fqdn(self):
        """Flags, two unused octets, and a name as text or as labels (RFC 4702)."""
        name = self._random.choice(self._names)[:100]
        if self._random.random() < 0.5:
            return bytes([self._random.choice((0, 1, 8))]) + b"\0\0" + name
        return b"\4\0\0" + b"".join(bytes([len(label[:63])]) + label[:63] for label in name.split(b".")) + b"\0"

    def _client_id(self, number):
        """Told apart by their number where there is room for it, so that each has a lease of its own."""
        length = self._random.choice((0, 1, 2, 7, 19, 64, 200, 255))
        return (struct.pack("!I", number) + self._bytes(length))[:length]

    def _hardware(self):
        """(type, length): mostly Ethernet, but other kinds as well, with up to 16 octets."""
        if self._random.random() < 0.8:
            return 1, 6
        return self._random.choice((1, 6, 32, 255)), self._random.choice((6, 8, 16))

    def _bytes(self, length):
        if self._random.random() < 0.3:
            return self._random.choice(_CONTROL)[:length].ljust(length, self._random.choice((b"a", b"\n", b"\xff")))
        return self._random.randbytes(length)
