/* Escaping: what a terminal may be shown, and how all else is written. */
#include <stdlib.h>
#include <string.h>

#include "indexer/escape.h"
#include "test_case.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const struct {
    const char *raw;
    const char *text;
} cases[] = {
    {"", ""},
    {"web-01.lab", "web-01.lab"},
    {" !\"#$%&'()*+,-./:;<=>?@[]^_`{|}~", " !\"#$%&'()*+,-./:;<=>?@[]^_`{|}~"},
    {"\\", "\\\\"},
    {"\\x0a", "\\\\x0a"},
    {"a\nb\r\t", "a\\x0ab\\x0d\\x09"},
    {"\x1b[31m", "\\x1b[31m"},
    {"\x01\x1f\x7f", "\\x01\\x1f\\x7f"},
    /* C1 controls, alone (no UTF-8) and as characters */
    {"\x80\x9b", "\\x80\\x9b"},
    {"\xc2\x80\xc2\x85\xc2\x9b\xc2\x9f", "\\xc2\\x80\\xc2\\x85\\xc2\\x9b\\xc2\\x9f"},
    {"\xc2\xa0", "\xc2\xa0"},
    {"caf\xc3\xa9", "caf\xc3\xa9"},
    {"\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac"},
    {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
    /* the ends of each length: U+07FF, U+0800, U+FFFD, U+10000, U+10FFFD */
    {"\xdf\xbf", "\xdf\xbf"},
    {"\xe0\xa0\x80", "\xe0\xa0\x80"},
    {"\xef\xbf\xbd", "\xef\xbf\xbd"},
    {"\xf0\x90\x80\x80", "\xf0\x90\x80\x80"},
    {"\xf4\x8f\xbf\xbd", "\xf4\x8f\xbf\xbd"},
    /* bidirectional: marks, embeddings, overrides, isolates, the Arabic letter mark */
    {"\xe2\x80\x8e\xe2\x80\x8f", "\\xe2\\x80\\x8e\\xe2\\x80\\x8f"},
    {"\xe2\x80\xaa\xe2\x80\xae", "\\xe2\\x80\\xaa\\xe2\\x80\\xae"},
    {"\xe2\x81\xa6\xe2\x81\xa9", "\\xe2\\x81\\xa6\\xe2\\x81\\xa9"},
    {"\xd8\x9c", "\\xd8\\x9c"},
    /* line and paragraph separators, zero width, soft hyphen, byte order mark, tags */
    {"\xe2\x80\xa8\xe2\x80\xa9", "\\xe2\\x80\\xa8\\xe2\\x80\\xa9"},
    {"\xe2\x80\x8b", "\\xe2\\x80\\x8b"},
    {"\xc2\xad", "\\xc2\\xad"},
    {"\xef\xbb\xbf", "\\xef\\xbb\\xbf"},
    {"\xf3\xa0\x80\x81", "\\xf3\\xa0\\x80\\x81"},
    /* overlong */
    {"\xc0\xaf", "\\xc0\\xaf"},
    {"\xc1\xbf", "\\xc1\\xbf"},
    {"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},
    {"\xe0\x9f\xbf", "\\xe0\\x9f\\xbf"},
    {"\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf"},
    {"\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf"},
    /* surrogates, above Unicode, bytes that are never UTF-8 */
    {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
    {"\xed\xbf\xbf", "\\xed\\xbf\\xbf"},
    {"\xed\x9f\xbf", "\xed\x9f\xbf"},
    {"\xee\x80\x80", "\xee\x80\x80"},
    {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
    {"\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80"},
    {"\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80"},
    {"\xfe\xff", "\\xfe\\xff"},
    /* cut short, at the end and by another character */
    {"\xc3", "\\xc3"},
    {"\xe6\x97", "\\xe6\\x97"},
    {"\xf0\x9f\x98", "\\xf0\\x9f\\x98"},
    {"\xe6\x97z", "\\xe6\\x97z"},
    {"\xe6\xc3\xa9", "\\xe6\xc3\xa9"},
    {"\xa9z", "\\xa9z"},
};

/* Of its exact size, so that a sanitizer sees what is read behind it. */
static char *escaped(char *(*escape)(struct bytes), const char *raw, size_t len)
{
    uint8_t *exact = calloc(len + (len == 0), 1);
    char *text;

    ck_assert_ptr_nonnull(exact);
    if (len > 0)
        memcpy(exact, raw, len);
    text = escape((struct bytes){exact, len});
    free(exact);
    ck_assert_ptr_nonnull(text);
    return text;
}

START_TEST(shown_text)
{
    char *text = escaped(escape_text, cases[_i].raw, strlen(cases[_i].raw));

    ck_assert_str_eq(text, cases[_i].text);
    free(text);
}
END_TEST

START_TEST(nul)
{
    char *text = escaped(escape_text, "a\0b\0", 4);

    ck_assert_str_eq(text, "a\\x00b\\x00");
    free(text);
    text = escape_text((struct bytes){NULL, 0});
    ck_assert_str_eq(text, "");
    free(text);
}
END_TEST

/* Printable ASCII alone comes out, whatever goes in. */
START_TEST(binary)
{
    for (int byte = 0; byte < 256; byte++) {
        const char raw[1] = {(char)byte};
        char *text = escaped(escape_binary, raw, 1), expected[5];

        if (byte == '\\')
            strcpy(expected, "\\\\");
        else if (byte >= ' ' && byte <= '~')
            snprintf(expected, sizeof(expected), "%c", byte);
        else
            snprintf(expected, sizeof(expected), "\\x%02x", (unsigned int)byte);
        ck_assert_str_eq(text, expected);
        free(text);
    }
}
END_TEST

START_TEST(binary_utf8)
{
    char *text = escaped(escape_binary, "\xc3\xa9\\", 3);

    ck_assert_str_eq(text, "\\xc3\\xa9\\\\");
    free(text);
}
END_TEST

static size_t encode(uint32_t character, char *to)
{
    if (character < 0x80) {
        to[0] = (char)character;
        return 1;
    }
    if (character < 0x800) {
        to[0] = (char)(0xc0 | character >> 6);
        to[1] = (char)(0x80 | (character & 63));
        return 2;
    }
    if (character < 0x10000) {
        to[0] = (char)(0xe0 | character >> 12);
        to[1] = (char)(0x80 | (character >> 6 & 63));
        to[2] = (char)(0x80 | (character & 63));
        return 3;
    }
    to[0] = (char)(0xf0 | character >> 18);
    to[1] = (char)(0x80 | (character >> 12 & 63));
    to[2] = (char)(0x80 | (character >> 6 & 63));
    to[3] = (char)(0x80 | (character & 63));
    return 4;
}

/* Unicode 15, UnicodeData.txt: all of Cc, Cf, Zl and Zp, and the fillers that show as nothing. */
static const struct {
    uint32_t first;
    uint32_t last;
} never_shown[] = {
    {0x00, 0x1f},       {0x7f, 0x9f},       {0xad, 0xad},       {0x0600, 0x0605},   {0x061c, 0x061c},
    {0x06dd, 0x06dd},   {0x070f, 0x070f},   {0x0890, 0x0891},   {0x08e2, 0x08e2},   {0x115f, 0x1160},
    {0x180e, 0x180e},   {0x200b, 0x200f},   {0x2028, 0x202e},   {0x2060, 0x2064},   {0x2066, 0x206f},
    {0x3164, 0x3164},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0},   {0xfff9, 0xfffb},   {0x110bd, 0x110bd},
    {0x110cd, 0x110cd}, {0x13430, 0x1343f}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0001, 0xe0001},
    {0xe0020, 0xe007f},
};

START_TEST(format_characters)
{
    for (uint32_t c = never_shown[_i].first; c <= never_shown[_i].last; c++) {
        char raw[4] = "", *text = escaped(escape_text, raw, encode(c, raw));

        ck_assert_msg(text[0] == '\\', "U+%04X is shown", c);
        free(text);
    }
}
END_TEST

/* Any character comes out as it is or as four characters a byte; nothing else. */
START_TEST(all_characters)
{
    for (uint32_t c = 0; c <= 0x10ffff; c += c < 0x3000 ? 1 : 7) {
        char raw[4];
        size_t len = encode(c, raw);
        char *text = escaped(escape_text, raw, len);

        if (c == '\\')
            ck_assert_str_eq(text, "\\\\");
        else if (text[0] == '\\')
            ck_assert_uint_eq(strlen(text), 4 * len);
        else
            ck_assert(strlen(text) == len && memcmp(text, raw, len) == 0);
        if (c >= 0xd800 && c <= 0xdfff)
            ck_assert_int_eq(text[0], '\\');
        free(text);
    }
}
END_TEST

START_TEST(print)
{
    char *text = NULL;
    size_t len;
    FILE *stream = open_memstream(&text, &len);

    escape_print(stream, bytes_of("a\n\xc3\xa9\\"));
    escape_print(stream, (struct bytes){NULL, 0});
    fclose(stream);
    ck_assert_str_eq(text, "a\\x0a\xc3\xa9\\\\");
    free(text);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("escape");

    tcase_add_loop_test(tcase, shown_text, 0, COUNT(cases));
    tcase_add_test(tcase, nul);
    tcase_add_test(tcase, binary);
    tcase_add_test(tcase, binary_utf8);
    tcase_add_loop_test(tcase, format_characters, 0, COUNT(never_shown));
    tcase_add_test(tcase, all_characters);
    tcase_add_test(tcase, print);
    return test_case_run(tcase);
}
