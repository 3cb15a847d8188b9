/*
 * What idle readers keep on the disk: each holds the generation that it looked something up in last, and lets
 * go of it when it looks up again. Each maps another generation here, each with a base of its own, on a
 * filesystem of their own.
 */
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "tests/reliability/readers/asker.h"
#include "tests/reliability/readers/looker.h"
#include "tests/reliability/readers/setting.h"

#define EXIT_SKIPPED 77
#define READERS_LONG 1000
/* Of a reader, and what each of them looks up. */
#define THREADS 8
#define LOOKS   50
/* Replacements while all are idle: several bases' worth. */
#define STEPS 1000
/* A look-up is asked for, and answered for, within. */
#define PATIENCE_MS 10000

struct readers {
    int count;
    int to[READERS_LONG];
    pid_t pids[READERS_LONG];
};

static void mount_own(const char *directory)
{
    if (unshare(CLONE_NEWNS) < 0) {
        printf("a filesystem of its own cannot be had: not root\n");
        exit(EXIT_SKIPPED);
    }
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("tmpfs", directory, "tmpfs", 0, "mode=0755") < 0)
        err(1, "mount");
}

static uint64_t used(const char *directory)
{
    struct statvfs status;

    if (statvfs(directory, &status) < 0)
        err(1, "statvfs");
    return (uint64_t)(status.f_blocks - status.f_bfree) * status.f_frsize;
}

static void *look_up(void *looker)
{
    /* Either module has mappings of its own. */
    for (int i = 0; i < LOOKS; i++) {
        looker_ask(looker, (struct subject){HOST, 0});
        looker_ask(looker, (struct subject){GUEST, 0});
    }
    return NULL;
}

/* Threads that are at it together have a mapping each, and all of these are kept. */
static void look_up_together(struct looker *looker)
{
    struct looker lookers[THREADS];
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++) {
        lookers[i] = *looker;
        lookers[i].tally += i;
        if (pthread_create(&threads[i], NULL, look_up, &lookers[i]) != 0)
            errx(1, "no thread");
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

/* Looks up whenever it is told to, and tells when it has: by all threads at first, then by one alone. */
static void serve(struct looker *looker, int told)
{
    bool first = true;
    char token;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (; read(told, &token, 1) == 1; first = false) {
        if (first)
            look_up_together(looker);
        else
            look_up(looker);
        if (write(told, &token, 1) != 1)
            break;
    }
    _exit(0);
}

static void start(struct readers *readers, struct history *history, uint64_t seed)
{
    for (int i = 0; i < readers->count; i++) {
        struct looker looker = {history, history->tallies, seed, KEEPING};
        int ends[2];

        if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
            err(1, "socketpair");
        readers->to[i] = ends[0];
        readers->pids[i] = fork();
        if (readers->pids[i] < 0)
            err(1, "fork");
        if (readers->pids[i] == 0) {
            for (int j = 0; j <= i; j++)
                close(readers->to[j]);
            serve(&looker, ends[1]);
        }
        close(ends[1]);
    }
}

static void have_looked_up(const struct readers *readers, int which)
{
    struct pollfd told = {.fd = readers->to[which], .events = POLLIN};
    char token = 0;

    if (write(told.fd, &token, 1) != 1 || poll(&told, 1, PATIENCE_MS) != 1 || read(told.fd, &token, 1) != 1)
        errx(1, "FAILED: reader %d does not answer", which);
}

/* Returns the most that the filesystem held meanwhile. */
static uint64_t steps(const char *directory, struct replacer *replacer, uint64_t count)
{
    uint64_t most = 0;

    while (count-- > 0) {
        uint64_t now;

        replacer_step(replacer);
        now = used(directory);
        most = now > most ? now : most;
    }
    return most;
}

/* On to the next base, so that the next reader maps files that nobody else has. */
static void next_base(struct replacer *replacer)
{
    uint64_t before = replacer->new_bases;

    while (replacer->new_bases == before)
        replacer_step(replacer);
}

static bool end(struct readers *readers)
{
    bool good = true;

    for (int i = 0; i < readers->count; i++) {
        close(readers->to[i]);
        good = looker_wait(readers->pids[i], 10, "a reader") && good;
    }
    return good;
}

static bool expect(const char *what, uint64_t bytes, uint64_t least, uint64_t most)
{
    setting_figure(what, "%.1f", (double)bytes / (1 << 20));
    if (bytes >= least && bytes <= most)
        return true;
    fprintf(stderr, "FAILED: %s: %" PRIu64 " bytes, not %" PRIu64 " to %" PRIu64 "\n", what, bytes, least,
            most);
    return false;
}

static bool measure(const char *directory, struct readers *readers, struct replacer *replacer)
{
    uint64_t count = (uint64_t)readers->count, held;
    /* All that there is without readers: of one generation, and what stays of the one before it for a while.
     */
    uint64_t alone = steps(directory, replacer, STEPS);
    bool good;

    for (int i = 0; i < readers->count; i++) {
        next_base(replacer);
        have_looked_up(readers, i);
    }
    held = used(directory);
    /* Less, and they would not hold what they are to hold here. */
    good = expect("held by idle readers of a generation each, MiB", held, count * alone / 4,
                  (count + 1) * alone);
    good = expect("the same at most during more replacements, MiB", steps(directory, replacer, STEPS), 0,
                  held + alone) &&
           good;
    for (int i = 0; i < readers->count; i++)
        have_looked_up(readers, i);
    good = expect("when each has looked up again, MiB", used(directory), 0, alone) && good;
    return expect("at most during more replacements, MiB", steps(directory, replacer, STEPS), 0, 2 * alone) &&
           good;
}

int main(int argc, char **argv)
{
    struct setting setting = setting_read(argc, argv);
    struct rlimit descriptors = {READERS_LONG + 100, READERS_LONG + 100};
    struct readers readers = {.count = (int)setting.count};
    struct history *history = history_new(setting.shape);
    struct replacer replacer;
    bool good;

    if (readers.count < 1 || readers.count > READERS_LONG || setrlimit(RLIMIT_NOFILE, &descriptors) < 0)
        errx(2, "not so many readers");
    mount_own(setting.directory);
    replacer = replacer_start(setting.directory, history);
    start(&readers, history, setting.seed);
    good = measure(setting.directory, &readers, &replacer);
    good = end(&readers) && good;
    setting_figure("idle readers", "%d", readers.count);
    setting_figure("wrong answers", "%" PRIu32, atomic_load(&history->wrong));
    return good && atomic_load(&history->wrong) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
