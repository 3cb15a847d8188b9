/*
 * All that can be asked of an index, and whether it is answered as it must be.
 */
#ifndef LVINDEX_TESTS_QUESTIONS_H
#define LVINDEX_TESTS_QUESTIONS_H

#include "anatomy.h"
#include "answers.h"
#include "memory.h"
#include "model.h"

/* Another record that an answer depends on: a network's, or what is asked for a name's suffix. */
struct other {
    struct key key;
    enum model_found found;
    struct bytes value;
};

#define OTHERS_MAX 12

/* A question, and how it is answered while all is well. */
struct known {
    struct asking asking;
    enum model_found found;  /* of its key */
    struct bytes value;      /* that the answer is in; none: there is no answer, or in another's */
    struct bytes base_value; /* the same, of the base alone */
    char *right;
    char *base_right;
    char *ungraced; /* right where the options cannot be found: no expired lease answers */
    struct other options;
    struct other others[OTHERS_MAX];
    size_t other_count;
    bool suffixed;          /* it is a name under a suffix that the index knows */
    uint32_t chains[FILES]; /* of its key */
};

struct questions {
    struct known *at;
    size_t count;
};

/* Of index.tdb, then of the base what index.tdb does not have. The files are in memory.h, too. */
void questions_prepare(const struct anatomy files[FILES], struct questions *questions);

/* Asks, and compares with what the model finds. The answer is left in `answer`. */
bool question_try(const struct model *model, const struct known *known, char answer[static ANSWER_SIZE]);

#endif
