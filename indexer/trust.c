#include "trust.h"

enum trust trust_of(const struct stat *st, uid_t user)
{
    if (st->st_uid != 0 && st->st_uid != user)
        return TRUST_FOREIGN;
    return (st->st_mode & (S_IWGRP | S_IWOTH)) != 0 ? TRUST_WRITABLE : TRUST_FULL;
}
