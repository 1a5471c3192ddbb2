/*
 * model.h - a model as its module declared it, on the host's side.
 *
 * What a worker sends after loading (scoring/frame.h) is foreign input: it is
 * read with bounds, checked (names, codes, units, indexes in range) and copied
 * into these structs; they mirror plugins/sdk/auspex_plugin.h with ax_str in
 * place of C strings. Enumerations keep the ABI's numbers (AUSPEX_*).
 *
 * Lifetime: as long as the score host. Immutable; any thread.
 */
#ifndef AX_SCORING_MODEL_H
#define AX_SCORING_MODEL_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "fhir/fhir_fact.h"

enum {
  AX_MODEL_BATCH = 1024, /* rows in one batch, whatever the model allows */
  AX_MODEL_COLUMNS = 512,
  AX_MODEL_RESULTS = 256, /* per row */
  AX_MODEL_CONTRIBUTIONS = 1024,
  AX_MODEL_TEXT = 16384
};

typedef struct {
  ax_str system, code, display;
  uint32_t match, rank;
} ax_model_code;

typedef struct {
  const ax_model_code *items;
  size_t count;
} ax_model_codes;

typedef struct {
  uint32_t source, pick, missing;
  ax_str name, title;
  ax_model_codes codes;
  ax_str instrument;
  uint32_t first_item, last_item;
  ax_str unit; /* empty: without unit */
  double molar_mass;
  uint32_t relative_to, relative_inputs;
  int32_t window_from_days, window_to_days, pick_days;
  uint32_t freshness_days;
  double valid_min, valid_max, fallback, train_mean, train_sd;
  bool wants_reference_range;
  uint32_t column, width; /* where its cells stand in a row */
} ax_model_input;

typedef struct {
  uint32_t kind, input, group;
  ax_model_codes codes;
  double min, max;
  ax_str reason;
} ax_model_criterion;

typedef struct {
  uint32_t kind;
  ax_str name, title;
  ax_model_codes codes;
  uint32_t horizon_months, horizon_from;
  ax_str comparator, unit, category;
} ax_model_outcome;

typedef struct {
  uint32_t basis;
  ax_str name, title;
  uint32_t inputs[4], input_count;
} ax_model_factor;

typedef struct {
  ax_str name, text;
} ax_model_mitigation;

struct ax_card;

typedef struct {
  ax_str id, name, version, title, publisher, population, source, limits,
      licence;
  ax_str module;        /* folder name: "early-diagnosis" */
  ax_str module_digest; /* SHA-256 of the .so, hex */
  ax_str data_digest;   /* SHA-256 over its data files, hex */
  const struct ax_card *card; /* NULL: its module has none for it */
  uint32_t number;            /* in its module */
  uint32_t anchor_kind;
  ax_str anchor_name;
  ax_model_codes anchor_codes;
  const ax_model_criterion *criteria;
  size_t criterion_count;
  const ax_model_input *inputs;
  size_t input_count;
  const ax_model_outcome *outcomes;
  size_t outcome_count;
  const ax_model_factor *factors;
  size_t factor_count;
  const ax_model_mitigation *mitigations;
  size_t mitigation_count;
  uint32_t column_count;
  const ax_fact_code *reads; /* every code it looks at, as store filters */
  size_t read_count;
  uint32_t max_batch, max_results_per_row, max_contributions_per_row,
      max_text_per_row;
} ax_model;

/*
 * Checks a declaration as read (names, kinds, indexes, windows, limits), sets
 * `column`, `width` and `column_count`, and works out `reads`. INVALID names
 * the model, the place and the rule; NOMEM.
 */
ax_status ax_model_finish(ax_arena *arena, ax_model *model,
                          ax_error *err) AX_MUST_USE;

/* The code's system as a family: ICD-10 of WHO, the USA and Germany are one. */
bool ax_model_same_system(ax_str a, ax_str b);

/* Does (system, code) of a fact fulfil the declared code? */
bool ax_model_code_matches(const ax_model_code *wanted, ax_str system,
                           ax_str code);

/* The first code of the list that (system, code) fulfils, or NULL. */
const ax_model_code *ax_model_codes_find(const ax_model_codes *codes,
                                         ax_str system, ax_str code);

/* Is `canonical` one of the '|'-separated instruments (in any case, anywhere
 * in it)? */
bool ax_model_instrument_matches(ax_str instrument, ax_str canonical);

#endif
