"""The machine that the pages' commands are typed on: its scenes (see scenes.sh), its files, and a shell."""
import os
import re
import subprocess
import termios

HERE = os.path.dirname(os.path.abspath(__file__))
SCENES = os.path.join(HERE, "scenes.sh")
HOME = os.path.join(os.environ["SANDBOX"], "home")
PASSED_ON = ("SANDBOX", "ASAN_OPTIONS", "UBSAN_OPTIONS", "MALLOC_PERTURB_", "LVINDEX_SANITIZER_PRELOAD")
ANYBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
PATIENCE = 20  # seconds for a block: a command that goes on until it is stopped has no end
END = "--- end of a command:"


def environment():
    """That of a login, in one time zone."""
    own = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": HOME, "TZ": "UTC",
           "LC_ALL": "C.UTF-8"}
    return own | {name: os.environ[name] for name in PASSED_ON if name in os.environ}


def shell(arguments, script, output):
    """Starts bash, which prints there."""
    return subprocess.Popen(["timeout", str(PATIENCE), *arguments, "bash", "-c", script], env=environment(), cwd=HOME,
                            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)


def scene(name):
    """A fresh machine, with what the scene has."""
    script = f"set -euo pipefail; source {SCENES}; fresh_machine; scene_{name.replace('-', '_')}"
    # A file: what the scene leaves running is not to be waited for.
    with open(os.path.join(os.environ["SANDBOX"], "printed"), "w+", encoding="utf-8") as output:
        status = shell([], script, output).wait()
        output.seek(0)
        if status != 0:
            raise RuntimeError(f"scene {name}: status {status}: {output.read()}")


def at_terminal(arguments, script):
    """What bash and its commands print to a terminal: errors and all else in the order in which they come."""
    ours, theirs = os.openpty()
    mode = termios.tcgetattr(theirs)
    mode[1] &= ~termios.OPOST  # no carriage returns
    termios.tcsetattr(theirs, termios.TCSANOW, mode)
    process = shell(arguments, script, theirs)
    os.close(theirs)
    printed = b""
    try:
        while more := os.read(ours, 65536):
            printed += more
    except OSError:  # so Linux tells that the other side is closed
        pass
    os.close(ours)
    process.wait()
    return printed.decode(errors="surrogateescape")


def put(path, mode="644", content=()):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write("".join(line + "\n" for line in content))
    os.chmod(path, int(mode, 8))


def type_in(commands):
    """[(exit status, [line printed])], of commands that are typed one after the other into one shell."""
    script = f"source {os.path.join(HERE, 'typing.sh')}\n"
    for command in commands:
        script += f"{command.text}\nprintf '\\n{END} %d\\n' $?\n"
    printed = at_terminal([] if any(command.root for command in commands) else ANYBODY, script)
    outcomes = re.split(rf"\n{re.escape(END)} (\d+)\n", printed)
    told = [(int(status), text.splitlines()) for text, status in zip(outcomes[0::2], outcomes[1::2])]
    # A command that ended the shell ended all that follow, too.
    return told + [(-1, outcomes[-1].splitlines())] * (len(commands) - len(told))
