/*
 * patients.h - the sample patients under any record number, sent and found
 * again: what the tests of Bundles, scoring and crashes have in common.
 */
#ifndef AX_CONFORMANCE_PATIENTS_H
#define AX_CONFORMANCE_PATIENTS_H

#include "outside.h"

#define PATIENTS_MRN "http://hospital.example.org/mrn"

/* `text` with every `old` replaced; fails the test without memory. */
ax_str patients_replace(ax_arena *arena, ax_str text, const char *old,
                        const char *with);

/* The sample `name` with the record number `mrn` in place of its own, and its
 * dates moved `days` away from where they are. */
ax_str patients_sample(ax_arena *arena, const char *name, const char *mrn,
                       int days);

/* Posts that sample, which must be taken; the id of its Patient. */
ax_str patients_post(ax_arena *arena, outside *gw, const char *name,
                     const char *mrn, int days);

/* How many entries a search has; fails when it is not answered with 200. */
size_t patients_count(outside *gw, const char *query);

/* How many of them were not taken back (entered-in-error). */
size_t patients_live(outside *gw, const char *query);

/* Waits up to ten seconds until a search has `count` entries, a moment longer
 * to see that there are not more, and returns how many there are. */
size_t patients_await(outside *gw, const char *query, size_t count);

/* The id of the one Patient with this record number; empty: none. Fails when
 * there are several. */
ax_str patients_id(outside *gw, const char *mrn);

#endif
