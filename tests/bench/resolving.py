"""getaddrinfo() through glibc, with one service in nsswitch.conf: what a program sees."""
import os
import shutil
import subprocess
import time

from asking import HIT, MISS, Asking, close, measure, prepare
from contenders import dns_service, services
from processes import Lookups
from trouble import Trouble

_PATIENCE = 60  # seconds for a DNS server to have read its hosts


def run(bench):
    found = services(bench.programs, bench.results)
    prepare(bench, found)
    modules = _modules(bench)
    jobs, asking, servers = {}, [], []
    for number, site in enumerate(bench.sites):
        for service in found:
            if service.can(site):
                binds = [(_nsswitch(bench, service), "/etc/nsswitch.conf")]
                one = Asking(bench, service, site, False, {"LD_LIBRARY_PATH": modules}, binds)
                asking.append(one)
                _add(jobs, one)
        one = _dns(bench, site, number, servers)
        if one is not None:
            asking.append(one)
            _add(jobs, one)
    measure(bench, "getaddrinfo", jobs)
    close(asking)
    for server in servers:
        server.terminate()
        server.wait()


def _add(jobs, one):
    if one.service.hits:
        jobs[HIT, one.service.title, one.site.size] = one.job("resolve", HIT)
    if one.service.misses:
        jobs[MISS, one.service.title, one.site.size] = one.job("resolve", MISS)


def _modules(bench):
    """A directory in which glibc finds all modules that are not installed."""
    directory = f"{bench.directory}/modules"
    os.makedirs(directory, exist_ok=True)
    for path in bench.programs.modules.values():
        link = f"{directory}/{os.path.basename(path)}"
        if not os.path.lexists(link):
            os.symlink(path, link)
    return directory


def _nsswitch(bench, service):
    path = f"{bench.directory}/nsswitch.{service.name}"
    with open(path, "w", encoding="ascii") as file:
        file.write(f"hosts: {service.name}\n")
    return path


# --- DNS --------------------------------------------------------------------------------------------------------------


def _dns(bench, site, number, servers):
    """A process that asks a dnsmasq of its own. None where that cannot be had."""
    if bench.programs.dnsmasq is None or not os.path.exists("/etc/resolv.conf"):
        bench.results.note("dns: dnsmasq-base is not installed, or there is no /etc/resolv.conf")
        return None
    service = dns_service()
    if not service.can(site):
        bench.results.note(f"{service.title}: not with {site.size:,} leases, dnsmasq takes minutes to read them")
        return None
    address = f"127.0.1.{number + 1}"
    servers.append(_start_dnsmasq(bench, site, address))
    resolver = f"{site.directory}/resolv.conf"
    with open(resolver, "w", encoding="ascii") as file:
        file.write(f"nameserver {address}\noptions timeout:1 attempts:1\n")
    binds = [(_nsswitch(bench, service), "/etc/nsswitch.conf"), (resolver, "/etc/resolv.conf")]
    one = Asking(bench, service, site, False, None, binds)
    _wait_for_answer(one.helper)
    return one


def _start_dnsmasq(bench, site, address):
    # AppArmor goes by the path of a program, and would keep Debian's out of our directory.
    program = f"{bench.directory}/dnsmasq"
    if not os.path.exists(program):
        shutil.copy(bench.programs.dnsmasq, program)
    return subprocess.Popen(
        # --no-daemon: it stays the user that it is, also where that is root of the sandbox alone.
        [program, "--no-daemon", "--conf-file=/dev/null", "--no-resolv", "--no-hosts",
          f"--addn-hosts={site.hosts}", "--local=//", f"--listen-address={address}", "--bind-interfaces"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _wait_for_answer(helper: Lookups):
    deadline = time.monotonic() + _PATIENCE
    while helper.ask("resolve 0 1").found == 0:
        if time.monotonic() > deadline:
            raise Trouble("dnsmasq does not answer")
        time.sleep(0.05)
