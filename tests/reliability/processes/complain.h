/*
 * How the programs here tell what went wrong, and what they measured.
 */
#ifndef LVINDEX_TESTS_PROCESSES_COMPLAIN_H
#define LVINDEX_TESTS_PROCESSES_COMPLAIN_H

/* A line on stderr; the program goes on, and fails in the end. */
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);

/* What main() is to return. */
int verdict(void);

/* A line on stdout, from which `run` makes a figure. */
__attribute__((format(printf, 2, 3))) void tell(const char *what, const char *format, ...);

#endif
