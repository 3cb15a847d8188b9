#include "lease_record.h"

#include <string.h>

#include "schema/key.h"

int lease_record_get(struct store *store, struct lease *lease)
{
    CLEANUP_VALUE struct value value;
    struct key key = lease_key(lease);
    int rc = store_get(store, &key, &value);

    return rc < 0 ? rc : lease_unpack(key_bytes(&key), value_bytes(&value), lease);
}

int lease_record_put(struct store *store, const struct lease *lease)
{
    struct key key = lease_key(lease);
    uint8_t packed[LEASE_PACKED_MAX];

    return store_put(store, &key, (struct bytes){packed, lease_pack(lease, packed)});
}

int lease_record_delete(struct store *store, const struct lease *lease)
{
    struct key key = lease_key(lease);

    return store_delete(store, &key);
}

bool lease_record_same(const struct lease *a, const struct lease *b)
{
    uint8_t left[LEASE_PACKED_MAX], right[LEASE_PACKED_MAX];
    size_t len = lease_pack(a, left);

    return len == lease_pack(b, right) && memcmp(left, right, len) == 0;
}
