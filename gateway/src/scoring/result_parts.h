/*
 * result_parts.h - what the makers of result resources share. Only result*.c
 * include it.
 *
 * Lifetime: a job lives for one call of result.h; everything made is in its
 * arena.
 */
#ifndef AX_SCORING_RESULT_PARTS_H
#define AX_SCORING_RESULT_PARTS_H

#include "fhir/fhir_make.h"
#include "scoring/result.h"
#include "json/json_write.h"

#define AX_RESULT_BASE "https://auspex-gateway.org/fhir"
#define AX_RESULT_DEFINITION AX_RESULT_BASE "/StructureDefinition/"
#define AX_RESULT_SYSTEM AX_RESULT_BASE "/CodeSystem/"

enum { AX_RESULT_BODY = 1 << 20 }; /* ceiling of one resource */

typedef struct {
  ax_arena *arena;
  const ax_score_request *request;
  const ax_feature_row *row;
  ax_error *err;
} ax_result_job;

typedef struct {
  const ax_str *items; /* "Observation/x/_history/2" or a fullUrl */
  size_t count;
} ax_result_refs;

/* The reference to the exact version of a fact's resource; empty when the
 * resource has neither id nor URL. NULL bytes: no memory. */
ax_str ax_result_ref(ax_arena *arena, const ax_fact *fact);

/* References to what the inputs in the bit mask came from, each resource
 * once and without the Patient; mask 0: the whole basis of the row. */
ax_status ax_result_basis(const ax_result_job *job, uint64_t inputs,
                          ax_result_refs *out) AX_MUST_USE;

/* What the stored result rests on: the references that it names itself, and the
 * versions of the Patients that age and sex are from. NOMEM. */
ax_status ax_result_rest(const ax_result_job *job, ax_result_refs named,
                         ax_score_resource *out) AX_MUST_USE;

/* The identity of a result: UUIDv5 over model, version, digests, kind, the
 * anchor, age and sex as used, the basis in any order, and the subject: the
 * inputs of a replaced record give its survivor a result of its own. */
ax_status ax_result_identity(const ax_result_job *job, ax_str kind,
                             int64_t anchor_ms, ax_result_refs basis,
                             ax_str *id) AX_MUST_USE;

/* Begins a resource: resourceType, id, meta with our tags; what is said for a
 * request, not about a model, is also labelled as AI-asserted (AI Transparency
 * on FHIR). */
void ax_result_begin(ax_json_writer *w, ax_str type, ax_str id,
                     const ax_score_request *request);

/* Closes the resource and keeps its text in `arena`. Frees `body`. */
ax_status ax_result_finish(ax_arena *arena, ax_json_writer *w, ax_buf *body,
                           ax_str type, ax_str id, ax_score_resource *out,
                           ax_error *err) AX_MUST_USE;

/* A level as a coding of R4's risk-probability; false: there is none. */
bool ax_result_level(uint32_t level, ax_coding *out);

/* The statement of a RiskAssessment (`risk`, made of the same predictions) as an
 * Observation, for systems that expect one (result_observation.c). NOMEM,
 * TOO_LARGE. */
ax_status ax_result_observation(const ax_result_job *job,
                                const ax_result *const *predictions,
                                size_t count, const ax_score_resource *risk,
                                ax_score_resource *out) AX_MUST_USE;

/* Single values. */
void ax_result_identifier(ax_json_writer *w, ax_str id); /* member */
void ax_result_codes(ax_json_writer *w, const ax_model_codes *codes,
                     ax_str text);
void ax_result_method(ax_json_writer *w, const ax_model *model);
void ax_result_number(ax_json_writer *w, double value); /* <= 9 decimals */
void ax_result_quantity(ax_json_writer *w, double value, ax_str unit);
void ax_result_reference(ax_json_writer *w, ax_str key, ax_str reference);
/* Members "derivedFrom" with those of `basis` that an Observation may name. */
void ax_result_derived_from(ax_json_writer *w, ax_result_refs basis);
void ax_result_instant(ax_json_writer *w, ax_str key, int64_t wall_ms);
void ax_result_day(ax_json_writer *w, ax_str key, int64_t wall_ms);

/* Opens {"url": "<our definition>", ...; the caller writes the value and
 * closes. `name` is the last part of the URL. */
void ax_result_extension(ax_json_writer *w, const char *name);
/* {"url": name, ...} inside a complex extension. */
void ax_result_sub_extension(ax_json_writer *w, const char *name);

/* The sub-extension "source": where a fact came from; nothing for NULL. */
void ax_result_source(ax_json_writer *w, ax_arena *arena, const ax_fact *fact);

/* A probability of 0..1 as FHIR's percentage: the digits, exactly times 100.
 * The only place where the two meet. */
void ax_result_percent(ax_json_writer *w, double probability);

/* Word for AUSPEX_CELL_* or AX_FEATURE_GAP_UNFIT: a code of
 * CodeSystem/input-state. */
const char *ax_result_state(uint8_t state);

/* Member "extension": the quality of each input in the mask. */
void ax_result_quality(ax_json_writer *w, const ax_result_job *job,
                       uint64_t inputs);

/* One RiskAssessment of predictions about one outcome. */
ax_status ax_result_risk(const ax_result_job *job,
                         const ax_result *const *predictions, size_t count,
                         ax_score_resource *out) AX_MUST_USE;
/* One derived Observation. */
ax_status ax_result_measurement(const ax_result_job *job,
                                const ax_result *result,
                                ax_score_resource *out) AX_MUST_USE;

/* The HL7 guide "AI Transparency on FHIR". */
#define AX_RESULT_AI "http://hl7.org/fhir/uv/aitransparency"

/* The id of the DocumentReference of the model's card. */
void ax_result_card_id(const ax_model *model, char out[37]);

/* The id of the Device that stands for `model` (36 characters and a NUL). */
void ax_result_device_id(const ax_model *model, char out[37]);

#endif
