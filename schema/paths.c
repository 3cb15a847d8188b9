#include "paths.h"

#include <string.h>

char *base_name(uint64_t generation, char name[static BASE_NAME_SIZE])
{
    char digits[BASE_NAME_SIZE];
    size_t start = sizeof(digits) - sizeof(BASE_SUFFIX);

    memcpy(digits + start, BASE_SUFFIX, sizeof(BASE_SUFFIX));
    do {
        digits[--start] = (char)('0' + generation % 10);
        generation /= 10;
    } while (generation > 0);
    memcpy(name, BASE_PREFIX, strlen(BASE_PREFIX));
    memcpy(name + strlen(BASE_PREFIX), digits + start, sizeof(digits) - start);
    return name;
}
