/*
 * The one enumeration that a process has: sethostent(3), gethostent(3) and endhostent(3) know no other.
 *
 * It has a mapping of its own, made when it begins and kept until it ends. So it tells one generation of the
 * index, whatever events do meanwhile, and although the files may have no name any more.
 *
 * Whoever needs it takes it, and gives it back when done; who comes meanwhile is told to come again. So
 * nobody waits, and each entry goes to one caller. To begin or to end needs nobody's consent: an enumeration
 * that somebody holds just then is closed when it is given back. A thread that is cancelled, a process that
 * forks, or a handler that jumps (siglongjmp(3)) while it is taken costs that process this enumeration and
 * its mapping: it has to begin a new one.
 *
 * A child after fork(2) goes on for itself where its parent was.
 *
 * Thread-safety: all calls, from any thread and from signal handlers. None is a cancellation point.
 */
#ifndef LVINDEX_NSS_ENUMERATION_H
#define LVINDEX_NSS_ENUMERATION_H

#include "nss/listing.h"
#include "nss/mapping.h"

struct enumeration {
    struct mapping *index;
    struct listing listing;
};

/* Begins anew, with the index that is in `directory` now. Errors as those of mapping_open(): then there is
 * none. */
int enumeration_begin(const char *directory);

/* Takes it, and begins it before if there is none; the caller ends its use with enumeration_give(). -EAGAIN:
 * somebody else has it. Else as enumeration_begin(). */
int enumeration_take(const char *directory, struct enumeration **enumeration);

void enumeration_give(struct enumeration *enumeration);

/* Without one, nothing happens. */
void enumeration_end(void);

#endif
