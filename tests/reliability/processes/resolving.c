/*
 * getaddrinfo() while malloc() fails at its Nth call, and at all: glibc says so, and answers when it works
 * again.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "complain.h"

/* glibc's own, by the names that it has for such purposes. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *at, size_t size);

static unsigned long countdown; /* the call that fails; 0: none does */
static bool all;                /* and those after it */
static unsigned long failed;

static bool fails(void)
{
    if (countdown == 0 || (countdown > 1 && countdown-- > 0))
        return false;
    if (!all)
        countdown = 0;
    failed++;
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

void *realloc(void *at, size_t size)
{
    return fails() ? NULL : __libc_realloc(at, size);
}

/* 0 when the machine was found, else what getaddrinfo() says, or 1 for a wrong answer. */
static int resolve(void)
{
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found = NULL;
    struct in_addr wanted;
    int error = getaddrinfo("web", NULL, &hints, &found);

    if (error != 0)
        return error;
    inet_pton(AF_INET, "192.0.2.1", &wanted);
    error = memcmp(&((struct sockaddr_in *)(void *)found->ai_addr)->sin_addr, &wanted, sizeof(wanted)) != 0;
    freeaddrinfo(found);
    return error;
}

int main(void)
{
    unsigned long nth = 1, failed_before;

    if (resolve() != 0)
        complain("getaddrinfo: %s", gai_strerror(resolve()));
    do {
        for (int sticky = 0; sticky < 2; sticky++) {
            int error;

            failed_before = failed;
            all = sticky != 0;
            countdown = nth;
            error = resolve();
            countdown = 0;
            /* EAI_NONAME as well: glibc 2.36 says so, and asks no module, when it has no room for a resolver.
             */
            if (error == 1)
                complain("call %lu of malloc() fails: the answer is wrong", nth);
            if (resolve() != 0)
                complain("after call %lu of malloc() failed: getaddrinfo: %d", nth, resolve());
        }
        nth++;
    } while (failed > failed_before);
    if (failed == 0)
        complain("malloc() was never called");
    tell("calls of malloc that failed in getaddrinfo", "%lu", failed);
    return verdict();
}
