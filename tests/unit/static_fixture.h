/*
 * An index with the administrator's files beside it, and libvirt's, for tests of what follows from them.
 */
#ifndef LVINDEX_TESTS_STATIC_FIXTURE_H
#define LVINDEX_TESTS_STATIC_FIXTURE_H

#include "index_fixture.h"

#define MAC_A "52:54:00:00:00:0a"
#define MAC_B "52:54:00:00:00:0b"

/* libvirt's network `default`, in its file default.conf. */
#define CONF "interface=br0\ndhcp-range=192.0.2.2,192.0.2.254,255.255.255.0\n"

/* Checked fixture: fixture_setup(), and an empty directory for the administrator's files. */
void static_fixture_setup(void);

const char *static_fixture_dir(void);

/* Writes one of these files; NULL removes it. */
void config_file(const char *name, const char *text);

/* A pass over all files; checks that the index is whole, and leaves it open for reading. */
struct index *after_pass(void);

/* Takes a lease in. */
void put_lease(const struct lease *lease);

#endif
