#include "numbers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int number_parse(const char *text, uint64_t max, uint64_t *number)
{
    uint64_t value = 0;

    if (*text < '0' || *text > '9')
        return -EINVAL;
    for (; *text >= '0' && *text <= '9'; text++) {
        uint64_t digit = (uint64_t)(*text - '0');

        if (digit > max || value > (max - digit) / 10)
            return -ERANGE;
        value = value * 10 + digit;
    }
    if (text[strspn(text, " ")] != '\0')
        return -EINVAL;
    *number = value;
    return 0;
}

int iaid_parse(const char *text, struct lease *lease)
{
    bool temporary = text[0] == 'T';
    uint64_t number;

    if (number_parse(text + temporary, UINT32_MAX, &number) < 0)
        return -EINVAL;
    lease->has_iaid = true;
    lease->temporary = temporary;
    lease->iaid = (uint32_t)number;
    return 0;
}

const char *iaid_format(const struct lease *lease, char text[static IAID_TEXT_SIZE])
{
    text[0] = '\0';
    if (lease->has_iaid)
        snprintf(text, IAID_TEXT_SIZE, "%s%" PRIu32, lease->temporary ? "T" : "", lease->iaid);
    return text;
}
