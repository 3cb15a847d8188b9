"""The machine that the pages' commands are typed on: its scenes (see scenes.sh), its files, and a shell."""
import os
import re
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
SCENES = os.path.join(HERE, "scenes.sh")
HOME = os.path.join(os.environ["SANDBOX"], "home")
PASSED_ON = ("SANDBOX", "ASAN_OPTIONS", "UBSAN_OPTIONS", "MALLOC_PERTURB_", "LVINDEX_SANITIZER_PRELOAD")
ANYBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
END = "--- end of a command:"


def environment():
    """That of a login, in one time zone."""
    own = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": HOME, "TZ": "UTC",
           "LC_ALL": "C.UTF-8"}
    return own | {name: os.environ[name] for name in PASSED_ON if name in os.environ}


def shell(arguments, script):
    """Runs bash. What it leaves running is no part of what is waited for."""
    log = os.path.join(os.environ["SANDBOX"], "printed")
    with open(log, "w+", encoding="utf-8", errors="surrogateescape") as output:
        done = subprocess.run([*arguments, "bash", "-c", script], env=environment(), cwd=HOME, stdout=output,
                              stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=60, check=False)
        output.seek(0)
        return done.returncode, output.read()


def scene(name):
    """A fresh machine, with what the scene has."""
    status, printed = shell([], f"set -euo pipefail; source {SCENES}; fresh_machine; scene_{name.replace('-', '_')}")
    if status != 0:
        raise RuntimeError(f"scene {name}: status {status}: {printed}")


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
    _, printed = shell([] if any(command.root for command in commands) else ANYBODY, script)
    outcomes = re.split(rf"\n{re.escape(END)} (\d+)\n", printed)
    told = [(int(status), text.splitlines()) for text, status in zip(outcomes[0::2], outcomes[1::2])]
    # A command that ended the shell ended all that follow, too.
    return told + [(-1, outcomes[-1].splitlines())] * (len(commands) - len(told))
