/*
 * poison.h - rows that ended two workers: known by what they say, so that the
 * same values are not sent to the same version again, whoever sends them and
 * whenever. Times are left out: a row that kills kills an hour later, too.
 *
 * Each worker that ends over a batch is a strike against its rows. It is
 * counted here, not by who asked: between the first end and the second a
 * request may run out of time or workers, and the row come back with another
 * one. A row that is answered is acquitted.
 *
 * Lifetime: a set belongs to the score host; where it is to survive, the host
 * records each row and adds them again at its next start, and suspects are kept
 * in a file.
 * Threads: any; one private lock.
 */
#ifndef AX_SCORING_POISON_H
#define AX_SCORING_POISON_H

#include "scoring/feature.h"

enum {
  AX_POISON_KEY = 32,     /* hex digits */
  AX_POISON_MAX = 100000, /* rows kept; a module that has more is broken */
  AX_POISON_STRIKES = 2,
  AX_POISON_SUSPECTS = 4096 /* rows with a strike; the oldest are forgotten */
};

typedef struct ax_poison ax_poison;

ax_poison *ax_poison_new(void) AX_MUST_USE;
void ax_poison_free(ax_poison *poison);

/* Keeps suspects in the file at `path` (one line each) from now on, beginning
 * with those that stand there already. A killed process loses none. IO. */
ax_status ax_poison_keep(ax_poison *poison, const char *path,
                         ax_error *err) AX_MUST_USE;

/* What a row of this model comes down to, as text with a NUL. */
void ax_poison_key(const char *version_digest, const ax_model *model,
                   const ax_feature_row *row, char out[AX_POISON_KEY + 1]);

/* Cheap while there is none at all. */
bool ax_poison_any(ax_poison *poison);
bool ax_poison_known(ax_poison *poison, ax_str key);

/* Is there anything to look for, poison or suspect? Cheap. */
bool ax_poison_suspects(ax_poison *poison);
/* How many strikes there are against a row; all there can be when it is known
 * as poison. */
unsigned ax_poison_strikes(ax_poison *poison, ax_str key);
/* One more. */
void ax_poison_strike(ax_poison *poison, ax_str key);
void ax_poison_acquit(ax_poison *poison, ax_str key);

/* True when it is new. What is no key is left out. Its strikes stay until it is
 * acquitted of them: once it is recorded for good. */
bool ax_poison_add(ax_poison *poison, ax_str key);

#endif
