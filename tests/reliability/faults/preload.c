/*
 * Preloaded: makes allocations fail and transfers short, as the environment says.
 *
 *   FAULT_ALLOCATION=N    the N-th malloc, calloc or realloc has no memory; N+: that and all that follow
 *   FAULT_SHORT=N         reads and writes transfer N bytes at the most
 *   FAULT_COUNT=FILE      how many allocations there were is written there at the end
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct json_object;
struct json_tokener;
struct json_object *json_tokener_parse_ex(struct json_tokener *tokener, const char *text, int len);

/* glibc's own, under the names that do not come back here. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static struct {
    bool known;
    unsigned long nth; /* 0: none fails */
    bool forever;
    size_t most;
} plan;

static unsigned long allocations;

/* main() is over: what a build that counts what is reached does from then on is none of ours. */
static bool ending;

/* json-c's parser tells nobody that it had no memory. lvindex sees to it that there is enough before. */
static bool parsing;

static void read_plan(void)
{
    const char *nth = getenv("FAULT_ALLOCATION"), *most = getenv("FAULT_SHORT");
    char *end;

    plan.known = true;
    plan.most = most != NULL ? strtoul(most, NULL, 10) : SIZE_MAX;
    if (nth == NULL)
        return;
    plan.nth = strtoul(nth, &end, 10);
    plan.forever = *end == '+';
}

static bool fails(void)
{
    if (!plan.known)
        read_plan();
    if (parsing || ending)
        return false;
    allocations++;
    if (plan.nth == 0 || allocations < plan.nth || (allocations > plan.nth && !plan.forever))
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return fails() ? NULL : __libc_realloc(old, size);
}

void *reallocarray(void *old, size_t count, size_t size)
{
    return fails() ? NULL : __libc_realloc(old, count * size);
}

static typeof(json_tokener_parse_ex) *parse; /* json-c's own */

struct json_object *json_tokener_parse_ex(struct json_tokener *tokener, const char *text, int len)
{
    struct json_object *value;

    if (parse == NULL)
        parse = (typeof(parse))dlsym(RTLD_NEXT, "json_tokener_parse_ex");
    parsing = true;
    value = parse(tokener, text, len);
    parsing = false;
    return value;
}

/* lvindex-hook asks a library that it has loaded itself, and would not come by here. */
void *dlsym(void *library, const char *name)
{
    static typeof(dlsym) *real;
    void *found;

    if (real == NULL)
        real = (typeof(real))dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.34");
    found = real(library, name);
    if (found == NULL || library == RTLD_NEXT || strcmp(name, "json_tokener_parse_ex") != 0)
        return found;
    parse = (typeof(parse))found;
    return (void *)json_tokener_parse_ex;
}

typedef int main_fn(int argc, char **argv, char **environment);

static main_fn *program;

static int run_program(int argc, char **argv, char **environment)
{
    int status = program(argc, argv, environment);

    ending = true;
    return status;
}

int __libc_start_main(main_fn *main, int argc, char **argv, void (*init)(void), void (*fini)(void),
                      void (*rtld_fini)(void), void *stack_end);

int __libc_start_main(main_fn *main, int argc, char **argv, void (*init)(void), void (*fini)(void),
                      void (*rtld_fini)(void), void *stack_end)
{
    typeof(__libc_start_main) *real = (typeof(real))dlsym(RTLD_NEXT, "__libc_start_main");

    program = main;
    return real(run_program, argc, argv, init, fini, rtld_fini, stack_end);
}

static size_t shortened(size_t size)
{
    if (!plan.known)
        read_plan();
    return size < plan.most ? size : plan.most;
}

ssize_t read(int fd, void *buffer, size_t size)
{
    return syscall(SYS_read, fd, buffer, shortened(size));
}

ssize_t write(int fd, const void *buffer, size_t size)
{
    return syscall(SYS_write, fd, buffer, shortened(size));
}

ssize_t pread64(int fd, void *buffer, size_t size, off64_t at)
{
    return syscall(SYS_pread64, fd, buffer, shortened(size), at);
}

ssize_t pwrite64(int fd, const void *buffer, size_t size, off64_t at)
{
    return syscall(SYS_pwrite64, fd, buffer, shortened(size), at);
}

__attribute__((destructor)) static void tell(void)
{
    const char *file = getenv("FAULT_COUNT");
    char text[32];
    int fd = file != NULL ? open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;

    if (fd < 0)
        return;
    snprintf(text, sizeof(text), "%lu\n", allocations);
    if (syscall(SYS_write, fd, text, strlen(text)) < 0)
        abort();
    close(fd);
}
