"""What a helper is given."""
import shlex
from dataclasses import dataclass, field


@dataclass
class Event:
    """One call of the helper: its arguments and its environment, all bytes."""

    bridge: str
    arguments: list
    environment: dict = field(default_factory=dict)

    @property
    def action(self):
        return self.arguments[0].decode("ascii", "replace") if self.arguments else ""

    @property
    def ip(self):
        return self.arguments[2].decode("ascii", "replace") if len(self.arguments) > 2 else None

    @property
    def name(self):
        """The host name in argv: the only one that dnsmasq granted."""
        return self.arguments[3] if len(self.arguments) > 3 else None

    @property
    def any_name(self):
        """The one that the original writes down."""
        names = (self.name, self.variable("SUPPLIED_HOSTNAME"), self.variable("OLD_HOSTNAME"))
        return next((name for name in names if name is not None), None)

    def variable(self, name):
        return self.environment.get("DNSMASQ_" + name)

    def command(self, program, more=None):
        """As a line for the shell; `more` are variables that the program gets beside those of the event."""
        variables = [*self.environment.items(), *(more or {}).items()]
        words = [f"{name}={quote(value)}" for name, value in variables]
        return " ".join(["env -i", *words, program, *map(quote, self.arguments)])


def quote(value):
    if isinstance(value, str):
        value = value.encode()
    try:
        text = value.decode("ascii")
    except UnicodeDecodeError:
        text = None
    if text is not None and text.isprintable():
        return shlex.quote(text)
    escaped = "".join(chr(b) if 32 <= b < 127 and b not in b"\\'" else f"\\{b:03o}" for b in value)
    return f"$'{escaped}'"
