# shellcheck shell=bash
# A fresh Debian 12 with the packages in it: source it.

# What the checks use there, beside what the packages ask for themselves.
ROOT_PACKAGES=(apparmor apparmor-profiles bash-completion dnsmasq man-db systemd systemd-sysv)

ROOT=        # its root directory
ROOT_LEADER= # its systemd, once it runs
CGROUP=packages-of-lvindex.$PPID.$$

# --- Control groups -------------------------------------------------------------------------------------------

# systemd in a container needs groups of its own; what is below ours can be removed without a doubt.
cgroup_hierarchies() {
    local directory
    for directory in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
        if [[ -f $directory/cgroup.procs ]]; then
            echo "$directory"
        fi
    done
}

cgroup_enter() {
    local directory
    for directory in $(cgroup_hierarchies); do
        mkdir "$directory/$CGROUP"
        echo $$ >"$directory/$CGROUP/cgroup.procs"
    done
}

cgroup_remove() {
    local directory
    for directory in $(cgroup_hierarchies); do
        echo $$ >"$directory/cgroup.procs"
        wait_until 10 cgroup_removed "$directory/$CGROUP" || true
    done
}

cgroup_removed() {
    find "$1" -depth -type d -exec rmdir {} +
}

# --- Making it ------------------------------------------------------------------------------------------------

# The mirror that apt takes this Debian's packages from.
mirror() {
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Release: bookworm' 'Component: main' |
        head -n 1
}

# root_make DIRECTORY: a minimal Debian in DIRECTORY/root, on a tmpfs.
root_make() {
    local mirror
    mirror=$(mirror)
    if [[ -z $mirror ]]; then
        echo "fresh: apt's sources name no mirror of Debian 12 (bookworm, main)" >&2
        return 1
    fi
    mount -t tmpfs -o mode=0755 lvindex-packages "$1"
    mkdir -p "$1"/{root,client} "$PACKAGES/archives"
    ROOT=$1/root
    if ! debootstrap --variant=minbase --cache-dir="$PACKAGES/archives" bookworm "$ROOT" "$mirror" \
        >"$1/debootstrap.log" 2>&1; then
        tail -n 20 "$1/debootstrap.log" "$ROOT/debootstrap/debootstrap.log" >&2 || true
        echo "fresh: debootstrap could not make a Debian 12 from $mirror" >&2
        return 1
    fi
    # No service is started by its package.
    printf '#!/bin/sh\nexit 101\n' >"$ROOT/usr/sbin/policy-rc.d"
    chmod +x "$ROOT/usr/sbin/policy-rc.d"
}

# Installs our packages, and what the checks use.
root_install() {
    mount -t proc proc "$ROOT/proc"
    cp "$PACKAGES"/lvindex_*.deb "$PACKAGES"/libnss-lvindex_*.deb "$ROOT/root/"
    if ! {
        in_root apt-get --quiet update
        in_root sh -c 'apt-get --quiet --yes --no-install-recommends install "$@" ~/*.deb' sh "${ROOT_PACKAGES[@]}"
    } >"$ROOT/root/install.log" 2>&1; then
        tail -n 40 "$ROOT/root/install.log" >&2
        echo "fresh: the packages could not be installed" >&2
        return 1
    fi
    rm "$ROOT/usr/sbin/policy-rc.d"
}

# The README's way to the packages, with the unit tests, where nothing is installed but what it installs.
root_build() {
    mount -t proc proc "$ROOT/proc"
    mkdir -p "$ROOT/src/lvindex"
    tar -C "$ROOT/src/lvindex" -xf "$PACKAGES/source.tar"
    in_root sh -exc 'cd /src/lvindex
        apt update
        apt build-dep --yes ./
        dpkg-buildpackage -us -uc -b
        apt install --yes ../lvindex_*.deb ../libnss-lvindex_*.deb
        lvindex-dump --version'
}

# --- Running in it --------------------------------------------------------------------------------------------

# in_root COMMAND...: with the little that is set for a service.
in_root() {
    local -a enter=(chroot "$ROOT")
    if [[ -n $ROOT_LEADER ]]; then
        enter=(nsenter --target "$ROOT_LEADER" --all)
    fi
    env -i ${http_proxy:+"http_proxy=$http_proxy"} LC_ALL=C.UTF-8 PATH="$SANDBOX_PATH" HOME=/root \
        DEBIAN_FRONTEND=noninteractive "${enter[@]}" "$@" </dev/null
}

lookup() {
    in_root getent "$@"
}

# Starts its systemd, in our network.
root_boot() {
    umount "$ROOT/proc"
    systemd-nspawn --quiet --directory="$ROOT" --boot --register=no --keep-unit --console=pipe \
        --capability=CAP_NET_ADMIN --resolv-conf=off --timezone=off </dev/null >"$SANDBOX/boot.log" 2>&1 &
    ROOT_NSPAWN=$!
    if ! wait_until 30 root_booted; then
        echo "fresh: systemd does not start in a namespace here:" >&2
        cat "$SANDBOX/boot.log" >&2
        return 1
    fi
}

root_booted() {
    ROOT_LEADER=$(pgrep --parent "$ROOT_NSPAWN" --exact systemd) && in_root systemctl is-active multi-user.target
}
