/*
 * What the modules do when libc fails them: the Nth call of each function that may fail, with each error that
 * there may be, while they open an index. They say so, lose nothing, and answer when it works again. And they
 * call malloc() and its relatives never, whatever happens.
 *
 *   failing 0|1    1: the index is so large that madvise() is called
 *
 * The functions are this program's own: the dynamic linker finds them before libc's.
 */
#include <dlfcn.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ask.h"
#include "complain.h"

enum function {
    OPENAT,
    FSTAT,
    LSTAT,
    MMAP,
    MADVISE,
};

static const char *const function_names[] = {"openat", "fstat", "lstat", "mmap", "madvise"};

static struct {
    enum function function;
    unsigned int countdown; /* the call that fails; 0: none does */
    bool all;               /* and those after it */
    int error;
} failing;

/* Within a question: calls of malloc() and its relatives fail, and are counted. */
static bool asking;
static unsigned int allocations;
static unsigned int failed; /* calls that were made to fail */

static bool fails(enum function function)
{
    if (!asking || failing.function != function || failing.countdown == 0)
        return false;
    if (failing.countdown > 1) {
        failing.countdown--;
        return false;
    }
    if (!failing.all)
        failing.countdown = 0;
    failed++;
    errno = failing.error;
    return true;
}

/* --- In place of libc's ----------------------------------------------------------------------------------
 */

static void *real(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);

    if (found == NULL)
        abort();
    return found;
}

long syscall(long number, ...)
{
    static long (*theirs)(long, ...);
    long a[6];
    va_list arguments;

    if (theirs == NULL)
        theirs = (long (*)(long, ...))real("syscall");
    va_start(arguments, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(arguments, long);
    va_end(arguments);
    if (number == SYS_openat && fails(OPENAT))
        return -1;
    return theirs(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int fstat(int fd, struct stat *status)
{
    return fails(FSTAT) ? -1 : fstatat(fd, "", status, AT_EMPTY_PATH);
}

int lstat(const char *path, struct stat *status)
{
    return fails(LSTAT) ? -1 : fstatat(AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW);
}

void *mmap(void *at, size_t length, int protection, int flags, int fd, off_t offset)
{
    static void *(*theirs)(void *, size_t, int, int, int, off_t);

    if (fails(MMAP))
        return MAP_FAILED;
    if (theirs == NULL)
        theirs = (void *(*)(void *, size_t, int, int, int, off_t))real("mmap64");
    return theirs(at, length, protection, flags, fd, offset);
}

int madvise(void *at, size_t length, int advice)
{
    static int (*theirs)(void *, size_t, int);

    if (fails(MADVISE))
        return -1;
    if (theirs == NULL)
        theirs = (int (*)(void *, size_t, int))real("madvise");
    return theirs(at, length, advice);
}

/* glibc's own, by the names that it has for such purposes. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *at, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *at);

static bool refused(void)
{
    if (asking)
        allocations++;
    return asking;
}

void *malloc(size_t size)
{
    return refused() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return refused() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *at, size_t size)
{
    return refused() ? NULL : __libc_realloc(at, size);
}

void *memalign(size_t alignment, size_t size)
{
    return refused() ? NULL : __libc_memalign(alignment, size);
}

void free(void *at)
{
    if (!refused())
        __libc_free(at);
}

/* --- Questions -------------------------------------------------------------------------------------------
 */

static unsigned int questions;

static void ask_watched(size_t entry, struct reply *reply)
{
    asking = true;
    ask(entry, reply);
    asking = false;
    questions++;
}

/* Errors of a function, and what the modules are to make of them. */
static const struct fault {
    enum function function;
    int error;
    enum nss_status status;
} faults[] = {
    {OPENAT, EMFILE, NSS_STATUS_TRYAGAIN},  {OPENAT, ENFILE, NSS_STATUS_TRYAGAIN},
    {OPENAT, ENOMEM, NSS_STATUS_TRYAGAIN},  {OPENAT, EINTR, NSS_STATUS_TRYAGAIN},
    {OPENAT, EACCES, NSS_STATUS_UNAVAIL},   {OPENAT, EPERM, NSS_STATUS_UNAVAIL},
    {OPENAT, EIO, NSS_STATUS_UNAVAIL},      {OPENAT, ENOSYS, NSS_STATUS_UNAVAIL},
    {FSTAT, ENOMEM, NSS_STATUS_TRYAGAIN},   {FSTAT, EIO, NSS_STATUS_UNAVAIL},
    {FSTAT, EOVERFLOW, NSS_STATUS_UNAVAIL}, {MMAP, ENOMEM, NSS_STATUS_TRYAGAIN},
    {MMAP, EAGAIN, NSS_STATUS_TRYAGAIN},    {MMAP, EACCES, NSS_STATUS_UNAVAIL},
    {MMAP, ENODEV, NSS_STATUS_UNAVAIL},     {MADVISE, ENOMEM, NSS_STATUS_SUCCESS},
    {MADVISE, EINVAL, NSS_STATUS_SUCCESS},
};

static void expect(const struct fault *fault, unsigned int nth, size_t entry, const struct reply *reply)
{
    int h_error = fault->status == NSS_STATUS_TRYAGAIN ? TRY_AGAIN : NO_RECOVERY;

    if (fault->status == NSS_STATUS_SUCCESS
            ? reply->right
            : reply->status == fault->status && reply->error == fault->error && reply->h_error == h_error)
        return;
    complain("%s fails at call %u with errno %d: %s: status %d, errno %d, h_errno %d",
             function_names[fault->function], nth, fault->error, ask_entry(entry), reply->status,
             reply->error, reply->h_error);
}

/* The mappings of the index that one question by this entry point leaves. */
static unsigned int mappings_after(size_t entry)
{
    struct reply reply;

    forget();
    ask_watched(entry, &reply);
    if (!reply.right)
        complain("when all works: %s: status %d, errno %d", ask_entry(entry), reply.status, reply.error);
    return index_mappings();
}

/* False when the function is not called so often. */
static bool fail_nth(const struct fault *fault, unsigned int nth, bool all, size_t entry)
{
    unsigned int failed_before = failed, mappings = mappings_after(entry);
    struct reply reply;

    forget();
    failing.function = fault->function;
    failing.error = fault->error;
    failing.all = all;
    failing.countdown = nth;
    ask_watched(entry, &reply);
    failing.countdown = 0;
    if (failed == failed_before)
        return false;
    expect(fault, nth, entry, &reply);
    ask_watched(entry, &reply);
    if (!reply.right || index_mappings() != mappings)
        complain("after %s failed at call %u: %s: status %d, %u mappings of the index instead of %u",
                 function_names[fault->function], nth, ask_entry(entry), reply.status, index_mappings(),
                 mappings);
    return true;
}

static unsigned int most_calls(const struct fault *fault)
{
    unsigned int most = 0;

    for (size_t entry = 0; entry < ALL_ENTRIES; entry++) {
        for (int all = 0; all < 2; all++) {
            unsigned int nth = 1;

            while (fail_nth(fault, nth, all, entry))
                nth++;
            most = nth - 1 > most ? nth - 1 : most;
        }
    }
    return most;
}

/* Once a second a look-up asks whether the file is in its place. When that fails, it opens the index anew. */
static void recheck_fails(void)
{
    struct reply reply;

    for (size_t entry = 0; entry < ENTRIES; entry += 6) {
        unsigned int failed_before = failed, mappings = mappings_after(entry);

        usleep(1100000);
        failing.function = LSTAT;
        failing.error = EIO;
        failing.countdown = 1;
        ask_watched(entry, &reply);
        failing.countdown = 0;
        if (failed == failed_before || !reply.right || index_mappings() != mappings)
            complain("lstat fails: %s: status %d, %u mappings instead of %u", ask_entry(entry), reply.status,
                     index_mappings(), mappings);
    }
}

/* Pages of the address space, read without the heap. */
static long address_space(void)
{
    char text[64] = "";
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);

    if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
        err(2, "/proc/self/statm");
    close(fd);
    return strtol(text, NULL, 10);
}

/* All kinds of failures, of all calls, in all entry points. */
static void all_faults(bool large)
{
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        bool called = faults[i].function != MADVISE || large;

        if ((most_calls(&faults[i]) > 0) != called)
            complain("%s was %scalled", function_names[faults[i].function], called ? "never " : "");
    }
}

int main(int argc, char **argv)
{
    long pages;

    if (argc != 2)
        errx(2, "usage: failing 0|1");
    ask_setup();
    /* After a first time, in which this program gets what it needs itself, nothing grows. */
    all_faults(argv[1][0] == '1');
    pages = address_space();
    all_faults(argv[1][0] == '1');
    if (address_space() > pages)
        complain("%ld pages of address space became %ld", pages, address_space());
    recheck_fails();
    if (allocations > 0)
        complain("%u calls of malloc() and its relatives", allocations);
    tell("calls that failed in lookups", "%u; calls of malloc and its relatives in %u lookups: %u", failed,
         questions, allocations);
    return verdict();
}
