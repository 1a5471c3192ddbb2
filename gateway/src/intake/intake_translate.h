/*
 * intake_translate.h - the local codes and unit spellings of senders, from a
 * JSON file:
 *
 *   { "senders": [ { "sender": "lab-a",           "*": whoever is not named
 *                    "codes": ["lab-a.json"],     ConceptMaps (R4), by file
 *                    "units": { "mg/dl": "mg/dL" } } ] }     text: UCUM code
 *
 * Before a resource is validated, each Coding with a mapped code gets the
 * target's Coding beside it, and each Quantity with an aliased unit gets the
 * UCUM code. What was sent stays: the Coding as it is, the unit's spelling in
 * `unit`. What a sender's maps should know and do not, and units without a
 * code, are counted and listed.
 *
 * Lifetime: immutable after loading but for the counts.
 * Threads: any; the counts have a mutex.
 */
#ifndef AX_INTAKE_INTAKE_TRANSLATE_H
#define AX_INTAKE_INTAKE_TRANSLATE_H

#include "base/arena.h"
#include "base/error.h"
#include "json/json_write.h"

typedef struct ax_intake_translate ax_intake_translate;

/* INVALID with a sentence that names the file and the place; IO, NOMEM. */
ax_status ax_intake_translate_load(const char *path, ax_intake_translate **out,
                                   ax_error *err) AX_MUST_USE;
void ax_intake_translate_free(ax_intake_translate *translate);

/* `doc` as the others understand it; `doc` itself when there is nothing to
 * change. NOMEM. */
ax_status ax_intake_translate_run(ax_intake_translate *translate,
                                  ax_arena *arena, ax_str sender,
                                  const ax_json *doc,
                                  const ax_json **out) AX_MUST_USE;

/* {"unmapped": [{"sender", "kind": "code" or "unit", "system", "code",
 * "count"}], "more": true when there were more kinds than are kept}. */
void ax_intake_translate_report(ax_intake_translate *translate,
                                ax_json_writer *w);

#endif
