#include "salvaged_index.h"

#include <check.h>

#include "own_store.h"
#include "test_case.h"

struct lease lease_at(const char *ip, const char *host)
{
    struct lease lease = {
        .network = "net", .seen = 1, .heard = 1, .hwaddr = {true, 1, 6, {2, 0, 0, 0, 0, 1}}};

    ck_assert_int_eq(ip_parse(ip, &lease.ip), 0);
    lease.hwaddr.octets[5] = lease.ip.octets[3];
    strcpy(lease.host, host);
    return lease;
}

struct index *open_index(void)
{
    struct index *index = NULL;

    reports_start(&own_reports);
    ck_assert_int_eq(index_open(own_dir(), &own_reports.sink, &index), 0);
    return index;
}
