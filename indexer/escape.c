#include "escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

/* Bytes that a byte, or a character, becomes at the most. */
#define ESCAPED_MAX 4

/* May a terminal be shown it? Not what moves the cursor, hides, or turns the direction of the text. */
static bool is_shown(uint32_t character)
{
    static const struct {
        uint32_t first;
        uint32_t last;
    } hidden[] = {
        {0x00, 0x1f},       {0x7f, 0x9f},       {0xad, 0xad},       {0x0600, 0x0605},   {0x061c, 0x061c},
        {0x06dd, 0x06dd},   {0x070f, 0x070f},   {0x0890, 0x0891},   {0x08e2, 0x08e2},   {0x115f, 0x1160},
        {0x180e, 0x180e},   {0x200b, 0x200f},   {0x2028, 0x202e},   {0x2060, 0x206f},   {0x3164, 0x3164},
        {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0},   {0xfff0, 0xfffb},   {0x110bd, 0x110bd},
        {0x110cd, 0x110cd}, {0x13430, 0x1343f}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
    };

    for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
        if (character >= hidden[i].first && character <= hidden[i].last)
            return false;
    }
    return true;
}

static char *put_byte(char *to, uint8_t byte)
{
    static const char digits[] = "0123456789abcdef";

    *to++ = '\\';
    if (byte == '\\') {
        *to++ = '\\';
        return to;
    }
    *to++ = 'x';
    *to++ = digits[byte >> 4];
    *to++ = digits[byte & 15];
    return to;
}

/* Puts the first character of `raw`, or its first byte escaped, at `to`, and takes it off. */
static char *put_first(char *to, struct bytes *raw, bool ascii)
{
    uint32_t character;
    size_t len = utf8_read(raw->at, raw->len, &character);

    if (len == 0 || character == '\\' || !is_shown(character) || (ascii && len > 1)) {
        len = 1;
        to = put_byte(to, raw->at[0]);
    } else {
        to = mempcpy(to, raw->at, len);
    }
    *raw = (struct bytes){raw->at + len, raw->len - len};
    return to;
}

static char *escape(struct bytes raw, bool ascii)
{
    char *text = malloc(ESCAPED_MAX * raw.len + 1);
    char *to = text;

    if (text == NULL)
        return NULL;
    while (raw.len > 0)
        to = put_first(to, &raw, ascii);
    *to = '\0';
    return text;
}

char *escape_text(struct bytes raw)
{
    return escape(raw, false);
}

char *escape_binary(struct bytes raw)
{
    return escape(raw, true);
}

void escape_print(FILE *stream, struct bytes raw)
{
    char first[ESCAPED_MAX];

    while (raw.len > 0)
        fwrite(first, 1, (size_t)(put_first(first, &raw, false) - first), stream);
}
