#include "ask_module.h"

#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <nss.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "indexer/cleanup.h"

/* glibc begins with 1,024 bytes, and doubles them as long as a module asks for more. */
#define FIRST_BUFFER 1024U
#define LAST_BUFFER  (16U << 20)

/* The entry points of glibc's name service switch; no header of glibc declares them. */
typedef enum nss_status by_name_fn(const char *name, struct gaih_addrtuple **tuples, char *buffer,
                                   size_t size, int *errnop, int *h_errnop, int32_t *ttlp);
typedef enum nss_status by_address_fn(const void *address, socklen_t length, int family,
                                      struct hostent *result, char *buffer, size_t size, int *errnop,
                                      int *h_errnop);

/* One question, whichever it is. */
struct question {
    const char *name;    /* NULL: an address is asked for */
    const struct ip *ip; /* NULL: a name is */
};

static void *load(const char *module, struct module_answer *answer)
{
    char file[64];
    void *library;

    snprintf(file, sizeof(file), "libnss_%s.so.2", module);
    library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        snprintf(answer->trouble, sizeof(answer->trouble), "%s", dlerror());
    return library;
}

static void *entry_point(void *library, const char *module, const char *function,
                         struct module_answer *answer)
{
    char symbol[96];
    void *at;

    snprintf(symbol, sizeof(symbol), "_nss_%s_%s", module, function);
    at = dlsym(library, symbol);
    if (at == NULL)
        snprintf(answer->trouble, sizeof(answer->trouble), "%s", dlerror());
    return at;
}

static const char *status_name(enum nss_status status)
{
    switch (status) {
    case NSS_STATUS_SUCCESS:
        return "SUCCESS";
    case NSS_STATUS_NOTFOUND:
        return "NOTFOUND";
    case NSS_STATUS_TRYAGAIN:
        return "TRYAGAIN";
    default:
        return "UNAVAIL";
    }
}

static int add_text(struct text_list *list, const char *text)
{
    return text_list_add(list, text, strlen(text));
}

static int add_tuples(struct text_list *found, const struct gaih_addrtuple *tuples)
{
    int rc = 0;

    for (; rc == 0 && tuples != NULL; tuples = tuples->next) {
        struct ip ip = {.len = tuples->family == AF_INET ? IPV4_LEN : IPV6_LEN};
        char text[IP_TEXT_SIZE];

        memcpy(ip.octets, tuples->addr, ip.len);
        rc = add_text(found, ip_format(&ip, text));
    }
    return rc;
}

static int add_names(struct text_list *found, const struct hostent *host)
{
    int rc = add_text(found, host->h_name);

    for (char **alias = host->h_aliases; rc == 0 && *alias != NULL; alias++)
        rc = add_text(found, *alias);
    return rc;
}

/* Calls the module once, and takes its answer. -ERANGE: with too small a buffer. */
static int call(void *function, const struct question *question, char *buffer, size_t size,
                struct module_answer *answer)
{
    struct gaih_addrtuple *tuples = NULL;
    struct hostent host;
    enum nss_status status;
    int error = 0, h_error = 0, rc = 0;
    int32_t ttl;

    if (question->name != NULL)
        status = ((by_name_fn *)function)(question->name, &tuples, buffer, size, &error, &h_error, &ttl);
    else
        status = ((by_address_fn *)function)(question->ip->octets, question->ip->len,
                                             question->ip->len == IPV4_LEN ? AF_INET : AF_INET6, &host,
                                             buffer, size, &error, &h_error);
    if (status == NSS_STATUS_TRYAGAIN && error == ERANGE)
        return -ERANGE;
    answer->status = status_name(status);
    answer->error = status == NSS_STATUS_SUCCESS ? 0 : error;
    if (status == NSS_STATUS_SUCCESS)
        rc = question->name != NULL ? add_tuples(&answer->found, tuples) : add_names(&answer->found, &host);
    return rc;
}

static int call_with_room(void *function, const struct question *question, struct module_answer *answer)
{
    int rc = -ERANGE;

    for (size_t size = FIRST_BUFFER; rc == -ERANGE && size <= LAST_BUFFER; size *= 2) {
        CLEANUP_FREE char *buffer = malloc(size);

        rc = buffer == NULL ? -ENOMEM : call(function, question, buffer, size, answer);
    }
    return rc;
}

static int ask(const char *module, const char *function, const struct question *question,
               struct module_answer *answer)
{
    void *library, *at;

    *answer = (struct module_answer){.status = "UNAVAIL"};
    library = load(module, answer);
    if (library == NULL)
        return 0;
    at = entry_point(library, module, function, answer);
    /* The library stays: it is never unloaded. */
    return at == NULL ? 0 : call_with_room(at, question, answer);
}

int ask_module_name(const char *module, const char *name, struct module_answer *answer)
{
    return ask(module, "gethostbyname4_r", &(struct question){.name = name}, answer);
}

int ask_module_address(const char *module, const struct ip *ip, struct module_answer *answer)
{
    return ask(module, "gethostbyaddr_r", &(struct question){.ip = ip}, answer);
}

bool module_answer_failed(const struct module_answer *answer)
{
    return answer->trouble[0] == '\0' && answer->error != 0 && answer->error != ENOENT;
}

void module_answer_free(struct module_answer *answer)
{
    text_list_free(&answer->found);
}
