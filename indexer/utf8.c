#include "utf8.h"

#include <string.h>

size_t utf8_read(const uint8_t *at, size_t left, uint32_t *character)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t len = at[0] < 0x80 ? 1 : at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;

    if (len == 1) {
        *character = at[0];
        return 1;
    }
    if (at[0] < 0xc2 || at[0] > 0xf4 || left < len)
        return 0;
    *character = at[0] & (0x7fU >> len);
    for (size_t i = 1; i < len; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        *character = *character << 6 | (at[i] & 0x3f);
    }
    if (*character < least[len] || *character > 0x10ffff || (*character >= 0xd800 && *character <= 0xdfff))
        return 0;
    return len;
}

bool utf8_valid(const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        uint32_t character;
        size_t len = utf8_read((const uint8_t *)text, left, &character);

        if (len == 0)
            return false;
        text += len;
        left -= len;
    }
    return true;
}
