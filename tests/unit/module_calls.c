#include "module_calls.h"

#include <arpa/inet.h>
#include <check.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "build_index.h"
#include "schema/limits.h"
#include "schema/network.h"
#include "schema/paths.h"

struct module host_module, guest_module;
struct hostent host;
struct gaih_addrtuple *tuples, own_tuple;
int error, h_error;
int32_t ttl;
char *canonical;

static void *symbol(void *handle, const char *module, const char *entry)
{
    char name[80];
    void *found;

    snprintf(name, sizeof(name), "_nss_%s_%s", module, entry);
    found = dlsym(handle, name);
    ck_assert_msg(found != NULL, "%s", name);
    return found;
}

static struct module load(const char *variable, const char *name)
{
    const char *path = getenv(variable);
    void *handle;

    ck_assert_msg(path != NULL, "%s is to name the built module", variable);
    handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    ck_assert_msg(handle != NULL, "%s", dlerror());
    return (struct module){
        .byname = (gethostbyname_fn *)symbol(handle, name, "gethostbyname_r"),
        .byname2 = (gethostbyname2_fn *)symbol(handle, name, "gethostbyname2_r"),
        .byname3 = (gethostbyname3_fn *)symbol(handle, name, "gethostbyname3_r"),
        .byname4 = (gethostbyname4_fn *)symbol(handle, name, "gethostbyname4_r"),
        .byaddr = (gethostbyaddr_fn *)symbol(handle, name, "gethostbyaddr_r"),
        .byaddr2 = (gethostbyaddr2_fn *)symbol(handle, name, "gethostbyaddr2_r"),
    };
}

/* A network with a suffix, and a host in it. */
static void build_suffixed(struct tdb_context *db)
{
    const struct network network = {.suffix_count = 1, .suffixes = {"lab.example"}};
    const uint8_t listed[] = {3, 'l', 'a', 'b'};
    struct key key = key_named(KEY_NETWORK, bytes_of("lab"));
    struct claim sub[] = {claim_of(0, "Sub", "192.0.2.7"), claim_of(0, "sub", "2001:db8::7")};
    uint8_t packed[NETWORK_PACKED_MAX];
    struct packer p = {packed, packed + sizeof(packed), false};

    network_pack(&p, &network);
    build_put(db, key_bytes(&key), (struct bytes){packed, (size_t)(p.at - packed)});
    key = key_single(KEY_SUFFIX);
    build_put(db, key_bytes(&key), (struct bytes){listed, sizeof(listed)});
    key = key_named(KEY_SUFFIX, bytes_of("lab.example"));
    build_put(db, key_bytes(&key), (struct bytes){listed, sizeof(listed)});
    sub[0].network = sub[1].network = bytes_of("lab");
    build_claims(db, host_key("sub"), sub, COUNT(sub));
    build_claims(db, address_key("192.0.2.7"), sub, 1);
}

static void build(void)
{
    struct tdb_context *db = build_open(test_path(INDEX_FILE), 31, SCHEMA_VERSION);
    struct claim web[] = {claim_of(0, "Web", "192.0.2.1"), claim_of(0, "web", "2001:db8::1"),
                          claim_of(0, "web", "192.0.2.2"), claim_of(0, "web", "2001:db8::2")};
    struct claim names[] = {claim_of(0, "Web", "192.0.2.1"), claim_of(0, "www", "192.0.2.1"),
                            claim_of(CLAIM_GUEST, "My VM", "192.0.2.1")};
    struct claim four = claim_of(0, "four", "192.0.2.4");
    struct claim guest = claim_of(CLAIM_GUEST, "My VM", "192.0.2.1");
    struct claim six = claim_of(0, "six", "2001:db8::1");
    struct claim *many = calloc(MANY, sizeof(*many));

    names[0].domain = bytes_of("lan");
    for (unsigned int i = 0; i < MANY; i++) {
        char ip[IP_TEXT_SIZE];

        snprintf(ip, sizeof(ip), "10.0.%u.%u", i / 256, i % 256);
        many[i] = claim_of(0, "many", ip);
    }
    build_claims(db, host_key("web"), web, COUNT(web));
    build_claims(db, host_key("four"), &four, 1);
    build_claims(db, host_key("many"), many, MANY);
    build_claims(db, guest_key("my vm"), &guest, 1);
    build_claims(db, address_key("192.0.2.1"), names, COUNT(names));
    build_claims(db, address_key("2001:db8::1"), &six, 1);
    build_suffixed(db);
    build_put(db, (struct bytes){(const uint8_t *)"hbroken", 7}, bytes_of("no claim"));
    build_close(db);
    free(many);
}

void modules_setup(void)
{
    setenv(ENV_STATE_DIR, test_directory(), 1);
    host_module = load("LVINDEX_TEST_MODULE", "lvindex");
    guest_module = load("LVINDEX_TEST_GUEST_MODULE", "lvindex_guest");
    build();
}

struct in_addr ip4(const char *text)
{
    struct in_addr ip;

    ck_assert_int_eq(inet_pton(AF_INET, text, &ip), 1);
    return ip;
}

struct in6_addr ip6(const char *text)
{
    struct in6_addr ip;

    ck_assert_int_eq(inet_pton(AF_INET6, text, &ip), 1);
    return ip;
}

enum nss_status call_byname(char *at, size_t size)
{
    return host_module.byname("web", &host, at, size, &error, &h_error);
}

static enum nss_status call_byname2(char *at, size_t size)
{
    return host_module.byname2("web", AF_INET6, &host, at, size, &error, &h_error);
}

enum nss_status call_byname3(char *at, size_t size)
{
    return host_module.byname3("web", AF_INET, &host, at, size, &error, &h_error, &ttl, &canonical);
}

static enum nss_status call_byname3_bare(char *at, size_t size)
{
    return host_module.byname3("web", AF_INET, &host, at, size, &error, &h_error, NULL, NULL);
}

enum nss_status call_byname4(char *at, size_t size)
{
    tuples = NULL;
    return host_module.byname4("web", &tuples, at, size, &error, &h_error, &ttl);
}

enum nss_status call_byname4_own(char *at, size_t size)
{
    own_tuple = (struct gaih_addrtuple){.next = &own_tuple, .scopeid = 77};
    tuples = &own_tuple;
    return host_module.byname4("web", &tuples, at, size, &error, &h_error, NULL);
}

static enum nss_status call_byaddr(char *at, size_t size)
{
    struct in_addr ip = ip4("192.0.2.1");

    return host_module.byaddr(&ip, sizeof(ip), AF_INET, &host, at, size, &error, &h_error);
}

enum nss_status call_byaddr2(char *at, size_t size)
{
    struct in6_addr ip = ip6("2001:db8::1");

    return host_module.byaddr2(&ip, sizeof(ip), AF_INET6, &host, at, size, &error, &h_error, &ttl);
}

static enum nss_status call_guest_byname(char *at, size_t size)
{
    return guest_module.byname("my vm", &host, at, size, &error, &h_error);
}

static enum nss_status call_guest_byname2(char *at, size_t size)
{
    return guest_module.byname2("My VM.", AF_INET, &host, at, size, &error, &h_error);
}

static enum nss_status call_guest_byname3(char *at, size_t size)
{
    return guest_module.byname3("MY VM", AF_INET, &host, at, size, &error, &h_error, &ttl, &canonical);
}

static enum nss_status call_guest_byname4(char *at, size_t size)
{
    tuples = NULL;
    return guest_module.byname4("My VM", &tuples, at, size, &error, &h_error, &ttl);
}

static enum nss_status call_guest_byaddr(char *at, size_t size)
{
    struct in_addr ip = ip4("192.0.2.1");

    return guest_module.byaddr(&ip, sizeof(ip), AF_INET, &host, at, size, &error, &h_error);
}

static enum nss_status call_guest_byaddr2(char *at, size_t size)
{
    struct in_addr ip = ip4("192.0.2.1");

    return guest_module.byaddr2(&ip, sizeof(ip), AF_INET, &host, at, size, &error, &h_error, NULL);
}

static enum nss_status call_suffixed(char *at, size_t size)
{
    return host_module.byname2("SUB.lab.example", AF_INET, &host, at, size, &error, &h_error);
}

static enum nss_status call_short4(char *at, size_t size)
{
    tuples = NULL;
    return host_module.byname4("sub", &tuples, at, size, &error, &h_error, NULL);
}

static enum nss_status call_suffixed_byaddr(char *at, size_t size)
{
    struct in_addr ip = ip4("192.0.2.7");

    return host_module.byaddr(&ip, sizeof(ip), AF_INET, &host, at, size, &error, &h_error);
}

const struct module_call calls[] = {
    {call_byname, "Web 192.0.2.1 192.0.2.2", false},
    {call_byname2, "web 2001:db8::1 2001:db8::2", false},
    {call_byname3, "Web 192.0.2.1 192.0.2.2", false},
    {call_byname3_bare, "Web 192.0.2.1 192.0.2.2", false},
    {call_byname4, "Web 192.0.2.1 2001:db8::1 192.0.2.2 2001:db8::2", true},
    {call_byname4_own, "Web 192.0.2.1 2001:db8::1 192.0.2.2 2001:db8::2", true},
    {call_byaddr, "Web.lan Web www 192.0.2.1", false},
    {call_byaddr2, "six 2001:db8::1", false},
    {call_guest_byname, "My VM 192.0.2.1", false},
    {call_guest_byname2, "My VM 192.0.2.1", false},
    {call_guest_byname3, "My VM 192.0.2.1", false},
    {call_guest_byname4, "My VM 192.0.2.1", true},
    {call_guest_byaddr, "My VM 192.0.2.1", false},
    {call_guest_byaddr2, "My VM 192.0.2.1", false},
    {call_suffixed, "Sub.lab.example Sub 192.0.2.7", false},
    {call_short4, "Sub.lab.example 192.0.2.7 2001:db8::7", true},
    {call_suffixed_byaddr, "Sub.lab.example Sub 192.0.2.7", false},
};
const size_t call_count = COUNT(calls);
