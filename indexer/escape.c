#include "escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "cleanup.h"
#include "utf8.h"

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

static char *escape(struct bytes raw, bool ascii)
{
    char *text = malloc(4 * raw.len + 1);
    char *to = text;

    if (text == NULL)
        return NULL;
    for (size_t i = 0; i < raw.len;) {
        uint32_t character;
        size_t len = utf8_read(raw.at + i, raw.len - i, &character);

        if (len == 0 || character == '\\' || !is_shown(character) || (ascii && len > 1)) {
            to = put_byte(to, raw.at[i++]);
            continue;
        }
        while (len-- > 0)
            *to++ = (char)raw.at[i++];
    }
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
    CLEANUP_FREE char *text = escape_text(raw);

    fputs(text != NULL ? text : "?", stream);
}
