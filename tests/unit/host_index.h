/*
 * Indexes of a few addresses, half of them in a base, as a writer publishes them in the running test's
 * directory (test_case.h).
 *
 * Failures are Check's: the functions return only when all went well.
 */
#ifndef LVINDEX_TESTS_HOST_INDEX_H
#define LVINDEX_TESTS_HOST_INDEX_H

#define HOSTS 9

/* Publishes the next generation: 192.0.2.0 to 192.0.2.8, which all have this name. The base before is
 * removed. */
void publish_hosts(const char *name);

/* The file name of the base of what was published last, until the next call. */
const char *hosts_base(void);

#endif
