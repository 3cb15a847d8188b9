/*
 * The modules' reader on any index: each question ends, stays inside, and is answered in the form that glibc
 * takes.
 *
 * Asked twice: in memory of exactly the files' size, where a sanitizer sees every read outside; and mapped,
 * as in a process. Both must say the same.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "images.h"
#include "nss/fill.h"
#include "nss/listing.h"
#include "nss/lookup.h"
#include "nss/mapping.h"
#include "schema/paths.h"

#define BUFFER 1024
#define LINE   8192

/* What was asked last, and said: "-74" or a text. */
struct said {
    char text[LINE];
    size_t len;
};

static void say(struct said *said, const void *at, size_t len)
{
    if (len > sizeof(said->text) - said->len)
        len = sizeof(said->text) - said->len;
    memcpy(said->text + said->len, at, len);
    said->len += len;
}

static void say_number(struct said *said, int number)
{
    say(said, &number, sizeof(number));
}

static void expect_inside(const void *at, size_t len, const char *buffer)
{
    const char *start = at;

    EXPECT(start >= buffer && len <= BUFFER && start + len <= buffer + BUFFER);
}

static void say_text(struct said *said, const char *text, const char *buffer)
{
    expect_inside(text, strnlen(text, BUFFER) + 1, buffer);
    say(said, text, strlen(text) + 1);
}

static void say_host(struct said *said, const struct hostent *host, const char *buffer)
{
    say_text(said, host->h_name, buffer);
    for (char **alias = host->h_aliases; *alias != NULL; alias++)
        say_text(said, *alias, buffer);
    EXPECT(host->h_length == (host->h_addrtype == AF_INET ? IPV4_LEN : IPV6_LEN));
    for (char **address = host->h_addr_list; *address != NULL; address++) {
        expect_inside(*address, (size_t)host->h_length, buffer);
        say(said, *address, (size_t)host->h_length);
    }
}

static void say_tuples(struct said *said, const struct gaih_addrtuple *tuple, const char *buffer)
{
    say_text(said, tuple->name, buffer);
    for (; tuple != NULL; tuple = tuple->next) {
        expect_inside(tuple, sizeof(*tuple), buffer);
        EXPECT(tuple->family == AF_INET || tuple->family == AF_INET6);
        say(said, tuple->addr, tuple->family == AF_INET ? IPV4_LEN : IPV6_LEN);
    }
}

static void expect_error(int error)
{
    EXPECT(error == -ENOENT || error == -ENODATA || error == -EBADMSG || error == -ERANGE);
}

static void ask_name(const struct view *view, enum lookup_kind kind, const char *name, int family,
                     struct said *said)
{
    struct gaih_addrtuple *tuples = NULL;
    struct name_answer answer;
    struct question question;
    struct hostent host;
    char *buffer = malloc(BUFFER);
    int error;

    question_name(&question, kind, name);
    error = lookup_name(view, &question, family, &answer);
    if (error == 0 && family == AF_UNSPEC)
        error = fill_tuples(&answer, &tuples, buffer, BUFFER);
    else if (error == 0)
        error = fill_addresses(&answer, &host, buffer, BUFFER);
    say_number(said, error);
    if (error < 0)
        expect_error(error);
    else if (family == AF_UNSPEC)
        say_tuples(said, tuples, buffer);
    else
        say_host(said, &host, buffer);
    free(buffer);
}

static void ask_address(const struct view *view, enum lookup_kind kind, const struct ip *ip,
                        struct said *said)
{
    struct address_answer answer;
    struct question question;
    struct hostent host;
    char *buffer = malloc(BUFFER);
    int error;

    question_address(&question, kind, ip);
    error = lookup_address(view, &question, ip, &answer);
    if (error == 0)
        error = fill_names(&answer, &host, buffer, BUFFER);
    say_number(said, error);
    if (error == 0)
        say_host(said, &host, buffer);
    else
        expect_error(error);
    free(buffer);
}

/* Every way to ask for what a key is about. */
static void ask_all(const struct view *view, struct bytes key, struct said *said)
{
    char name[KEY_MAX + 1] = "";
    struct ip ip;

    memcpy(name, key.at + 1, key.len - 1);
    for (int i = 0; i < 2; i++) {
        enum lookup_kind kind = i == 0 ? LOOKUP_HOSTS : LOOKUP_GUESTS;

        if (ip_from_bytes((struct bytes){key.at + 1, key.len - 1}, &ip) == 0)
            ask_address(view, kind, &ip, said);
        ask_name(view, kind, name, AF_INET, said);
        ask_name(view, kind, name, AF_INET6, said);
        ask_name(view, kind, name, AF_UNSPEC, said);
    }
}

/* All addresses, each of which is to be told as a question for it tells it; no more than there may be
 * records, and none twice in a file. */
static void list(const struct view *view, enum lookup_kind kind, struct said *said)
{
    uint64_t most = (uint64_t)view->overlay.records_most + view->base.records_most;
    struct listing listing = {0}, before = {0};
    struct address_answer answer;
    struct question question;
    int error;

    while ((error = listing_next(view, kind, &listing, &question, &answer)) == 0) {
        EXPECT(most-- > 0);
        EXPECT(listing.in_base != before.in_base || listing.offset > before.offset);
        ask_address(view, kind, &answer.ip, said);
        before = listing;
    }
    EXPECT(error == -ENOENT || error == -EBADMSG);
    say_number(said, error);
}

/* Those of the seeds. */
static const char *const seeds[] = {
    "hweb", "hweb.lan", "hdb", "gvm1", "gVm2", "hnobody", "a\xc0\x00\x02\x01", "a\xc0\x00\x02\x02"};

static void ask(const struct view *view, const struct images *images, struct said *said)
{
    for (size_t i = 0; i < images->count; i++)
        ask_all(view, key_bytes(&images->records[i].key), said);
    for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++)
        ask_all(view, (struct bytes){(const uint8_t *)seeds[i], seeds[i][0] == 'a' ? 5 : strlen(seeds[i])},
                said);
    list(view, LOOKUP_HOSTS, said);
    list(view, LOOKUP_GUESTS, said);
}

static int open_base(const struct images *images, const struct meta *meta, struct view *view)
{
    struct meta base;
    int error;

    if (meta->base == 0)
        return 0;
    if (meta->base != IMAGES_BASE_GENERATION)
        return -ESTALE;
    error = images->base.len > 0 ? tdb_table_open(images->base, &view->base, &base) : -EBADMSG;
    return error == 0 && !meta_same_base(meta, &base) ? -ESTALE : error;
}

/* What mapping_open() does, without files. */
static int open_view(const struct images *images, struct view *view)
{
    struct meta meta;
    int error = images->overlay.len > 0 ? tdb_table_open(images->overlay, &view->overlay, &meta) : -EBADMSG;

    view->base = (struct tdb_table){0};
    if (error == 0)
        error = open_base(images, &meta, view);
    if (error == 0)
        view_read_options(view);
    return error;
}

/* The answers of two files that are mapped. */
static int ask_mapped(const struct images *images, struct said *said)
{
    char base[BASE_NAME_SIZE];
    struct mapping *mapping;
    int error;

    scratch_write(INDEX_FILE, images->overlay);
    scratch_write(base_name(IMAGES_BASE_GENERATION, base), images->base);
    error = mapping_open(scratch_dir(), NULL, &mapping);
    if (error == 0) {
        ask(&mapping->view, images, said);
        mapping_close(mapping);
    }
    return error;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct said here, there;
    struct images images;
    struct view view;
    int error;

    here.len = there.len = 0;
    images_make((struct bytes){data, size}, &images);
    error = open_view(&images, &view);
    EXPECT(error == 0 || error == -EBADMSG || error == -EPROTONOSUPPORT || error == -ESTALE);
    if (error == 0)
        ask(&view, &images, &here);
    EXPECT(ask_mapped(&images, &there) == error);
    EXPECT(here.len == there.len && memcmp(here.text, there.text, here.len) == 0);
    images_free(&images);
    return 0;
}
