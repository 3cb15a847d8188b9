"""A machine of our own, for parts that need networks and servers: processes, mounts, host name and network are private.
All processes end with the part, however it ends."""
import ctypes
import os
import shutil
import socket
import subprocess
import sys

from .options import skip

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../bench"))
import sandbox  # noqa: E402  of tests/bench
from trouble import Trouble  # noqa: E402

HOST = sandbox.HOST
LIBVIRT_DIR = sandbox.LIBVIRT_DIR

_libc = ctypes.CDLL(None, use_errno=True)


def enter(*programs):
    """Outside: runs the calling script again inside, and ends as it does. Inside: a directory on a real disk."""
    if sandbox.directory() is not None:
        sandbox.prepare()
        return sandbox.directory()
    if os.geteuid() != 0:
        skip("needs root")
    os.environ["PATH"] += ":/usr/local/sbin:/usr/sbin:/sbin"
    # Inside, the working directory is another one.
    os.environ["BUILD"] = os.path.abspath(os.environ.get("BUILD", "build"))
    for program in programs:
        if shutil.which(program) is None:
            skip(f"{program} is not installed")
    try:
        sys.exit(sandbox.run_inside(os.path.abspath(sys.argv[0]), sys.argv[1:], None))
    except Trouble as trouble:
        skip(str(trouble))


def call(*command):
    subprocess.run(command, stdin=subprocess.DEVNULL, check=True)


class Network:
    """A server's and its clients' end of one wire, each in a network namespace: addresses of two networks never meet.

    `prefix` are the first two numbers of all its addresses: the server is PREFIX.0.1, on the interface NAME, and the
    clients' end PREFIX.255.254, for who speaks as a relay.
    """

    def __init__(self, name, prefix):
        self.name = name
        self.prefix = prefix
        self.server = f"{prefix}.0.1"
        for space in (self._server_space, self._client_space):
            call("ip", "netns", "add", space)
            call("ip", "-n", space, "link", "set", "lo", "up")
        call("ip", "link", "add", name, "netns", self._server_space, "type", "veth",
             "peer", "name", "eth0", "netns", self._client_space)
        call("ip", "-n", self._server_space, "address", "add", f"{self.server}/16", "dev", name)
        call("ip", "-n", self._server_space, "link", "set", name, "up")
        call("ip", "-n", self._client_space, "address", "add", f"{prefix}.255.254/16", "dev", "eth0")
        call("ip", "-n", self._client_space, "link", "set", "eth0", "up")

    @property
    def _server_space(self):
        return f"{self.name}-server"

    @property
    def _client_space(self):
        return f"{self.name}-client"

    def at_server(self, *command):
        """A command that runs another beside the server."""
        return ["nsenter", f"--net=/run/netns/{self._server_space}", "--", *command]

    def at_clients(self, *command):
        return ["nsenter", f"--net=/run/netns/{self._client_space}", "--", *command]

    def client_socket(self):
        """A socket for UDP at the clients' end. It stays there, while this process stays where it is."""
        here = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        there = os.open(f"/run/netns/{self._client_space}", os.O_RDONLY | os.O_CLOEXEC)
        try:
            _enter_space(there)
            return socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        finally:
            _enter_space(here)
            os.close(here)
            os.close(there)


def _enter_space(descriptor):
    if _libc.setns(descriptor, 0) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"setns: {os.strerror(error)}")
