/* All addresses of an index: each once, as its newest record has it, and as a look-up answers it. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask_index.h"
#include "nss/listing.h"
#include "schema/tdb_layout.h"
#include "test_case.h"

#define LINES     64
#define TEXT_SIZE 4096

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "address=name name; address=name" sorted, and ", EBADMSG" where it ends with that; until the next call. */
static const char *list(enum lookup_kind kind)
{
    static char text[TEXT_SIZE];
    char *lines[LINES] = {NULL};
    size_t count = 0;
    struct address_answer answer;
    struct question question;
    struct listing listing = {0};
    int error;

    while ((error = listing_next(index_view(), kind, &listing, &question, &answer)) == 0) {
        char ip[IP_TEXT_SIZE];

        ck_assert_uint_lt(count, LINES);
        ip_format(&answer.ip, ip);
        lines[count] = malloc(TEXT_SIZE);
        snprintf(lines[count++], TEXT_SIZE, "%s=%s", ip, ask_address(kind, ip));
    }
    ck_assert(error == -ENOENT || error == -EBADMSG);
    /* It stays where it ended. */
    ck_assert_int_eq(listing_next(index_view(), kind, &listing, &question, &answer), error);
    qsort(lines, count, sizeof(lines[0]), compare_lines);
    text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        strcat(strcat(text, i > 0 ? "; " : ""), lines[i]);
        free(lines[i]);
    }
    return strcat(text, error == -EBADMSG ? ", EBADMSG" : "");
}

START_TEST(nothing)
{
    ASSERT_IS(list(LOOKUP_HOSTS), "");
    PUT(host_key("web"), claim_of(0, "web", "192.0.2.1"));
    PUT(guest_key("vm"), claim_of(CLAIM_GUEST, "vm", "192.0.2.1"));
    ASSERT_IS(list(LOOKUP_HOSTS), "");
    index_split();
    ASSERT_IS(list(LOOKUP_HOSTS), "");
}
END_TEST

static void put_kinds(void)
{
    PUT(address_key("192.0.2.1"), claim_of(0, "web", "192.0.2.1"),
        claim_of(CLAIM_GUEST, "My VM", "192.0.2.1"));
    PUT(address_key("192.0.2.2"), claim_of(CLAIM_GUEST, "vm2", "192.0.2.2"));
    PUT(address_key("2001:db8::3"), with_domain(claim_of(0, "six", "2001:db8::3"), "lan"));
    PUT(address_key("192.0.2.4"), claim_of(CLAIM_WITHHELD, "localhost", "192.0.2.4"));
    PUT(address_key("192.0.2.5"), expiring(claim_of(0, "gone", "192.0.2.5"), -1));
    PUT(address_key("192.0.2.6"), expiring(claim_of(0, "gone", "192.0.2.6"), 0),
        expiring(claim_of(0, "live", "192.0.2.6"), 60), claim_of(CLAIM_WITHHELD, "wpad", "192.0.2.6"));
    PUT(address_key("192.0.2.7"), claim_of(0, "not a name", "192.0.2.7"));
}

static void expect_kinds(void)
{
    ASSERT_IS(list(LOOKUP_HOSTS), "192.0.2.1=web; 192.0.2.6=live; 2001:db8::3=six.lan six");
    ASSERT_IS(list(LOOKUP_GUESTS), "192.0.2.1=My VM; 192.0.2.2=vm2");
}

START_TEST(what_may_be_answered)
{
    put_kinds();
    expect_kinds();
    index_split();
    expect_kinds();
    /* Beside the base, all of it again. */
    put_kinds();
    expect_kinds();
}
END_TEST

START_TEST(newest_record_counts)
{
    static const char *const ips[] = {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"};

    for (size_t i = 0; i < sizeof(ips) / sizeof(ips[0]); i++)
        PUT(address_key(ips[i]), claim_of(0, "old", ips[i]));
    index_split();
    PUT(address_key("192.0.2.2"), claim_of(0, "new", "192.0.2.2"));
    index_put(address_key("192.0.2.3"), (struct bytes){NULL, 0});
    PUT(address_key("192.0.2.4"), claim_of(CLAIM_WITHHELD, "new", "192.0.2.4"));
    PUT(address_key("192.0.2.6"), claim_of(0, "added", "192.0.2.6"));
    ASSERT_IS(list(LOOKUP_HOSTS), "192.0.2.1=old; 192.0.2.2=new; 192.0.2.5=old; 192.0.2.6=added");
}
END_TEST

/* A value that is no claim. */
static void put_bad(const char *key_text)
{
    struct key key;

    ck_assert(key_copy(bytes_of(key_text), &key));
    index_put(key, bytes_of("x"));
}

START_TEST(keys_of_no_address)
{
    put_bad("a");
    put_bad("a123");
    put_bad("a12345");
    put_bad("b1234");
    /* A malformed record is left out, as a look-up does not answer it. */
    put_bad("a1234");
    PUT(address_key("192.0.2.1"), claim_of(0, "web", "192.0.2.1"));
    ASSERT_IS(list(LOOKUP_HOSTS), "192.0.2.1=web");
}
END_TEST

START_TEST(room_between_records)
{
    struct key first = address_key("192.0.2.1"), second = address_key("192.0.2.2");

    PUT(first, claim_of(0, "a-rather-long-name", "192.0.2.1"));
    PUT(second, claim_of(0, "b", "192.0.2.2"));
    PUT(address_key("192.0.2.3"), claim_of(0, "c", "192.0.2.3"));
    /* libtdb leaves a free record where it stood. */
    index_remove(first);
    ASSERT_IS(list(LOOKUP_HOSTS), "192.0.2.2=b; 192.0.2.3=c");
    PUT(second, claim_of(0, "a-name-that-does-not-fit-where-b-was-and-so-goes-elsewhere", "192.0.2.2"));
    ASSERT_IS(list(LOOKUP_HOSTS),
              "192.0.2.2=a-name-that-does-not-fit-where-b-was-and-so-goes-elsewhere; 192.0.2.3=c");
}
END_TEST

/* The header of an address's record, in a private copy of the index. */
static uint8_t *record_of(struct bytes file, const char *ip)
{
    struct key key = address_key(ip);
    uint8_t *at = memmem(file.at, file.len, key.at, key.len);

    ck_assert_ptr_nonnull(at);
    return at - sizeof(struct tdb_layout_record);
}

static void set_word(uint8_t *record, size_t field, uint32_t word)
{
    memcpy(record + field, &word, sizeof(word));
}

#define SET(record, field, word) set_word(record, offsetof(struct tdb_layout_record, field), word)

/* How many addresses of a copy of the index are listed, and what then. */
static size_t count_in(struct bytes file, int *error)
{
    struct address_answer answer;
    struct question question;
    struct listing listing = {0};
    struct view view = {0};
    struct meta meta;
    size_t count = 0;

    ck_assert_int_eq(tdb_table_open(file, &view.overlay, &meta), 0);
    while ((*error = listing_next(&view, LOOKUP_HOSTS, &listing, &question, &answer)) == 0)
        count++;
    return count;
}

#define ASSERT_COUNT(file, wanted, end)                                                                      \
    do {                                                                                                     \
        int error_;                                                                                          \
        ck_assert_uint_eq(count_in(file, &error_), wanted);                                                  \
        ck_assert_int_eq(error_, end);                                                                       \
    } while (0)

START_TEST(damaged_records)
{
    struct bytes whole, file;
    uint8_t *record;
    size_t before = 0;

    for (int i = 1; i <= 3; i++) {
        char ip[IP_TEXT_SIZE];

        snprintf(ip, sizeof(ip), "192.0.2.%d", i);
        PUT(address_key(ip), claim_of(0, "web", ip));
    }
    whole = index_view()->overlay.file;
    file = (struct bytes){malloc(whole.len), whole.len};
#define RENEW() memcpy((uint8_t *)file.at, whole.at, whole.len)
    RENEW();
    ASSERT_COUNT(file, 3, -ENOENT);
    /* Its place is known, but no chain leads to it: no look-up answers it. */
    record = record_of(file, "192.0.2.2");
    before += record_of(file, "192.0.2.1") < record;
    before += record_of(file, "192.0.2.3") < record;
    SET(record, hash, 1);
    ASSERT_COUNT(file, 2, -ENOENT);
    RENEW();
    SET(record, magic, TDB_LAYOUT_DEAD);
    ASSERT_COUNT(file, 2, -ENOENT);
    /* A circle: listed once, or not at all. */
    RENEW();
    SET(record, next, (uint32_t)(record - file.at));
    ASSERT_COUNT(file, 3, -ENOENT);
    /* Where the next record begins is not known any more. */
    RENEW();
    SET(record, room, UINT32_MAX);
    ASSERT_COUNT(file, before, -EBADMSG);
    RENEW();
    SET(record, value_len, UINT32_MAX - 3);
    ASSERT_COUNT(file, before, -EBADMSG);
    free((void *)file.at);
}
END_TEST

/* Whatever is listed is what a look-up answers; false when it is not, or there is more than can be. */
static bool is_sound(const struct view *view)
{
    struct address_answer answer;
    struct question question;
    struct listing listing = {0};
    size_t count = 0;
    int error;

    while ((error = listing_next(view, LOOKUP_HOSTS, &listing, &question, &answer)) == 0) {
        struct bytes value;

        if (++count > LINES || view_find(view, key_bytes(&question.key), question.hash, &value) != 0 ||
            value.at != answer.from.claims.at)
            return false;
    }
    return error == -ENOENT || error == -EBADMSG;
}

/* A copy of exactly the file's size, for a sanitizer to watch its ends. */
static bool sound_when_cut(const struct view *view, bool base, size_t len)
{
    struct bytes whole = base ? view->base.file : view->overlay.file;
    struct bytes file = {malloc(len + (len == 0)), len};
    struct view cut = *view;
    struct meta meta;
    bool sound;

    memcpy((uint8_t *)file.at, whole.at, len);
    sound = tdb_table_open(file, base ? &cut.base : &cut.overlay, &meta) < 0 || is_sound(&cut);
    free((void *)file.at);
    return sound;
}

static bool sound_when_flipped(const struct view *view, bool base, struct bytes copy, size_t bit)
{
    struct view flipped = *view;
    struct meta meta;
    bool sound;

    ((uint8_t *)copy.at)[bit / 8] ^= (uint8_t)(1U << bit % 8);
    sound = tdb_table_open(copy, base ? &flipped.base : &flipped.overlay, &meta) < 0 || is_sound(&flipped);
    ((uint8_t *)copy.at)[bit / 8] ^= (uint8_t)(1U << bit % 8);
    return sound;
}

START_TEST(any_damage)
{
    bool base = _i == 1;
    const struct view *view;
    struct bytes whole, copy;

    put_kinds();
    index_split();
    PUT(address_key("192.0.2.1"), claim_of(0, "new", "192.0.2.1"));
    PUT(address_key("192.0.2.9"), claim_of(0, "added", "192.0.2.9"));
    view = index_view();
    whole = base ? view->base.file : view->overlay.file;
    copy = (struct bytes){malloc(whole.len), whole.len};
    memcpy((uint8_t *)copy.at, whole.at, whole.len);
    for (size_t bit = 0; bit < 8 * whole.len; bit++) {
        if (!sound_when_flipped(view, base, copy, bit))
            ck_abort_msg("bit %zu", bit);
    }
    for (size_t len = 0; len <= whole.len; len++) {
        if (!sound_when_cut(view, base, len))
            ck_abort_msg("cut to %zu", len);
    }
    free((void *)copy.at);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("nss_listing");

    tcase_add_checked_fixture(tcase, index_begin, index_end);
    tcase_add_test(tcase, nothing);
    tcase_add_test(tcase, what_may_be_answered);
    tcase_add_test(tcase, newest_record_counts);
    tcase_add_test(tcase, keys_of_no_address);
    tcase_add_test(tcase, room_between_records);
    tcase_add_test(tcase, damaged_records);
    tcase_add_loop_test(tcase, any_damage, 0, 2);
    return test_case_run(tcase);
}
