/*
 * mitigation.h - the site's own words for what could be considered.
 *
 * A model brings texts for RiskAssessment.mitigation, each under a name. A site
 * may replace them, or have none said, by a JSON file:
 *
 *     { "endpac": { "consider-imaging": "Refer to the pancreas clinic (tel.
 * 11)", "consider-review": null } }
 *
 * Models are known by name or id. What the model computes is not touched, nor
 * are its digests.
 *
 * Threads: any; texts are read-only once read.
 */
#ifndef AX_SCORING_MITIGATION_H
#define AX_SCORING_MITIGATION_H

#include "scoring/model.h"
#include "json/json.h"

enum { AX_MITIGATION_TEXT = 2000, AX_MITIGATION_FILE = 1 << 20 };

/* Reads such a file's text into `arena`. INVALID names line and column. */
ax_status ax_mitigation_read(ax_arena *arena, ax_str text, const ax_json **out,
                             ax_error *err) AX_MUST_USE;

/* Puts the texts into the model, whose mitigations are copied to `arena` first.
 * What names none of them is logged. `texts` NULL: nothing. NOMEM. */
ax_status ax_mitigation_apply(ax_arena *arena, const ax_json *texts,
                              ax_model *model) AX_MUST_USE;

/* Does the member of that name mean this model? */
bool ax_mitigation_means(ax_str name, const ax_model *model);

#endif
