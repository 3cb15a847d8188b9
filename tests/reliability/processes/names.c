/*
 * Names that programs pass on from wherever they have them: empty, far too long, of any bytes. They end where
 * a page ends, behind which nothing may be read, and none of them is known but the machine's own, in other
 * case and with a dot at the end.
 *
 *   names COUNT SEED    that many names at random
 */
#include <err.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ask.h"
#include "complain.h"

#define ROOM (128 << 10)

static char *end; /* of the pages that may be read */

/* Asks for `length` bytes, which are to be no name that is known. */
static void is_unknown(const char *bytes, size_t length)
{
    char *name = end - length - 1;
    struct reply reply;

    memcpy(name, bytes, length);
    name[length] = '\0';
    for (size_t entry = 0; entry < ENTRIES; entry++) {
        ask_other(entry, name, &reply);
        if (reply.status != NSS_STATUS_NOTFOUND || reply.h_error != HOST_NOT_FOUND)
            complain("%s: a name of %zu bytes, '%.40s': status %d, errno %d", ask_entry(entry), strlen(name),
                     name, reply.status, reply.error);
    }
}

static void is_known(const char *host, const char *guest)
{
    struct reply reply;

    for (size_t entry = 0; entry < ENTRIES; entry++) {
        const char *text = entry < 6 ? host : guest;
        char *name = end - strlen(text) - 1;

        strcpy(name, text);
        if (entry % 6 > 3)
            continue;
        ask_other(entry, name, &reply);
        if (!reply.right)
            complain("%s: '%s': status %d", ask_entry(entry), name, reply.status);
    }
}

static void odd_names(void)
{
    static const char *const odd[] = {
        "",         ".",     "..",        "web..",     ".web", " web",     "web ", "w\303\251b",
        "\xff\xfe", "web\n", "web.my vm", "192.0.2.1", "0",    "*",        "my",   "my vm\t",
        "my  vm",   "%s%n",  "web/..",    "../web",    "\x7f", "xn--web-", "-",    "_"};
    static char text[ROOM - 1];

    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
        is_unknown(odd[i], strlen(odd[i]));
    for (size_t length = 1; length < sizeof(text); length += length < 600 ? 1 : 997) {
        for (size_t i = 0; i < length; i++)
            text[i] = i % 64 == 63 ? '.' : 'w';
        is_unknown(text, length);
        memset(text, length % 2 == 0 ? '.' : 'w', length);
        is_unknown(text, length);
    }
    is_known("web", "my vm");
    is_known("WeB.", "MY vM.");
}

/* Any bytes, or letters and dots; never the machine's own names. */
static void random_name(void)
{
    static const char some[] = "wWeEbB.mMyY vV-_\xc3\xa9";
    char text[512];
    size_t length = (size_t)random() % (random() % 4 == 0 ? sizeof(text) : 12);
    bool any = random() % 2 == 0;

    for (size_t i = 0; i < length; i++)
        text[i] = (char)(any ? 1 + random() % 255 : some[(size_t)random() % (sizeof(some) - 1)]);
    text[length] = '\0';
    if (strncasecmp(text, "web", 3) != 0 && strncasecmp(text, "my vm", 5) != 0)
        is_unknown(text, length);
}

int main(int argc, char **argv)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *area = mmap(NULL, ROOM + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    unsigned long count;

    if (argc != 3)
        errx(2, "usage: names COUNT SEED");
    if (area == MAP_FAILED || mprotect(area + ROOM, page, PROT_NONE) < 0)
        err(2, "mmap");
    end = area + ROOM;
    count = strtoul(argv[1], NULL, 10);
    srandom((unsigned int)strtoul(argv[2], NULL, 10));
    ask_setup();
    odd_names();
    for (unsigned long i = 0; i < count; i++)
        random_name();
    return verdict();
}
