/* Forgery: a client's bytes that look like a record are none, however the index around them is damaged. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "indexer/leases.h"
#include "own_store.h"
#include "schema/tdb_layout.h"
#include "salvaged_index.h"

/* A client chooses 255 bytes of its lease (client-id), enough for what looks like a record of its own. */
static size_t forge_record(uint8_t *to, struct bytes key, struct bytes value)
{
    TDB_DATA data = {(unsigned char *)(uintptr_t)key.at, key.len};
    struct tdb_layout_record record = {.room =
                                           (uint32_t)(key.len + value.len + 3 + TDB_LAYOUT_TAILER) / 4 * 4,
                                       .key_len = (uint32_t)key.len,
                                       .value_len = (uint32_t)value.len,
                                       .hash = tdb_jenkins_hash(&data),
                                       .magic = TDB_LAYOUT_USED};

    memcpy(to, &record, sizeof(record));
    memcpy(to + sizeof(record), key.at, key.len);
    memcpy(to + sizeof(record) + key.len, value.at, value.len);
    /* As libtdb ends a record: with its size. */
    record.room += (uint32_t)sizeof(record);
    memcpy(to + record.room - TDB_LAYOUT_TAILER, &record.room, TDB_LAYOUT_TAILER);
    return record.room;
}

/* A lease whose client-id holds a lease: `shift` bytes in, as a record in a TDB begins at a multiple of four.
 */
static struct lease forging_lease(const char *ip, size_t shift)
{
    struct lease forged = lease_at("10.0.0.66", "bank"), lease = lease_at(ip, "mallory");
    struct key key = key_lease(forged.network, &forged.ip);
    uint8_t packed[LEASE_PACKED_MAX];

    memset(lease.client_id.at, 0xee, OCTETS_MAX);
    lease.client_id.len = OCTETS_MAX;
    ck_assert_uint_lt(shift + forge_record(lease.client_id.at + shift, key_bytes(&key),
                                           (struct bytes){packed, lease_pack(&forged, packed)}),
                      OCTETS_MAX);
    return lease;
}

/* `_i`: the forging leases stand in the index, were renewed without the forgery, or were removed. */
START_TEST(forged)
{
    struct ip victim = lease_at("10.0.0.66", "bank").ip, first = lease_at("10.0.0.1", "x").ip;
    struct index *index = open_index();
    struct lease lease;
    const char *const ips[] = {"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"};

    for (size_t shift = 0; shift < 4; shift++) {
        lease = forging_lease(ips[shift], shift);
        ck_assert_int_eq(leases_put(index, &lease), 1);
    }
    ck_assert_int_eq(index_commit(index), 1);
    index_close(index);
    index = open_index();
    for (size_t shift = 0; _i > 0 && shift < 4; shift++) {
        lease = lease_at(ips[shift], "mallory");
        ck_assert_int_ge(_i == 1 ? leases_put(index, &lease) : leases_remove(index, &lease), 0);
    }
    ck_assert_int_eq(index_commit(index), _i > 0);
    index_close(index);
    own_wipe_tables();
    index = open_index();
    ck_assert_int_eq(leases_get(index, "net", &first, &lease), _i == 2 ? -ENOENT : 0);
    ck_assert_msg(leases_get(index, "net", &victim, &lease) == -ENOENT, "a client forged a lease for \"%s\"",
                  lease.host);
    index_close(index);
}
END_TEST

/* The same in a file that ends within a client's bytes, wherever: they are no end of an index. */
START_TEST(forged_and_cut)
{
    struct lease lease = forging_lease("10.0.0.1", (size_t)_i);
    struct ip victim = lease_at("10.0.0.66", "bank").ip;
    struct index *index = open_index();
    struct bytes content;
    size_t at;

    ck_assert_int_eq(leases_put(index, &lease), 1);
    ck_assert_int_eq(index_commit(index), 1);
    index_close(index);
    content = read_file(own_path(INDEX_FILE));
    at = (size_t)((const uint8_t *)memmem(content.at, content.len, lease.client_id.at, OCTETS_MAX) -
                  content.at);
    free((void *)content.at);
    for (size_t len = at + OCTETS_MAX; len > at; len--) {
        ck_assert_int_eq(truncate(own_path(INDEX_FILE), (off_t)len), 0);
        index = open_index();
        ck_assert_int_eq(leases_get(index, "net", &victim, &lease), -ENOENT);
        index_close(index);
    }
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("forgery");

    tcase_add_loop_test(tcase, forged, 0, 3);
    tcase_add_loop_test(tcase, forged_and_cut, 0, 4);
    return test_case_run(tcase);
}
