#include "nss/locate.h"

#include <stdlib.h>
#include <string.h>

#include "schema/paths.h"

const char *locate_index(char room[static LOCATE_SIZE])
{
    static const char file[] = "/" INDEX_FILE;
    const char *directory = secure_getenv(ENV_STATE_DIR);
    size_t len;

    if (directory == NULL || directory[0] == '\0')
        return LVINDEX_STATEDIR "/" INDEX_FILE;
    len = strlen(directory);
    if (len > LOCATE_SIZE - sizeof(file))
        return NULL;
    memcpy(room, directory, len);
    memcpy(room + len, file, sizeof(file));
    return room;
}
