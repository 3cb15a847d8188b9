/*
 * Is an index whole? Every answer must follow from a lease, and every lease must have its answers.
 */
#ifndef LVINDEX_TESTS_CHECK_INDEX_H
#define LVINDEX_TESTS_CHECK_INDEX_H

#include "indexer/index.h"

/* Fails the running Check test where the index contradicts itself: claims without a lease, leases without
 * their claims, claims in the wrong order, machines that do not match leases and guests. */
void check_index(struct index *index);

#endif
