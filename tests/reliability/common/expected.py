"""What may be seen after a run that did not end well, and after the one that follows it."""
import collections
import os

from common.trial import Trial


class Expected:
    """Taken from runs that nothing happens to."""

    def __init__(self, options, case):
        self.case = case
        with Trial(options, case) as trial:
            self.old = trial.seen()
            self.old_bytes = trial.index_bytes()
            self.output = case.run.succeed(trial).stdout
            self.new = trial.seen()
            case.after.succeed(trial)
            self._new_after, self._new_listing = trial.seen(), trial.listing()
        with Trial(options, case) as trial:
            # What the case damaged, a next run may find as well.
            self.complains_after = bool(case.after.succeed(trial).stderr)
            self._old_afters, self._old_listing = [trial.seen()], trial.listing()
        if case.waits:
            # What waits is a killed run's: who cannot read it may drop it.
            with Trial(options, case) as trial:
                os.unlink(trial.index() + ".new")
                case.after.succeed(trial)
                self._old_afters.append(trial.seen())

    def is_torn(self, state):
        """Why this is neither the old nor the new, or None. libvirt's file may be ahead of the index, never behind."""
        if not (state.same_index(self.old) or state.same_index(self.new)):
            return f"another index: {state.difference(self.new)}"
        for name in {*state.files, *self.old.files, *self.new.files}:
            if state.files.get(name) not in (self.old.files.get(name), self.new.files.get(name)):
                return f"another {name}"
        if not state.same_index(self.old) and state.files != self.new.files:
            return "the index is ahead of libvirt's file"
        return self.wrong_hosts(state)

    def wrong_hosts(self, state):
        """A hosts file is what it was or what the index tells: why this is neither, or None."""
        if state.hosts == self.old.hosts or all(content == state.told for content in state.hosts.values()):
            return None
        return f"another hosts file: {state.difference(self.new)}"

    def happened(self, state):
        """Must a run that left this state have taken place, for all that follow?"""
        return self.case.heals or not state.same_index(self.old) or any(
            state.files.get(name) != self.old.files.get(name) for name in self.new.files if name.endswith(".status"))

    def wrong_after(self, state, listing, happened):
        """What is wrong after the next run, or None."""
        if state != self._new_after and (happened or state not in self._old_afters):
            return f"another index after the next run: {state.difference(self._new_after)}"
        known = {"index.old", *(name for name in self._new_listing if name.endswith(".damaged"))}
        # How many bases there are depends on which of the two it is.
        its = self._new_listing if state == self._new_after else self._old_listing
        left = collections.Counter(name for name in listing if name not in known) - collections.Counter(its)
        return f"left over: {sorted(left)}" if left else None
