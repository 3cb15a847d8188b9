"""Programs of 32 bits: the modules and some of the programs here, built as meson builds them but with -m32, are
asked on files whose inodes and times do not fit into 32 bits."""
import json
import os
import shutil
import subprocess

_KINDS = ("lvindex", "lvindex_guest")
_PROGRAMS = ("answer", "descriptors", "names", "stack")
# When the files were last written: soon, after 2038, after 2106.
_TIMES = (1 << 30, (1 << 31) + 1, (1 << 32) + 1)
_WORD = 1 << 32


def run(part):
    directory = os.path.join(part.place, "narrow")
    os.mkdir(directory)
    if _compile(part, directory, ["-xc", "-"], "probe", text="int main(void) { return 0; }").returncode != 0:
        part.note("no compiler for 32 bits (gcc-multilib): not tried")
        return
    _build(part, directory)
    for site in (part.small, part.large):
        _large_numbers(part, directory, site)
        own = os.path.join(site.top, "narrow")
        for name, arguments in (("descriptors", [own]), ("names", [20_000, 1]), ("stack", [])):
            _ask(part, directory, site.state, name, *arguments)


def _build(part, directory):
    with open(part.options.built("meson-info/intro-targets.json"), encoding="utf-8") as file:
        built = {os.path.relpath(target["filename"][0], part.options.build): target["target_sources"][0]
                 for target in json.load(file) if "parameters" in target["target_sources"][0]}
    core, schema = built["nss/libnss_core.a"], built["schema/libschema.a"]
    for kind in _KINDS:
        name = f"libnss_{kind}.so.2"
        module = built[f"nss/{name}"]
        # All at once: what is exported, the map tells alone.
        _must(_compile(part, directory, _flags(core, module) + _sources(core, schema, module), name, "-shared",
                       "-fvisibility=default",
                       f"-Wl,--version-script={part.options.built(f'nss/libnss_{kind}.map')}", "-Wl,-z,defs"))
    ask = built["tests/reliability/processes/libask.a"]
    for name in _PROGRAMS:
        program = built[f"tests/reliability/processes/{name}"]
        _must(_compile(part, directory, _flags(ask, program) + _sources(ask, program), name))


def _flags(*targets):
    return [flag for target in targets for flag in target["parameters"] if flag != "--coverage"]


def _sources(*targets):
    return [source for target in targets for source in target["sources"]]


def _compile(part, directory, arguments, output, *more, text=""):
    return subprocess.run(["gcc", "-m32", *arguments, "-o", os.path.join(directory, output), *more],
                          cwd=part.options.build, input=text, capture_output=True, text=True, check=False)


def _must(done):
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(done.args)}: {done.stderr}")


def _large_numbers(part, directory, site):
    """An overlay puts the number of the layer into the uppermost bits of an inode's."""
    layer, seen = os.path.join(site.top, "layer"), os.path.join(site.top, "seen")
    shutil.copytree(site.state, layer)
    os.mkdir(seen)
    if subprocess.run(["mount", "-t", "overlay", "-o", f"xino=on,lowerdir={layer}:/usr/share", "overlay", seen],
                      stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode != 0:
        part.note("no overlay can be mounted here: large inodes are not tried")
        seen = layer
    for when in _TIMES:
        for name in os.listdir(layer):
            os.utime(os.path.join(layer, name), (when, when))
        status = os.stat(os.path.join(seen, "index.tdb"))
        part.check(status.st_mtime == when and (seen == layer or status.st_ino >= _WORD),
                   f"inode {status.st_ino}, time {status.st_mtime}: nothing is tried")
        found = _ask(part, directory, seen, "answer")
        part.check(found == "1 0 right\n", f"32 bits, inode {status.st_ino}, time {when}: {found!r}")


def _ask(part, directory, state, name, *arguments):
    done = subprocess.run([os.path.join(directory, name), *map(str, arguments)],
                          env={"LVINDEX_MODULES": directory, "LVINDEX_DIR": state}, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, errors="replace", timeout=120, check=False)
    part.check(done.returncode == 0, f"32 bits, {name}: status {done.returncode}\n{done.stderr.strip()}")
    return done.stdout
