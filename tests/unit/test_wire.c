/* The cursors that every value is packed and unpacked with: bounds first. */
#include <stdlib.h>
#include <string.h>

#include "schema/wire.h"
#include "test_case.h"

START_TEST(numbers)
{
    static const uint8_t expected[] = {0xef, 0xcd, 0xab, 0x89, 0x67, 0x45, 0x23, 0x01};
    uint8_t raw[8];

    for (size_t width = 1; width <= 8; width++) {
        struct packer p = {raw, raw + width, false};
        struct unpacker u = unpacker_of((struct bytes){raw, width});
        uint64_t mask = width == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * width) - 1;

        pack_uint(&p, UINT64_C(0x0123456789abcdef), width);
        ck_assert(!p.full);
        ck_assert_ptr_eq(p.at, raw + width);
        ck_assert_mem_eq(raw, expected, width);
        ck_assert_uint_eq(unpack_uint(&u, width), UINT64_C(0x0123456789abcdef) & mask);
        ck_assert_uint_eq(unpack_left(&u), 0);
        ck_assert(!u.bad);
    }
}
END_TEST

/* What stands behind a number is none of its bytes, and what stands behind the value is not looked at (the
 * sanitizer would tell). */
START_TEST(numbers_before_others)
{
    static const uint8_t content[] = {0xef, 0xcd, 0xab, 0x89, 0x67, 0x45, 0x23, 0x01,
                                      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

    for (size_t len = 1; len <= sizeof(content); len++) {
        uint8_t *raw = malloc(len);

        ck_assert_ptr_nonnull(raw);
        memcpy(raw, content, len);
        for (size_t width = 1; width <= 8; width++) {
            struct unpacker u = unpacker_of((struct bytes){raw, len});
            uint64_t mask = width == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * width) - 1;
            bool fits = width <= len;

            ck_assert_uint_eq(unpack_uint(&u, width), fits ? UINT64_C(0x0123456789abcdef) & mask : 0);
            ck_assert_uint_eq(unpack_left(&u), fits ? len - width : 0);
            ck_assert_int_eq(u.bad, !fits);
        }
        free(raw);
    }
}
END_TEST

/* What does not fit is not written, nor is anything after it, however small. */
START_TEST(full)
{
    uint8_t raw[8] = "zzzzzzz";
    struct packer p = {raw, raw + 4, false};

    pack_raw(&p, "abc", 3);
    pack_uint(&p, 0, 2);
    ck_assert(p.full);
    pack_uint(&p, 0, 1);
    pack_raw(&p, "", 0);
    ck_assert(p.full);
    ck_assert_ptr_eq(p.at, raw + 3);
    ck_assert_mem_eq(raw, "abczzzz", 8);
}
END_TEST

START_TEST(short_texts)
{
    static uint8_t text[256], raw[300];
    struct packer p = {raw, raw + sizeof(raw), false};
    struct unpacker u;
    struct bytes run;

    memset(text, 't', sizeof(text));
    pack_short(&p, (struct bytes){NULL, 0});
    pack_short(&p, (struct bytes){text, 255});
    ck_assert(!p.full);
    ck_assert_ptr_eq(p.at, raw + 257);
    pack_short(&p, (struct bytes){text, 256});
    ck_assert(p.full);
    ck_assert_ptr_eq(p.at, raw + 257);
    u = unpacker_of((struct bytes){raw, 257});
    ck_assert_uint_eq(unpack_short(&u).len, 0);
    run = unpack_short(&u);
    ck_assert_ptr_eq(run.at, raw + 2);
    ck_assert(bytes_equal(run, (struct bytes){text, 255}));
    ck_assert(!u.bad);
    /* Length and content apart: only the first fits. */
    p = (struct packer){raw, raw + 3, false};
    pack_short(&p, (struct bytes){text, 3});
    ck_assert(p.full);
}
END_TEST

/* Once too much was asked for, all else reads as nothing. */
START_TEST(overrun)
{
    uint8_t *raw = malloc(3);
    struct unpacker u = unpacker_of((struct bytes){raw, 3});

    memset(raw, 2, 3);
    ck_assert_uint_eq(unpack_uint(&u, 1), 2);
    ck_assert_uint_eq(unpack_left(&u), 2);
    ck_assert_uint_eq(unpack_uint(&u, 3), 0);
    ck_assert(u.bad);
    ck_assert_uint_eq(unpack_left(&u), 0);
    ck_assert_uint_eq(unpack_uint(&u, 1), 0);
    ck_assert_ptr_null(unpack_raw(&u, 0).at);
    u = unpacker_of((struct bytes){raw, 3});
    ck_assert_uint_eq(unpack_raw(&u, SIZE_MAX).len, 0);
    ck_assert(u.bad);
    raw[0] = 3;
    u = unpacker_of((struct bytes){raw, 3});
    ck_assert_uint_eq(unpack_short(&u).len, 0);
    ck_assert(u.bad);
    free(raw);
    u = unpacker_of((struct bytes){NULL, 0});
    ck_assert_uint_eq(unpack_raw(&u, 0).len, 0);
    ck_assert(!u.bad);
    ck_assert_uint_eq(unpack_uint(&u, 1), 0);
    ck_assert(u.bad);
}
END_TEST

START_TEST(texts)
{
    static const struct {
        const char *raw;
        size_t len;
        bool good;
        const char *text;
    } cases[] = {
        {"\0", 1, true, ""},    {"\3abc", 4, true, "abc"}, {"\4abcd", 5, false, ""}, {"\3a\0c", 4, false, ""},
        {"\1\0", 2, false, ""}, {"\3ab", 3, false, ""},    {"", 0, false, ""},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct unpacker u = unpacker_of((struct bytes){(const uint8_t *)cases[i].raw, cases[i].len});
        char text[5] = "zzzz";

        ck_assert_msg(unpack_text(&u, text, 3) == cases[i].good, "case %zu", i);
        ck_assert(u.bad == !cases[i].good);
        ck_assert_str_eq(text, cases[i].text);
        ck_assert_int_eq(text[4], 0);
    }
}
END_TEST

START_TEST(equality)
{
    const struct bytes none = {NULL, 0}, empty = bytes_of(""), a = bytes_of("a"), b = bytes_of("b"),
                       ab = bytes_of("ab");

    ck_assert(bytes_equal(none, empty));
    ck_assert(bytes_equal(none, none));
    ck_assert(bytes_equal(a, a));
    ck_assert(!bytes_equal(a, none));
    ck_assert(!bytes_equal(none, a));
    ck_assert(!bytes_equal(a, b));
    ck_assert(!bytes_equal(a, ab));
    ck_assert(!bytes_equal(ab, a));
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("wire");

    tcase_add_test(tcase, numbers);
    tcase_add_test(tcase, numbers_before_others);
    tcase_add_test(tcase, full);
    tcase_add_test(tcase, short_texts);
    tcase_add_test(tcase, overrun);
    tcase_add_test(tcase, texts);
    tcase_add_test(tcase, equality);
    return test_case_run(tcase);
}
