/*
 * The built modules, loaded as glibc loads them, and calls of all their entry points as one kind of function.
 */
#ifndef LVINDEX_TESTS_MODULE_CALLS_H
#define LVINDEX_TESTS_MODULE_CALLS_H

#include <netinet/in.h>
#include <stdbool.h>

#include "nss/module.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct module {
    gethostbyname_fn *byname;
    gethostbyname2_fn *byname2;
    gethostbyname3_fn *byname3;
    gethostbyname4_fn *byname4;
    gethostbyaddr_fn *byaddr;
    gethostbyaddr2_fn *byaddr2;
};

extern struct module host_module, guest_module;

/* What a call left behind. */
extern struct hostent host;
extern struct gaih_addrtuple *tuples, own_tuple;
extern int error, h_error;
extern int32_t ttl;
extern char *canonical;

/* Unchecked fixture: loads the modules (paths in LVINDEX_TEST_MODULE, LVINDEX_TEST_GUEST_MODULE), and points
 * them to a test directory with an index that `calls` know. */
void modules_setup(void);

/* Addresses of the name "many" in that index. */
#define MANY 500

/* A call that succeeds, given room, and what it is then to say: canonical name, aliases, addresses; of tuples
 * name and addresses. */
struct module_call {
    enum nss_status (*call)(char *at, size_t size);
    const char *answer;
    bool has_tuples;
};
extern const struct module_call calls[];
extern const size_t call_count;

enum nss_status call_byname(char *at, size_t size);
enum nss_status call_byname3(char *at, size_t size);
enum nss_status call_byname4(char *at, size_t size);
enum nss_status call_byname4_own(char *at, size_t size); /* `*pat` is `own_tuple` */
enum nss_status call_byaddr2(char *at, size_t size);

struct in_addr ip4(const char *text);
struct in6_addr ip6(const char *text);

#endif
