#include "nss/suffix.h"

#include <errno.h>

#include "schema/hash.h"
#include "schema/key.h"
#include "schema/name.h"
#include "schema/network.h"

static int find(const struct view *view, enum key_kind kind, struct bytes subject, struct bytes *value)
{
    struct key key;

    key_set_named(&key, kind, subject);
    return view_find(view, key_bytes(&key), hash_bytes(key_bytes(&key)), value);
}

int suffix_networks(const struct view *view, struct bytes suffix, struct bytes *networks)
{
    return suffix.len == 0 || suffix.len > DOMAIN_MAX ? -ENOENT : find(view, KEY_SUFFIX, suffix, networks);
}

struct bytes suffix_of(const struct view *view, struct bytes network, size_t label_len)
{
    const struct bytes none = {NULL, 0};
    struct bytes value, suffix;

    if (find(view, KEY_NETWORK, network, &value) < 0)
        return none;
    suffix = network_suffix(value);
    return suffix.len > 0 && label_len + 1 + suffix.len <= DOMAIN_MAX &&
                   name_domain_valid((const char *)suffix.at, suffix.len)
               ? suffix
               : none;
}
