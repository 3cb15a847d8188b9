/*
 * The records of a subject: how a step is written into the index, and how it is read out of an answer.
 */
#ifndef LVINDEX_TESTS_READERS_RECORDS_H
#define LVINDEX_TESTS_READERS_RECORDS_H

#include <stdint.h>

#include "schema/address.h"
#include "schema/key.h"
#include "tests/reliability/readers/history.h"

#define NAME_SIZE        32
#define RECORD_VALUE_MAX 200

/* The name that is asked for; of an ADDRESS, the one that it answers with at `step`. Returns `name`. */
const char *subject_name(struct subject subject, uint64_t step, char name[static NAME_SIZE]);

/* What is asked for as an ADDRESS. */
struct ip subject_ip(struct subject subject);

struct key subject_key(struct subject subject);

/* The record's value at `step`; how many bytes. */
size_t subject_value(struct subject subject, uint64_t step, uint8_t value[static RECORD_VALUE_MAX]);

/* A name has three addresses that all tell the step, the last one only its low 24 bits. */
#define STEP_ADDRESSES 3
struct ip step_ip(unsigned int which, uint64_t step);

#endif
