/*
 * playback.h - rows from a file, scored, for people and for programs.
 *
 *   { "rows": [ { "model": "endpac", "as_of": "2026-01-15",
 *                 "inputs": { "age": 62, "smoker": null, "items": [1, 2, 3] } }
 * ] }
 *
 * "model" may be left out when the module has one. An input is a number, null
 * (ABSENT; so is one that is left out), or, when it has several columns, a list
 * of numbers and nulls. Cells have the time of as-of ("2026-01-15" unless
 * said). The form of golden.json is read as well: its rows are exact.
 *
 * For command-line tools; see trial.h.
 */
#ifndef AX_KIT_PLAYBACK_H
#define AX_KIT_PLAYBACK_H

#include "kit/trial.h"
#include "json/json.h"

/* Scores all rows of `doc`; one line of JSON a row goes to `out`, with
 * `explain` some lines of text instead. INVALID names the row and what is
 * wrong; the rest as ax_trial_score. */
ax_status ax_playback(ax_trial *trial, const ax_json *doc, bool explain,
                      ax_buf *out, ax_error *err) AX_MUST_USE;

#endif
