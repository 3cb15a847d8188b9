#include "tests/reliability/readers/asker.h"

#include <dlfcn.h>
#include <err.h>
#include <inttypes.h>
#include <limits.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "nss/module.h"
#include "tests/reliability/readers/records.h"

/* Room for any answer here: the modules say ERANGE otherwise, which is a wrong answer. */
#define BUFFER_SIZE 1024

static gethostbyname2_fn *host_by_name, *guest_by_name;
static gethostbyname4_fn *host_tuples, *guest_tuples;
static gethostbyaddr2_fn *names_of;

static void *entry_point(void *module, const char *module_name, const char *function)
{
    char symbol[100];
    void *found;

    snprintf(symbol, sizeof(symbol), "_nss_%s_%s", module_name, function);
    found = dlsym(module, symbol);
    if (found == NULL)
        errx(1, "%s: not found", symbol);
    return found;
}

static void *load(const char *modules, const char *name)
{
    char path[PATH_MAX];
    void *module;

    snprintf(path, sizeof(path), "%s/libnss_%s.so.2", modules, name);
    module = dlopen(path, RTLD_NOW);
    if (module == NULL)
        errx(1, "%s", dlerror());
    return module;
}

void asker_load(const char *modules)
{
    void *hosts = load(modules, "lvindex");
    void *guests = load(modules, "lvindex_guest");

    host_by_name = (gethostbyname2_fn *)entry_point(hosts, "lvindex", "gethostbyname2_r");
    host_tuples = (gethostbyname4_fn *)entry_point(hosts, "lvindex", "gethostbyname4_r");
    names_of = (gethostbyaddr2_fn *)entry_point(hosts, "lvindex", "gethostbyaddr2_r");
    guest_by_name = (gethostbyname2_fn *)entry_point(guests, "lvindex_guest", "gethostbyname2_r");
    guest_tuples = (gethostbyname4_fn *)entry_point(guests, "lvindex_guest", "gethostbyname4_r");
}

static uint64_t number_in(const uint8_t *at, size_t len)
{
    uint64_t number = 0;

    for (size_t i = 0; i < len; i++)
        number = number << 8 | at[i];
    return number;
}

/* Is it address `which` of that step? */
static bool is_step_ip(const void *address, int family, unsigned int which, uint64_t step)
{
    struct ip ip = step_ip(which, step);

    return (ip.len == IPV4_LEN) == (family == AF_INET) && memcmp(address, ip.octets, ip.len) == 0;
}

static void read_addresses(const struct hostent *result, struct answer *answer)
{
    char *const *list = result->h_addr_list;
    unsigned int count = 0;

    if (list[0] != NULL)
        answer->step = number_in((const uint8_t *)list[0] + 8, 8);
    for (; list[count] != NULL; count++) {
        if (count >= STEP_ADDRESSES || !is_step_ip(list[count], AF_INET6, count, answer->step))
            answer->torn = true;
    }
    /* All but the one of IPv4. */
    if (count != STEP_ADDRESSES - 1)
        answer->torn = true;
}

static void read_tuples(const struct gaih_addrtuple *tuples, struct answer *answer)
{
    unsigned int count = 0;

    answer->step = number_in((const uint8_t *)tuples->addr + 8, 8);
    for (; tuples != NULL; tuples = tuples->next, count++) {
        if (count >= STEP_ADDRESSES || !is_step_ip(tuples->addr, tuples->family, count, answer->step))
            answer->torn = true;
    }
    if (count != STEP_ADDRESSES)
        answer->torn = true;
}

/* The one name of an address. */
static void read_name(const struct hostent *result, struct subject subject, struct answer *answer)
{
    char expected[NAME_SIZE];

    answer->step = strtoumax(result->h_name + strcspn(result->h_name, "0123456789"), NULL, 10);
    answer->torn = strcmp(result->h_name, subject_name(subject, answer->step, expected)) != 0 ||
                   result->h_aliases[0] != NULL;
}

static struct answer ask_address(struct subject subject)
{
    struct ip ip = subject_ip(subject);
    struct answer answer = {.step = 0};
    struct hostent result;
    char buffer[BUFFER_SIZE];
    int h_error;

    answer.status =
        names_of(ip.octets, ip.len, AF_INET6, &result, buffer, sizeof(buffer), &answer.error, &h_error, NULL);
    if (answer.status == NSS_STATUS_SUCCESS)
        read_name(&result, subject, &answer);
    return answer;
}

static struct answer ask_name(struct subject subject)
{
    gethostbyname2_fn *ask = subject.kind == GUEST ? guest_by_name : host_by_name;
    struct answer answer = {.step = 0};
    char buffer[BUFFER_SIZE], name[NAME_SIZE];
    struct hostent result;
    int h_error;

    answer.status = ask(subject_name(subject, 0, name), AF_INET6, &result, buffer, sizeof(buffer),
                        &answer.error, &h_error);
    if (answer.status == NSS_STATUS_SUCCESS)
        read_addresses(&result, &answer);
    return answer;
}

static struct answer ask_tuples(struct subject subject)
{
    gethostbyname4_fn *ask = subject.kind == GUEST ? guest_tuples : host_tuples;
    struct answer answer = {.step = 0};
    struct gaih_addrtuple *tuples = NULL;
    char buffer[BUFFER_SIZE], name[NAME_SIZE];
    int h_error;

    answer.status =
        ask(subject_name(subject, 0, name), &tuples, buffer, sizeof(buffer), &answer.error, &h_error, NULL);
    if (answer.status == NSS_STATUS_SUCCESS)
        read_tuples(tuples, &answer);
    return answer;
}

struct answer asker_ask(struct subject subject, bool tuples)
{
    if (subject.kind == ADDRESS)
        return ask_address(subject);
    return tuples ? ask_tuples(subject) : ask_name(subject);
}

struct subject asker_pick(const struct shape *shape, uint64_t random)
{
    /* Most of what is asked for changes. */
    enum subject_kind kind = (enum subject_kind)(random % SUBJECT_KINDS);
    uint32_t count = shape_count(shape, kind);

    if (count == 0) {
        kind = HOST;
        count = shape->names;
    }
    return (struct subject){kind, (uint32_t)((random >> 8) % count)};
}

uint64_t random_next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}
