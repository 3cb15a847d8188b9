/* One module: its name, MODULE_NAME, and what it knows, MODULE_KIND, are given by the build. */
#include "nss/module.h"

/* The names are macros themselves, and have to be replaced first. */
#define NAMED_MODULE(name, kind) NSS_MODULE(name, kind)

NAMED_MODULE(MODULE_NAME, MODULE_KIND)
