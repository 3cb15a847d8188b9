/* libnss_lvindex_guest.so.2: the names of libvirt guests. */
#include "nss/module.h"

NSS_MODULE(lvindex_guest, LOOKUP_GUESTS)
