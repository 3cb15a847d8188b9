#include "failing_memory.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

/* glibc's own, under the names that do not come back here. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *block);

struct json_object;
struct json_tokener;
struct json_object *__real_json_tokener_parse_ex(struct json_tokener *tokener, const char *text, int len);
struct json_object *__wrap_json_tokener_parse_ex(struct json_tokener *tokener, const char *text, int len);

static size_t allocations, nth;
static bool failed, parsing;
static long blocks;

void memory_fail(size_t which)
{
    allocations = 0;
    nth = which;
    failed = false;
}

bool memory_failed(void)
{
    nth = 0;
    return failed;
}

long memory_blocks(void)
{
    return blocks;
}

static bool fails(void)
{
    if (nth == 0 || parsing || ++allocations != nth)
        return false;
    failed = true;
    errno = ENOMEM;
    return true;
}

static void *counted(void *block)
{
    blocks += block != NULL;
    return block;
}

void *malloc(size_t size)
{
    return fails() ? NULL : counted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : counted(__libc_calloc(count, size));
}

void *realloc(void *old, size_t size)
{
    void *block = fails() ? NULL : __libc_realloc(old, size);

    return old == NULL ? counted(block) : block;
}

void *reallocarray(void *old, size_t count, size_t size)
{
    size_t all;

    if (__builtin_mul_overflow(count, size, &all)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(old, all);
}

void free(void *block)
{
    blocks -= block != NULL;
    __libc_free(block);
}

/* json-c's parser tells nobody that it had no memory. lvindex sees to it that there is enough before. */
struct json_object *__wrap_json_tokener_parse_ex(struct json_tokener *tokener, const char *text, int len)
{
    struct json_object *value;

    parsing = true;
    value = __real_json_tokener_parse_ex(tokener, text, len);
    parsing = false;
    return value;
}
