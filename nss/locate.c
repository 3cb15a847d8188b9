#include "nss/locate.h"

#include <stdlib.h>

#include "schema/paths.h"

const char *locate_directory(void)
{
    const char *directory = secure_getenv(ENV_STATE_DIR);

    return directory == NULL || directory[0] == '\0' ? LVINDEX_STATEDIR : directory;
}
