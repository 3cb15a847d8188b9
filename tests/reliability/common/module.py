"""Asks the NSS modules as glibc does, in this process. It keeps its mapping between the questions, as any program."""
import ctypes
import os
import socket

SUCCESS, NOTFOUND, UNAVAIL, TRYAGAIN = 1, 0, -1, -2


class Hostent(ctypes.Structure):
    _fields_ = [("h_name", ctypes.c_char_p), ("h_aliases", ctypes.POINTER(ctypes.c_char_p)),
                ("h_addrtype", ctypes.c_int), ("h_length", ctypes.c_int),
                ("h_addr_list", ctypes.POINTER(ctypes.c_void_p))]


class Module:
    """One of the two modules: `lvindex` or `lvindex_guest`."""

    def __init__(self, options, name="lvindex"):
        self.name = name
        library = ctypes.CDLL(options.built(f"nss/libnss_{name}.so.2"))
        self._by_name = getattr(library, f"_nss_{name}_gethostbyname2_r")
        self._by_address = getattr(library, f"_nss_{name}_gethostbyaddr_r")
        self._buffer = ctypes.create_string_buffer(1 << 20)

    def ask(self, name, family=socket.AF_INET):
        """(status, [addresses], errno); the index is that of the environment's LVINDEX_DIR."""
        result, error, h_error = Hostent(), ctypes.c_int(), ctypes.c_int()
        status = self._by_name(name if isinstance(name, bytes) else name.encode(), family, ctypes.byref(result),
                               self._buffer, ctypes.c_size_t(len(self._buffer)), ctypes.byref(error),
                               ctypes.byref(h_error))
        if status != SUCCESS:
            return status, [], error.value
        found = []
        for pointer in result.h_addr_list:
            if not pointer:
                break
            found.append(socket.inet_ntop(family, ctypes.string_at(pointer, result.h_length)))
        return status, found, 0

    def addresses(self, name, family=socket.AF_INET):
        return self.ask(name, family)[1]

    def reverse(self, address):
        """(status, [names of an address, in their order])"""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        result, error, h_error = Hostent(), ctypes.c_int(), ctypes.c_int()
        packed = socket.inet_pton(family, address)
        status = self._by_address(packed, len(packed), family, ctypes.byref(result), self._buffer,
                                  ctypes.c_size_t(len(self._buffer)), ctypes.byref(error), ctypes.byref(h_error))
        if status != SUCCESS:
            return status, []
        aliases = []
        while result.h_aliases[len(aliases)]:
            aliases.append(result.h_aliases[len(aliases)])
        return status, [name.decode() for name in (result.h_name, *aliases)]

    def names(self, address):
        return self.reverse(address)[1]


def use(directory):
    """From now on, questions are about the index of this directory."""
    os.environ["LVINDEX_DIR"] = directory
