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
#include "base/regex.h"
#include "base/str.h"
#include "fhir/fhir_fact.h"

enum {
  AX_MODEL_BATCH = 1024, /* rows in one batch, whatever the model allows */
  AX_MODEL_INPUTS = 256,
  AX_MODEL_NAMED_INPUTS = 64, /* bits of a mask of inputs */
  AX_MODEL_SOURCES = 16,      /* of one input, criterion or anchor */
  AX_MODEL_COLUMNS = 512,
  AX_MODEL_RESULTS = 256, /* per row */
  AX_MODEL_CONTRIBUTIONS = 1024,
  AX_MODEL_TEXT = 16384
};

typedef struct {
  ax_str system, code, display;
  uint32_t match; /* AUSPEX_MATCH_*, perhaps with AUSPEX_MATCH_EXCEPT */
} ax_model_code;

/* A set of codes; the sets of a module that are one there are one here. */
typedef struct {
  const ax_model_code *items;
  size_t count;
  ax_str name, value_set; /* empty: none */
} ax_model_codes;

typedef struct {
  uint32_t kind, match; /* AUSPEX_MAP_*, AUSPEX_MATCH_* */
  ax_str system, code;
  double from, to, value;
  const ax_regex *regex; /* of a PATTERN */
} ax_model_map_row;

typedef struct {
  const ax_model_map_row *rows;
  size_t count;
  bool has_otherwise;
  double otherwise;
  uint32_t fold; /* AUSPEX_FOLD_* */
  ax_str name;
} ax_model_map;

typedef struct {
  uint32_t where, group;
  const ax_model_codes *codes, *values; /* NULL: any */
} ax_model_filter;

typedef struct {
  uint32_t from, take, pick, flags, comparator;
  const ax_model_codes *codes; /* never NULL */
  const ax_model_codes *within; /* NULL: none */
  const ax_model_filter *filters;
  size_t filter_count;
  const ax_model_map *map; /* NULL: none */
  ax_str unit;             /* empty: without unit */
  double molar_mass;
  double valid_min, valid_max; /* NaN: no bound */
  double comparator_limit;
  int32_t window_from_days, window_to_days; /* with AUSPEX_OWN_WINDOW */
  ax_str instrument, items;
  uint32_t first_item, last_item;
  ax_str path;
} ax_model_source;

typedef struct {
  const ax_model_source *items;
  size_t count;
} ax_model_sources;

typedef struct {
  uint32_t missing;
  ax_str name, title;
  ax_model_sources sources; /* at least one */
  bool wants_range;
  uint32_t relative_to;
  uint64_t relative_inputs;
  int32_t window_from_days, window_to_days, pick_days;
  uint32_t freshness_days;
  double fallback, train_mean, train_sd;
  uint32_t tied, tied_to;
  uint32_t column, width; /* where its cells stand in a row */
} ax_model_input;

typedef struct {
  uint32_t kind, input, group;
  ax_model_sources sources;
  uint32_t max_age_days; /* 0: any time */
  double min, max;
  ax_str reason;
} ax_model_criterion;

/* The event a model is anchored at; without sources it is as-of itself. */
typedef struct {
  ax_str name, title;
  ax_model_sources sources;
  uint32_t future_days, freshness_days;
} ax_model_anchor;

typedef struct {
  uint32_t kind;
  ax_str name, title;
  ax_model_codes codes;
  uint32_t horizon_months, horizon_from, horizon_days;
  bool horizon_now;
  ax_str comparator, unit, category;
} ax_model_outcome;

typedef struct {
  uint32_t basis;
  ax_str name, title;
  uint32_t inputs[8], input_count;
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
  uint32_t flags;             /* AUSPEX_MODEL_* */
  ax_model_anchor anchor;
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
  bool reads_all; /* a set of codes has a value set: any code may count */
  const bool *read_own; /* by read: also what the gateway itself made */
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

/* Is the model anchored at an event? */
bool ax_model_is_anchored(const ax_model *model);

/* Has one of the input's sources this pick, or this origin (AUSPEX_FROM_*)? */
bool ax_model_input_picks(const ax_model_input *input, uint32_t pick);
bool ax_model_input_is_from(const ax_model_input *input, uint32_t from);

/* The unit of its cells; empty: none. */
ax_str ax_model_input_unit(const ax_model_input *input);

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
