/*
 * poison.h - rows that ended two workers: known by what they say, so that the
 * same values are not sent to the same version again, whoever sends them and
 * whenever. Times are left out: a row that kills kills an hour later, too.
 *
 * Lifetime: a set belongs to the score host; where it is to survive, the host
 * records each row and adds them again at its next start.
 * Threads: any; one private lock.
 */
#ifndef AX_SCORING_POISON_H
#define AX_SCORING_POISON_H

#include "scoring/feature.h"

enum {
  AX_POISON_KEY = 32,    /* hex digits */
  AX_POISON_MAX = 100000 /* rows kept; a module that has more is broken */
};

typedef struct ax_poison ax_poison;

ax_poison *ax_poison_new(void) AX_MUST_USE;
void ax_poison_free(ax_poison *poison);

/* What a row of this model comes down to, as text with a NUL. */
void ax_poison_key(const char *version_digest, const ax_model *model,
                   const ax_feature_row *row, char out[AX_POISON_KEY + 1]);

/* Cheap while there is none at all. */
bool ax_poison_any(ax_poison *poison);
bool ax_poison_known(ax_poison *poison, ax_str key);

/* True when it is new. What is no key is left out. */
bool ax_poison_add(ax_poison *poison, ax_str key);

#endif
