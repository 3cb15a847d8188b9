/*
 * Programs do what they like with descriptor numbers between two look-ups: none is ours.
 *
 *   descriptors FILE    FILE: a name for a new file
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ask.h"
#include "complain.h"

#define NUMBERS 256

/* What a descriptor number stands for. */
struct descriptor {
    int flags; /* of the descriptor; -1: not open */
    dev_t device;
    ino_t inode;
};

static void take_stock(struct descriptor *table)
{
    for (int fd = 0; fd < NUMBERS; fd++) {
        struct stat status = {0};

        memset(&table[fd], 0, sizeof(table[fd]));
        table[fd].flags = fcntl(fd, F_GETFD);
        if (table[fd].flags >= 0 && fstat(fd, &status) == 0) {
            table[fd].device = status.st_dev;
            table[fd].inode = status.st_ino;
        }
    }
}

/* A question by each entry point, each of which is to leave all numbers as they were. */
static void table_is_unchanged(const char *when, bool cold)
{
    static struct descriptor before[NUMBERS], after[NUMBERS];
    /* An enumeration opens the index in any case. */
    const size_t entries = cold ? ALL_ENTRIES : ENTRIES;
    struct reply reply;

    for (size_t entry = 0; entry < entries; entry++) {
        if (cold)
            forget();
        take_stock(before);
        ask(entry, &reply);
        take_stock(after);
        if (!reply.right)
            complain("%s: %s: status %d, errno %d", when, ask_entry(entry), reply.status, reply.error);
        if (memcmp(before, after, sizeof(before)) != 0)
            complain("%s: %s changed a descriptor", when, ask_entry(entry));
    }
}

static void all_are_closed(void)
{
    for (size_t entry = 0; entry < ALL_ENTRIES; entry++) {
        struct reply reply;

        closefrom(3);
        ask(entry, &reply);
        if (!reply.right)
            complain("after closefrom(3): %s: status %d", ask_entry(entry), reply.status);
    }
}

/* A socket at every number; nothing may come out at its other end, nor may it be closed. */
static void all_are_sockets(void)
{
    struct rlimit few = {.rlim_cur = NUMBERS, .rlim_max = NUMBERS};
    struct pollfd other = {.events = POLLIN | POLLRDHUP};
    struct reply reply;
    int ends[2];

    ask_all("before all numbers are taken");
    if (setrlimit(RLIMIT_NOFILE, &few) < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        err(2, "socketpair");
    for (int fd = 3; fd < NUMBERS; fd++) {
        if (fd != ends[0] && fd != ends[1] && dup2(ends[0], fd) < 0)
            err(2, "dup2");
    }
    table_is_unchanged("a socket at every number", false);
    forget();
    for (size_t entry = 0; entry < ALL_ENTRIES; entry++) {
        ask(entry, &reply);
        if (reply.status != NSS_STATUS_TRYAGAIN || reply.error != EMFILE)
            complain("no number left: %s: status %d, errno %d", ask_entry(entry), reply.status, reply.error);
    }
    close(NUMBERS - 1);
    table_is_unchanged("one number left", true);
    other.fd = ends[1];
    if (poll(&other, 1, 0) != 0)
        complain("the other end of the sockets saw events %#x", (unsigned int)other.revents);
    for (int fd = 3; fd < NUMBERS - 1; fd++) {
        if (fd != ends[1] && fd != ends[0])
            close(fd);
    }
    if (poll(&other, 1, 0) != 0)
        complain("one of the sockets was shut down");
    close(ends[0]);
    if (poll(&other, 1, 0) != 1)
        complain("an end of the sockets is kept open");
    close(ends[1]);
}

/* The lowest numbers are free while the index is opened, and used for something else right after. */
static void stdio_is_closed(const char *path)
{
    int saved[3], file;
    char text[64] = "";
    ssize_t len;

    for (int fd = 0; fd < 3; fd++) {
        saved[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 10);
        close(fd);
    }
    table_is_unchanged("stdio closed", true);
    file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file != 0 || dup2(file, 1) != 1)
        complain("a new file got number %d", file);
    printf("printed");
    fflush(stdout);
    table_is_unchanged("a file at standard output", true);
    len = pread(1, text, sizeof(text) - 1, 0);
    for (int fd = 0; fd < 3; fd++)
        dup2(saved[fd], fd);
    if (len != (ssize_t)strlen("printed") || strcmp(text, "printed") != 0)
        complain("what was printed to a file reads '%s'", text);
    for (int fd = 0; fd < 3; fd++)
        close(saved[fd]);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        errx(2, "usage: descriptors FILE");
    ask_setup();
    table_is_unchanged("cold", true);
    table_is_unchanged("warm", false);
    all_are_closed();
    stdio_is_closed(argv[1]);
    all_are_sockets();
    return verdict();
}
