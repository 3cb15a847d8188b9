#include "trouble.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CASE_SECONDS 20

void trouble(const char *why)
{
    printf("%s: %s\n", program_invocation_short_name, why);
    exit(2);
}

static void make_path(char path[600], const char *directory, const char *name)
{
    if ((size_t)snprintf(path, 600, "%s/%s", directory, name) >= 600)
        trouble("a path is too long");
}

struct bytes load_file(const char *directory, const char *name)
{
    char path[600];
    struct stat st;
    uint8_t *at;
    int fd;

    make_path(path, directory, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return (struct bytes){NULL, 0};
    if (fstat(fd, &st) < 0 || (at = malloc((size_t)st.st_size + 1)) == NULL ||
        read(fd, at, (size_t)st.st_size) != st.st_size)
        trouble("a file cannot be read");
    close(fd);
    return (struct bytes){at, (size_t)st.st_size};
}

void save_file(const char *directory, const char *name, struct bytes content)
{
    char path[600];
    int fd;

    make_path(path, directory, name);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, content.at, content.len) != (ssize_t)content.len)
        trouble("a file cannot be written");
    close(fd);
}

/* Knuth's MMIX: good enough for places in a file. */
uint64_t number_below(uint64_t *series, uint64_t below)
{
    *series = *series * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (*series >> 33) % below;
}

void mutate(struct bytes file, uint64_t *series)
{
    static const uint32_t words[] = {0,           1,           4,           23,          24,
                                     0x7fffffffU, 0x80000000U, 0xffffffe8U, 0xfffffffcU, 0xffffffffU};
    uint8_t *at = (uint8_t *)(uintptr_t)file.at;
    size_t place = (size_t)number_below(series, file.len), other = (size_t)number_below(series, file.len);
    size_t most = file.len - (place > other ? place : other);
    size_t len = (size_t)number_below(series, most < 600 ? most : 600);

    switch (number_below(series, 5)) {
    case 0:
    case 1:
        at[place] ^= (uint8_t)(1U << number_below(series, 8));
        break;
    case 2:
        if (file.len >= 4)
            memcpy(at + place % (file.len / 4) * 4, &words[number_below(series, sizeof(words) / 4)], 4);
        break;
    case 3:
        memset(at + place, 0, len);
        break;
    default:
        memmove(at + place, at + other, len);
        break;
    }
}

static struct {
    const char *file;
    uint64_t bit;
    uint64_t series;
} watched;

static void end(int signal)
{
    /* Nothing goes on after this: stdio may do what it can. */
    printf("FAILED %s: %s at %s bit %" PRIu64 ", series %" PRIu64 "\n", program_invocation_short_name,
           strsignal(signal), watched.file, watched.bit, watched.series);
    fflush(stdout);
    _exit(1);
}

void watch_start(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM};

    watched.file = "no";
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        signal(signals[i], end);
}

void watch_case(const char *file, uint64_t bit, uint64_t series)
{
    watched.file = file;
    watched.bit = bit;
    watched.series = series;
    alarm(CASE_SECONDS);
}
