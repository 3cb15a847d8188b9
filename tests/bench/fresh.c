/*
 * The first lookup of a process that was just started, its module loaded already.
 *
 *   bench-fresh FILE SERVICE QUERIES PLACE MORE
 *
 * Looks up the query at PLACE of the file QUERIES, then the MORE that follow it. Prints of the first:
 * nanoseconds, whether it was found, page faults, KiB by which the resident memory grew; then the highest
 * resident memory of the process after the first and after all, in KiB.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/first.h"
#include "tests/bench/queries.h"
#include "tests/bench/service.h"
#include "tests/bench/trouble.h"

/* A number of KiB from a file of this process's own in /proc. These count pages; the counters in
   /proc/self/statm may lag behind. */
static long kilobytes(const char *path, const char *label)
{
    char text[4096];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    const char *found;

    if (length < 0)
        err(EXIT_TROUBLE, "%s", path);
    close(fd);
    text[length] = '\0';
    found = strstr(text, label);
    if (found == NULL)
        errx(EXIT_TROUBLE, "%s: no %s", path, label);
    return strtol(found + strlen(label), NULL, 10);
}

static long resident(void)
{
    return kilobytes("/proc/self/smaps_rollup", "\nRss:");
}

static long highest(void)
{
    return kilobytes("/proc/self/status", "\nVmHWM:");
}

int main(int argc, char **argv)
{
    struct first_result first;
    struct queries queries;
    long before;
    long grown;
    long peak;

    if (argc != 6)
        errx(EXIT_TROUBLE, "usage: bench-fresh FILE SERVICE QUERIES PLACE MORE");
    service_open(argv[1], argv[2]);
    queries_read(argv[3], strtoul(argv[4], NULL, 10), strtoul(argv[5], NULL, 10) + 1, &queries);
    before = resident();
    first = first_lookup(queries_next(&queries));
    grown = resident() - before;
    peak = highest();
    while (queries.next != 0)
        service_by_name(queries_next(&queries));
    printf("%ld %d %ld %ld %ld %ld\n", first.nanoseconds, first.found, first.faults, grown, peak, highest());
    return EXIT_SUCCESS;
}
