"""Figures as aligned text."""

# group -> title, and what to know of its lines
TITLES = {
    "module": ("One lookup, module call, mapping warm, µs", "names in random order; reverse: the names of an address"),
    "system calls": ("System calls for 10,000 warm lookups", "those of 20,000 lookups less those of 10,000"),
    "getaddrinfo": ("getaddrinfo() through glibc, µs", "one service in nsswitch.conf; AF_UNSPEC, as ssh asks"),
    "first": ("First lookup of a process, module loaded before, µs", ""),
    "first memory": ("What the first lookup of a new process takes", "peak: of the whole process"),
    "threads": ("Threads that look up, together, million/s", ""),
    "commit": ("After a commit: first lookup of a process that has the old index mapped, µs", ""),
    "event": ("One event (add, old), from start to end of the process, fsync included, ms", ""),
    "event memory": ("Memory for one event", ""),
    "sync": ("lvindex-sync of .status and .macs, ms", ""),
    "sync memory": ("Peak memory of lvindex-sync, MB", ""),
    "disk": ("Disk, bytes a lease", "all answers: host, host.domain, guest, address"),
}


def number(value):
    """Three digits that say something."""
    if value is None:
        return "-"
    if value == int(value) and abs(value) < 100 or abs(value) >= 99.95:
        return f"{value:,.0f}"
    for limit, digits in ((9.995, 1), (0.9995, 2)):
        if abs(value) >= limit:
            return f"{value:.{digits}f}"
    return f"{value:.3f}"


def align(rows, left):
    """The first `left` columns to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        cells = [cell.ljust(width) if i < left else cell.rjust(width)
                 for i, (cell, width) in enumerate(zip(row, widths))]
        yield "  ".join(cells).rstrip()


def group_text(results, group):
    """The lines of one group's table: a line for each who and what, a column for each number of leases."""
    sizes = results.sizes(group)
    rows = [["", "leases:", *(f"{size:,}" for size in sizes)]]
    pairs = dict.fromkeys((figure.what, figure.who) for figure in results.of(group))
    for what in dict.fromkeys(what for what, _ in pairs):
        label = what
        for who in [who for other, who in pairs if other == what]:
            rows.append([label, who, *(number(results.median(group, what, who, size)) for size in sizes)])
            label = ""
    title, remark = TITLES[group]
    return "\n".join(["", title, *([f"({remark})"] if remark else []), *align(rows, 2)])
