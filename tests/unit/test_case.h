/*
 * A test program: one Check test case, and a fresh directory for each of its tests.
 */
#ifndef LVINDEX_TESTS_TEST_CASE_H
#define LVINDEX_TESTS_TEST_CASE_H

#include <check.h>

/* A test case with a generous time limit, whose tests find an empty directory of their own. */
TCase *test_case(const char *name);

/* Runs it and frees it: main()'s result. */
int test_case_run(TCase *tcase);

/* The running test's directory, and the path of a file in it; the latter is valid until the next call but
 * seven. */
const char *own_dir(void);
const char *own_path(const char *file);

/* Creates or overwrites a file of that directory with a text. */
void own_write(const char *file, const char *text);

#endif
