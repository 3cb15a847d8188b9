"""What stands in the environment or comes with a locale changes nothing that counts."""
import json
import os
import subprocess
import time

from common.site import Site

import traces

LEASES = 40
# A fold of the Turkish I, commas in numbers, and a locale that is not there.
LOCALES = ("tr_TR.UTF-8", "de_DE.UTF-8", "xx_XX.UTF-8")
HOSTILE = {
    "TDB_NO_FSYNC": "1", "TZ": "\x1b[31mred\n-99:99:99", "MALLOC_PERTURB_": "165", "MALLOC_CHECK_": "3",
    "MALLOC_ARENA_MAX": "1", "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0", "POSIXLY_CORRECT": "1",
    "LD_BIND_NOW": "1", "PATH": "/nowhere", "HOME": "/nowhere", "IFS": "/", "LANGUAGE": "tr", "LC_ALL": "tr_TR.UTF-8",
    "DNSMASQ_NEW_THING": "\x1b]0;title\x07",
}


def run(options, checks):
    with Site(options) as site:
        locales = make_locales(site)
        counts = [syncs(options, checks, more) for more in ({}, dict(HOSTILE, LOCPATH=locales), {"TDB_NO_FSYNC": "1"})]
        for name, count in zip(("a hostile environment", "TDB_NO_FSYNC"), counts[1:]):
            checks.equal(counts[0], count, name, "syncs, renames and links")
        options.figure("fsyncs of an event, with TDB_NO_FSYNC=1 and without",
                       f"{counts[2]['fsync']} and {counts[0]['fsync']}")
        for locale in LOCALES:
            under(options, checks, locale, locales)


def make_locales(site):
    directory = os.path.join(site.top, "locales")
    os.mkdir(directory)
    for name in LOCALES[:2]:
        subprocess.run(["localedef", "-i", name.split(".", maxsplit=1)[0], "-f", "UTF-8",
                        os.path.join(directory, name)], check=True, capture_output=True, timeout=60)
    return directory


def syncs(options, checks, more):
    """What the second event of a site asks of the disk, and that nothing was made in TMPDIR."""
    with Site(options) as site:
        temporary = os.path.join(site.top, "temporary")
        os.mkdir(temporary)
        site.event("add", "52:54:00:00:00:01", "192.0.2.1", "web")
        done, calls = traces.trace(site, site.hook, "add", "52:54:00:00:00:02", "192.0.2.2", "db", TMPDIR=temporary,
                                   **more)
        checks.done(done, f"event with {sorted(more)}")
        checks.equal([], os.listdir(temporary), "TMPDIR", "files")
        names = [call.name for call in calls]
        checks.expect(names.count("fsync") >= 2, "event", f"syncs only {names.count('fsync')} times: file, directory")
        return {name: names.count(name) for name in ("fsync", "fdatasync", "renameat", "linkat", "write")}


def under(options, checks, locale, locales):
    """All programs, and a process of that locale that asks the module."""
    with Site(options) as site:
        more = {"LC_ALL": locale, "LOCPATH": locales}
        for number in range(LEASES):
            checks.done(site.event("add", f"52:54:00:00:00:{number:02x}", f"192.0.2.{number}", f"ITI-{number}",
                                   DNSMASQ_LEASE_EXPIRES=str(int(time.time()) + 3600), **more), locale)
        for form in ((), ("--json",), ("--raw",), ("--stats",), ("--stats", "--json"), ("--network=-",)):
            plain = without_clock(site.run(site.dump, *form))
            checks.equal(plain, without_clock(site.run(site.dump, *form, **more)), locale, f"lvindex-dump {form}")
        mean = json.loads(site.run(site.dump, "--stats", "--json", **more).stdout)["files"][0]["chain-mean"]
        checks.expect(isinstance(mean, float) and mean >= 1, locale, f"chain-mean is {mean!r}")
        if locale != LOCALES[2]:
            ask(options, checks, site, locale, more)
        hostile = site.run(site.dump, **dict(HOSTILE, LOCPATH=locales))
        checks.done(hostile, "lvindex-dump")
        checks.expect(b"\x1b" not in hostile.stdout and b"red" not in hostile.stdout, "TZ", "is in the output")


def ask(options, checks, site, locale, more):
    """The letter I has two small forms in Turkish, neither of which may come into it."""
    ask_program = options.built("tests/reliability/privileges/ask")
    for name in ("ITI-7", "iti-7", "Iti-7"):
        found = site.run(ask_program, options.built("nss/libnss_lvindex.so.2"), name, **more)
        checks.equal(b"192.0.2.7\n", found.stdout, locale, f"{name} ({found.stderr!r})")
    found = site.run(ask_program, options.built("nss/libnss_lvindex.so.2"), "\u0131t\u0131-7", **more)
    checks.equal(b"status 0\n", found.stdout, locale, "a name with the dotless i")


def without_clock(process):
    """What is left of an output without the seconds that pass while we compare."""
    lines = [b" ".join(line.split()[:7]) for line in process.stdout.splitlines()
             if b" s ago" not in line and b'"age"' not in line]
    return process.returncode, process.stderr, lines
