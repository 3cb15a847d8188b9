/* libnss_lvindex.so.2: the names that DHCP clients chose. */
#include "nss/module.h"

NSS_MODULE(lvindex, LOOKUP_HOSTS)
