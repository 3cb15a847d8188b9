/* The exit status of a helper that could not measure. */
#ifndef LVINDEX_BENCH_TROUBLE_H
#define LVINDEX_BENCH_TROUBLE_H

#define EXIT_TROUBLE 3

#endif
