/*
 * A reader stopped after any instruction of a look-up: the writer does not wait for it, nor do the other
 * threads of its process, nor a child that it is forked into; and when it goes on, it answers rightly.
 *
 * The look-up is single-stepped (ptrace(2)) to where it is to be stopped.
 */
#include <dlfcn.h>
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/reliability/readers/asker.h"
#include "tests/reliability/readers/looker.h"
#include "tests/reliability/readers/setting.h"

/* The reader sends itself one of these before a look-up, and the other behind it, and is stopped by them. */
#define BEFORE SIGUSR1
#define BEHIND SIGUSR2

/* What a child may take, and others who are not stopped, seconds: a writer that waits does so for half a
 * minute. */
#define CHILD_LIMIT 1
#define LIMIT       5
/* Replacements while it is stopped, at most: the base that it knows is gone then. */
#define STEPS_MAX 4
/* Look-ups that are single-stepped to know where they may be stopped, and what they may come to. */
#define TRACED     3
#define POINTS_MAX 100000

/* In shared memory: what the reader is to ask for, and was told. */
struct question {
    struct subject subject;
    bool tuples;
    struct answer answer;
};

/* What the reader has when it begins. */
enum condition { CURRENT, OUTDATED, CONDITIONS };

/* Instructions of a look-up. */
struct points {
    uint64_t at[POINTS_MAX];
    bool met[POINTS_MAX]; /* a look-up was stopped there */
    size_t count;
};

struct stops {
    struct history *history;
    struct replacer replacer;
    struct looker looker; /* of the writer's process, and of the reader's other thread */
    uint64_t random;
    struct question *question;
    pid_t reader;
    int other; /* to the reader's other thread */
    struct points points[CONDITIONS];
    uint64_t stops, forks;
    bool good;
};

/* Looks up, and has a child look up, whenever it is told to, and tells whether that was right. */
static void *serve(void *argument)
{
    struct stops *stops = argument;
    char token;

    while (read(stops->other, &token, 1) == 1) {
        pid_t child;

        token = (char)looker_once(&stops->looker, &stops->random);
        child = fork();
        if (child < 0)
            err(1, "fork");
        if (child == 0)
            _exit(looker_once(&stops->looker, &stops->random) ? 0 : 1);
        token = (char)(looker_wait(child, CHILD_LIMIT, "a child") && token != 0);
        if (write(stops->other, &token, 1) != 1)
            break;
    }
    return NULL;
}

static void read_for_ever(struct stops *stops)
{
    pthread_t thread;

    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || pthread_create(&thread, NULL, serve, stops) != 0 ||
        ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
        _exit(1);
    for (;;) {
        raise(BEFORE);
        stops->question->answer = asker_ask(stops->question->subject, stops->question->tuples);
        raise(BEHIND);
    }
}

static void start_reader(struct stops *stops)
{
    int ends[2];

    stops->question =
        mmap(NULL, sizeof(*stops->question), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (stops->question == MAP_FAILED || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        err(1, "no memory or sockets to share");
    stops->reader = fork();
    if (stops->reader < 0)
        err(1, "fork");
    stops->other = ends[stops->reader == 0];
    close(ends[stops->reader != 0]);
    if (stops->reader == 0)
        read_for_ever(stops);
}

/* Lets the reader go on, and returns the signal that stops it next. */
static int go_on(const struct stops *stops, enum __ptrace_request how)
{
    int status;

    if (ptrace(how, stops->reader, NULL, NULL) < 0)
        err(1, "ptrace");
    if (waitpid(stops->reader, &status, __WALL) != stops->reader || !WIFSTOPPED(status))
        errx(1, "FAILED: the reader ended");
    return WSTOPSIG(status);
}

static void expect_signal(int signal, int expected)
{
    if (signal != expected)
        errx(1, "FAILED: the reader was stopped by signal %d", signal);
}

static uint64_t where(const struct stops *stops)
{
    struct user_regs_struct registers;

    if (ptrace(PTRACE_GETREGS, stops->reader, NULL, &registers) < 0)
        err(1, "ptrace");
    return registers.rip;
}

static void poke_debug_register(const struct stops *stops, size_t number, uint64_t value)
{
    size_t at = offsetof(struct user, u_debugreg) + number * sizeof(((struct user *)NULL)->u_debugreg[0]);

    if (ptrace(PTRACE_POKEUSER, stops->reader, at, value) < 0)
        err(1, "ptrace: debug register");
}

/* At BEFORE: goes on to an instruction, and there the `times`th time. False when the look-up ends before. */
static bool go_to(const struct stops *stops, uint64_t instruction, unsigned int times)
{
    int signal = SIGTRAP;

    poke_debug_register(stops, 0, instruction);
    poke_debug_register(stops, 7, 1);
    for (; times > 0 && signal == SIGTRAP; times--)
        signal = go_on(stops, PTRACE_CONT);
    poke_debug_register(stops, 7, 0);
    if (signal != SIGTRAP)
        expect_signal(signal, BEHIND);
    return signal == SIGTRAP;
}

static void replace(struct stops *stops, uint64_t count)
{
    for (; count > 0; count--) {
        replacer_step(&stops->replacer);
        stops->good = looker_once(&stops->looker, &stops->random) && stops->good;
    }
}

/* The reader's other thread, and a child. */
static void let_others_look(struct stops *stops)
{
    struct pollfd told = {.fd = stops->other, .events = POLLIN};
    char token = 0;

    if (write(told.fd, &token, 1) != 1 || poll(&told, 1, LIMIT * 1000) != 1 || read(told.fd, &token, 1) != 1)
        errx(1, "FAILED: another thread of a stopped reader hangs");
    stops->good = token != 0 && stops->good;
    stops->forks++;
}

/* The end of a look-up: what came of it? At BEFORE again then. */
static void end_look(struct stops *stops, const struct look *look)
{
    const struct question *question = stops->question;

    stops->good = history_judge(stops->history, question->subject, look, &question->answer) && stops->good;
    expect_signal(go_on(stops, PTRACE_CONT), BEFORE);
}

/* What the reader has mapped of the question's module is the latest, or outdated. */
static void prepare(struct stops *stops, enum condition condition, uint64_t random)
{
    struct look look = history_look(stops->history);

    expect_signal(go_on(stops, PTRACE_CONT), BEHIND);
    end_look(stops, &look);
    if (condition == OUTDATED)
        replace(stops, 1 + random % STEPS_MAX);
}

static void ask(struct stops *stops, enum condition condition, uint64_t random)
{
    stops->question->subject = asker_pick(stops->history->shape, random);
    stops->question->tuples = random >> 63 != 0;
    prepare(stops, condition, random >> 40);
}

/* The modules are loaded, at the same places, in this process, too. */
static bool in_module(uint64_t instruction)
{
    Dl_info info;

    return dladdr((void *)(uintptr_t)instruction, &info) != 0 &&
           strstr(info.dli_fname, "libnss_lvindex") != NULL;
}

static void note_point(struct points *points, uint64_t instruction)
{
    for (size_t i = 0; i < points->count; i++) {
        if (points->at[i] == instruction)
            return;
    }
    if (points->count == POINTS_MAX)
        errx(1, "FAILED: a look-up takes more than %d instructions", POINTS_MAX);
    points->at[points->count++] = instruction;
}

/* Goes through a look-up, instruction by instruction, and notes those of the modules. */
static void trace(struct stops *stops, enum condition condition)
{
    struct look look;
    int signal;

    ask(stops, condition, random_next(&stops->random));
    look = history_look(stops->history);
    while ((signal = go_on(stops, PTRACE_SINGLESTEP)) == SIGTRAP) {
        uint64_t instruction = where(stops);

        if (in_module(instruction))
            note_point(&stops->points[condition], instruction);
    }
    expect_signal(signal, BEHIND);
    end_look(stops, &look);
}

/* Stops a look-up at an instruction, if it comes there, and lets the others do what they do. */
static void stop_at(struct stops *stops, enum condition condition, size_t point)
{
    uint64_t random = random_next(&stops->random);
    struct points *points = &stops->points[condition];
    struct look look;

    ask(stops, condition, random);
    look = history_look(stops->history);
    if (go_to(stops, points->at[point], (random >> 34) % 4 == 0 ? 2 : 1)) {
        points->met[point] = true;
        stops->stops++;
        if (random >> 32 & 1)
            let_others_look(stops);
        replace(stops, (random >> 48) % (STEPS_MAX + 1));
        if (random >> 33 & 1)
            let_others_look(stops);
        expect_signal(go_on(stops, PTRACE_CONT), BEHIND);
    }
    end_look(stops, &look);
}

/* An instruction where no look-up was stopped yet, while there is any. */
static size_t pick_point(struct stops *stops, const struct points *points)
{
    size_t point = (size_t)(random_next(&stops->random) % points->count);

    for (size_t i = 0; i < points->count && points->met[point]; i++)
        point = (point + 1) % points->count;
    return point;
}

static void stop_at_random(struct stops *stops, uint64_t deadline)
{
    while (nanoseconds_now() < deadline) {
        enum condition condition = (enum condition)(random_next(&stops->random) % CONDITIONS);

        stop_at(stops, condition, pick_point(stops, &stops->points[condition]));
    }
}

static void tell(const struct stops *stops)
{
    static const char *const whats[] = {"instructions of a look-up in what is mapped, stopped at",
                                        "instructions of a look-up that maps anew, stopped at"};

    for (int i = 0; i < CONDITIONS; i++) {
        const struct points *points = &stops->points[i];
        size_t met = 0;

        for (size_t point = 0; point < points->count; point++)
            met += points->met[point];
        setting_figure(whats[i], "%zu of %zu", met, points->count);
    }
    setting_figure("stops", "%" PRIu64, stops->stops);
    setting_figure("replacements", "%" PRIu64, stops->replacer.step);
    setting_figure("slowest replacement, ms", "%.1f", (double)stops->replacer.slowest / 1e6);
    setting_figure("forks while a thread was stopped", "%" PRIu64, stops->forks);
    setting_figure("wrong answers", "%" PRIu32, atomic_load(&stops->history->wrong));
}

int main(int argc, char **argv)
{
    static struct stops stops;
    struct setting setting = setting_read(argc, argv);
    struct history *history = history_new(setting.shape);
    int status;

    stops = (struct stops){
        .history = history,
        .replacer = replacer_start(setting.directory, history),
        .looker = {history, history->tallies, setting.seed, KEEPING},
        .random = setting.seed,
        .good = true,
    };
    start_reader(&stops);
    if (waitpid(stops.reader, &status, __WALL) != stops.reader || !WIFSTOPPED(status))
        errx(1, "FAILED: no reader");
    expect_signal(WSTOPSIG(status), BEFORE);
    for (int i = 0; i < CONDITIONS * TRACED; i++)
        trace(&stops, (enum condition)(i % CONDITIONS));
    stop_at_random(&stops, setting_deadline(setting.seconds));
    kill(stops.reader, SIGKILL);
    tell(&stops);
    if (stops.stops == 0 || stops.forks == 0)
        errx(1, "FAILED: nobody was stopped, or nothing forked meanwhile");
    if (stops.replacer.slowest > LIMIT * UINT64_C(1000000000))
        errx(1, "FAILED: a replacement took more than %d s", LIMIT);
    return stops.good && atomic_load(&history->wrong) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
