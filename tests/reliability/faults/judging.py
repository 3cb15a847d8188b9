"""What holds of a run that met a fault, and of the one after it."""
import json
import os
import re

_LINE = re.compile(rb"lvindex-(hook|sync): [^\n]+: [^\n:]+\n")
_NAMED = re.compile(rb"^(\S+ \S+ \S+) \S+( \S+\n)$")  # a line of init's: its fourth word is the name
_SEQUENCE = slice(48, 52)  # of the header: readers are told there that a new file comes


def _keys(told):
    """Which there are, from State.leases or State.entries."""
    return {(entry.get("kind"), entry["network"], entry["ip-address"]) for entry in json.loads(told or "[]")}


class Verdict:
    """Of one run on a trial. `failed` is the name of the call that failed, None for other faults; `mute` says that
    nothing can be written to standard error, `unheard` that what goes to standard output is lost."""

    def __init__(self, trial, expected, done, failed=None, mute=False, unheard=False):
        self.trial, self.expected, self.done = trial, expected, done
        self.failed, self.mute, self.unheard = failed, mute, unheard
        self.hook = trial.case.run.program == "hook"
        self.init = trial.case.run.arguments[:1] == ("init",)
        # Before any other run changes it.
        self.bytes = trial.index_bytes()
        self.listing = trial.listing()
        self.state = trial.seen()

    def problem(self):
        """What is wrong after the fault, or None."""
        return self._messages() or self.expected.wrong_hosts(self.state) or (
            self._of_success() if self.done.returncode == 0 else self._of_failure())

    def _messages(self):
        if self.done.returncode not in (0, 1):
            return f"status {self.done.returncode}: {self.done.stderr!r}"
        if self.init and self.done.returncode != 0:
            return f"init: status {self.done.returncode}: {self.done.stderr!r}"
        if _LINE.sub(b"", self.done.stderr):
            return f"these are no lines of the form `tool: what: why`: {self.done.stderr!r}"
        if self.done.returncode != 0 and not self.done.stderr and not self.mute:
            return "failed without a word"
        return None

    def _complained_of_source(self):
        lease_file = os.path.join(self.trial.case.site.top, "leases")
        return any(source.encode() in self.done.stderr for source in
                   (self.trial.libvirt, self.trial.definitions, self.trial.config, lease_file))

    def _of_success(self):
        if self.init:
            return "init changed the index" if self.bytes != self.expected.old_bytes else self._of_output()
        if self.state == self.expected.new:
            return None
        if not self._complained_of_source():
            return f"status 0, but another index: {self.state.difference(self.expected.new)}; said {self.done.stderr!r}"
        if _keys(self.state.leases) != _keys(self.expected.new.leases):
            return f"status 0, but not all leases are there: {self.state.difference(self.expected.new)}"
        return self._entries_lost()

    def _entries_lost(self):
        """Where a source could not be read, what was known of it stays."""
        was, now, wanted = (_keys(state.entries) for state in (self.expected.old, self.state, self.expected.new))
        new = now - was - wanted
        # A static entry that names no network is of none while nothing tells where its guest runs.
        known = {(kind, address) for kind, _, address in wanted}
        new -= {key for key in new if key[:2] == ("static", "") and (key[0], key[2]) in known}
        if new:
            return f"come from nowhere: {new}"
        return f"lost {was & wanted - now}" if was & wanted - now else None

    def _of_output(self):
        """dnsmasq forgets what `init` does not print, and takes anything else for a lease."""
        printed, wanted = (text.splitlines(keepends=True) for text in (self.done.stdout, self.expected.output))
        # Without memory to judge a name by, the address goes without.
        nameless = {_NAMED.sub(rb"\1 *\2", line) for line in wanted} if self.done.stderr else set()
        if set(printed) - set(wanted) - nameless:
            return f"init prints {set(printed) - set(wanted) - nameless}"
        if len(set(printed)) < len(printed):
            return f"init prints a line twice: {printed}"
        if printed != wanted and not (self.done.stderr or self.mute or self.unheard):
            return f"init prints {len(printed)} of {len(wanted)} lines, and says nothing"
        return None

    def _of_failure(self):
        if self.state.same_index(self.expected.new) and not self.state.same_index(self.expected.old):
            return self._of_late_failure()
        if not self.hook and self._complained_of_source():
            missing = _keys(self.expected.old.leases) - _keys(self.state.leases) - _keys(self.expected.new.leases)
            return f"lost {missing}" if missing else self._entries_lost()
        torn = self.expected.is_torn(self.state)
        return torn or self._changed_bytes()

    def _of_late_failure(self):
        """The index is published, but perhaps not on the disk; or it waited to be; or, of a sync, there was something
        else to tell."""
        if self.failed in (None, "fsync") or self.trial.case.waits or not self.hook:
            return None
        return f"status 1 for {self.failed}, though the event is in the index: {self.done.stderr!r}"

    def _changed_bytes(self):
        old, new = self.expected.old_bytes, self.bytes
        if old == new or old is None:
            return None if old == new else "there is an index all at once"
        if old[:_SEQUENCE.start] + old[_SEQUENCE.stop:] != new[:_SEQUENCE.start] + new[_SEQUENCE.stop:]:
            return "the index is not what it was"
        # Only its last act can have failed: the finished file waits for the next writer.
        return None if "index.tdb.new" in self.listing else "the sequence number changed, but nothing waits"

    def problem_after(self):
        """Runs what comes next; what is wrong then, or None."""
        done = self.trial.case.after.on(self.trial)
        if done.returncode != 0 or (done.stderr and not self.expected.complains_after):
            return f"the next run: status {done.returncode}: {done.stderr.decode(errors='replace')}"
        happened = self.expected.happened(self.state) or (self.done.returncode == 0 and not self.init)
        # What could not be read, as opposed to opened, was taken for damaged, and kept; without a word where another
        # index waited.
        told = self.trial.case.waits or b": damaged" in self.done.stderr
        kept = {name for name in self.listing if name.endswith(".damaged") and told}
        listing = [name for name in self.trial.listing() if name not in kept]
        return self.expected.wrong_after(self.trial.seen(), listing, happened)
