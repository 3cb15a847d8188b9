#include "dump.h"
#include "indexer/names_file.h"

/* What the query asks for, in the index's own words; `bridge` holds its network. */
static int names_of(struct index *index, const struct dump_query *query, char bridge[static NETWORK_MAX + 1],
                    struct names_wanted *wanted)
{
    *wanted = (struct names_wanted){.guest = query->guest, .name = query->name, .address = query->address};
    if (query->network == NULL)
        return 0;
    wanted->network = bridge;
    return dump_known_network(index, query->network, bridge);
}

int dump_hosts(struct index *index, const struct dump_query *query, FILE *to)
{
    char bridge[NETWORK_MAX + 1];
    struct names_wanted wanted;
    int rc = names_of(index, query, bridge, &wanted);

    return rc == 0 ? names_file_hosts(index, &wanted, to, NULL) : rc;
}

int dump_ssh_config(struct index *index, const struct dump_query *query, FILE *to)
{
    char bridge[NETWORK_MAX + 1];
    struct names_wanted wanted;
    int rc = names_of(index, query, bridge, &wanted);

    return rc == 0 ? names_file_ssh(index, &wanted, to) : rc;
}
