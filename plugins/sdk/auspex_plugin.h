/*
 * auspex_plugin.h - the contract between Auspex and a scoring plug-in.
 * ABI version 1.0. C11 and C++17.
 *
 * A plug-in is a shared object with one exported function (write AUSPEX_MODULE
 * once). It offers one or more models. A model DECLARES what it needs: who it
 * is for, which inputs, where each comes from in FHIR, in which unit, from
 * which window of time. The host finds, converts, maps, checks and windows;
 * the plug-in sees numbers, states and times, never a person.
 *
 * RULES
 *  R1  Structs start with `size`, set by their writer to its own sizeof; a
 *      reader touches a field only inside `size` (AUSPEX_HAS) and takes what
 *      is not there for 0. Fields are only ever appended; 0 in a later field
 *      means what was meant before. Arrays of structs carry their stride (0:
 *      this header's sizeof), so that also structs without `size` can grow.
 *  R2  No memory crosses the border with ownership. What the host passes is
 *      valid for the call (configuration and host: until destroy). What the
 *      plug-in declares is static const and valid for ever. Results are
 *      written into the host's buffers.
 *  R3  Threads: [module] calls are serial in a process. [instance] calls are
 *      serial for an instance, and come after create and before destroy.
 *      [any] may be called from any thread until destroy returns.
 *  R4  A plug-in must not read clocks, random numbers, environment, files or
 *      sockets, start threads or processes, install signal handlers, change
 *      locale, floating-point environment or working directory, call exit or
 *      abort, or let an exception or longjmp cross the border. The sandbox
 *      enforces what it can; breaking the rest costs the plug-in its process.
 *  R5  Same module bytes, configuration, rows, as-of and seed: same output,
 *      bit for bit, whatever other rows are in the batch. "Now" is a row's
 *      as_of_ms, chance is a row's seed.
 *  R6  Rows carry no identifiers of a person.
 *
 * Units of time: milliseconds since 1970-01-01T00:00:00Z (`_ms`), days counted
 * on UTC calendar dates (`_days`), calendar months (`_months`). Probabilities
 * are 0..1; the host turns them into FHIR's percent.
 *
 * LIMITS  64 models in a module; in a model 256 inputs (of which the first 64
 * can be named in bit masks), 512 columns, 512 entries in any list, 16 sources
 * of one input; per row 256 results, 1024 contributions, 16384 bytes of text;
 * 1024 rows in a batch; a text of a declaration has at most 4000 bytes.
 *
 * BESIDE THE MODULE, in its folder (plugins/README.md, plugins/sdk/README.md):
 * golden rows (the host runs them before it lets a version score), the model
 * card, and the data files that arrive as auspex_config.blobs.
 */
#ifndef AUSPEX_PLUGIN_H
#define AUSPEX_PLUGIN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define AUSPEX_ABI_MAJOR 1u
#define AUSPEX_ABI_MINOR 0u
#define AUSPEX_ABI ((AUSPEX_ABI_MAJOR << 16) | AUSPEX_ABI_MINOR)
#define AUSPEX_EXPORT __attribute__((visibility("default")))
#define AUSPEX_HAS(p, type, field) \
  ((p)->size >= offsetof(type, field) + sizeof(((type *)0)->field))
/* An array where a pointer, a count and a stride follow each other, as in all
 * structs below: `.codes = AUSPEX_ARRAY(my_codes),`. */
#define AUSPEX_ARRAY(a) \
  (a), (uint32_t)(sizeof(a) / sizeof((a)[0])), (uint32_t)sizeof((a)[0])

/* ---- results of calls: negative = the whole call failed ------------------ */

/* E_SPACE: the host's buffers are too small. */
enum { AUSPEX_OK = 0, AUSPEX_E_ABI = -1, AUSPEX_E_CONFIG = -2,
       AUSPEX_E_MODEL = -3, AUSPEX_E_INPUT = -4, AUSPEX_E_SPACE = -5,
       AUSPEX_E_CANCELLED = -6, AUSPEX_E_NOMEM = -7, AUSPEX_E_INTERNAL = -8 };

/* ---- codes, sets, maps: everything static const -------------------------- */

/*   PREFIX   "C50" matches C50, C50.9, C50.811
 *   RANGE    "C81-C86": three-character category inside
 *   PATTERN  a regular expression (PCRE) for the whole code
 *   ANY      every code of the system; `code` is NULL
 *   EXCEPT   bit: what matches is NOT in the set, whatever other codes of
 *            the set say ("C00-C80" without C44) */
enum { AUSPEX_MATCH_EXACT = 0, AUSPEX_MATCH_PREFIX, AUSPEX_MATCH_RANGE,
       AUSPEX_MATCH_PATTERN, AUSPEX_MATCH_ANY, AUSPEX_MATCH_EXCEPT = 16 };

/* The three ICD-10 systems (icd-10, icd-10-cm, bfarm icd-10-gm) count as one.
 * Text and display never decide. */
typedef struct auspex_code {
  /* `system`: URI, e.g. "http://loinc.org"; `display` may be NULL. */
  const char *system, *code, *display;
  uint32_t match, reserved;
} auspex_code;

/* A set of codes, declared once and shared by pointer. */
typedef struct auspex_set {
  uint32_t size, reserved;
  const auspex_code *codes; uint32_t code_count, code_stride;
  const char *name;      /* for people: "breast-cancer"; or NULL */
  const char *value_set; /* canonical of a ValueSet whose members count too
                            (hierarchies), asked of the site's terminology; or
                            NULL. `codes` must do without it. */
} auspex_set;

/* What a coded or written value is worth as a number.
 *   CODE    any coding with `system` that matches `code`
 *   TEXT    a string, a text without coding, a coding without system, the
 *           digits of a number: matches `code`
 *   NUMBER  a number or boolean (0, 1) in from..to: `value`
 *   KEEP    a number in from..to stays itself */
enum { AUSPEX_MAP_CODE = 1, AUSPEX_MAP_TEXT, AUSPEX_MAP_NUMBER,
       AUSPEX_MAP_KEEP };
enum { AUSPEX_FOLD_CASE = 1, AUSPEX_FOLD_BLANKS = 2 };
typedef struct auspex_map_row {
  uint32_t kind, match;      /* AUSPEX_MAP_*, AUSPEX_MATCH_* */
  const char *system, *code; /* CODE, TEXT (system NULL) */
  double from, to;           /* NUMBER, KEEP; both inside */
  double value;              /* NaN: known and refused (UNMAPPED) */
} auspex_map_row;

/* The first row that fits decides; of several codings the first one that fits
 * a row. Nothing fits: `otherwise` if has_otherwise, else UNMAPPED. Without a
 * map only numbers and booleans are read, and codings with an ordinal value
 * (extension), and in answers also those whose code is a number. */
typedef struct auspex_map {
  uint32_t size, has_otherwise;
  const auspex_map_row *rows; uint32_t row_count, row_stride;
  double otherwise;
  uint32_t fold, reserved; /* AUSPEX_FOLD_*: how texts and codes are compared
                              with TEXT and PATTERN; BLANKS removes blanks and
                              brackets first */
  const char *name;        /* for people; or NULL */
} auspex_map;

/* ---- sources --------------------------------------------------------------
 */

/* Where a value comes from. Only resources that count: final, amended or
 * corrected; completed; not entered in error; about the patient. What the
 * gateway itself made (results of models) is read only with the flag
 * OWN_RESULTS or by a code of a system below "https://auspex-gateway.org/".
 *   OBSERVATION        Observation or component by `codes`
 *   OBSERVATION_SET    one column for each code, all of the newest day that
 *                      has any of them; sole source
 *   CONDITION          confirmed, and active unless (PICK_)EVER
 *   QUESTIONNAIRE      answers first_item..last_item of one response to
 *                      `instrument`, one column each
 *   QUESTIONNAIRE_SUM  the sum of these answers, when all are there: one
 *                      column
 *   AGE                completed years at the anchor
 *   SEX                0 male, 1 female
 *   ADMINISTRATION     MedicationAdministration completed or in progress
 *   MEDICATION         MedicationStatement, MedicationRequest that is active
 *                      at as-of
 *   PROCEDURE          completed
 *   FAMILY_HISTORY     condition by `codes`, relationship `within`
 *                      (v3-RoleCode)
 *   PATIENT_EXTENSION  of Patient: `path` = URL, or URL and inner URL with a
 *                      blank between; several different values are a
 *                      CONFLICT
 *   PATIENT_COUNTRY    address.country, home, not old
 *   SITE               the site's configuration, by `path` */
enum { AUSPEX_FROM_OBSERVATION = 1, AUSPEX_FROM_OBSERVATION_SET,
       AUSPEX_FROM_CONDITION, AUSPEX_FROM_QUESTIONNAIRE,
       AUSPEX_FROM_QUESTIONNAIRE_SUM, AUSPEX_FROM_AGE, AUSPEX_FROM_SEX,
       AUSPEX_FROM_ADMINISTRATION, AUSPEX_FROM_MEDICATION,
       AUSPEX_FROM_PROCEDURE, AUSPEX_FROM_FAMILY_HISTORY,
       AUSPEX_FROM_PATIENT_EXTENSION, AUSPEX_FROM_PATIENT_COUNTRY,
       AUSPEX_FROM_SITE };

/* What of it.
 *   DEFAULT             the value of an Observation, answer, extension,
 *                       country; else 1 for there is one and 0 for explicit
 *                       refutation (absence is unknown)
 *   VALUE_OR_INTERPRETATION
 *                       interpretation only without value
 *   CODE                the statement's own code, by the map
 *   STAGE               Condition.stage.summary, by the map
 *   ONSET_AGE           FAMILY_HISTORY: condition.onsetAge in years
 *   PRESENT             1 when there is one, whatever its value
 *   VALUE_TIME          anchors: valueDateTime instead of effective */
enum { AUSPEX_TAKE_DEFAULT = 0, AUSPEX_TAKE_VALUE_OR_INTERPRETATION,
       AUSPEX_TAKE_BODY_SITE, AUSPEX_TAKE_CODE, AUSPEX_TAKE_STAGE,
       AUSPEX_TAKE_ONSET_AGE, AUSPEX_TAKE_PRESENT, AUSPEX_TAKE_VALUE_TIME };

/* Which of several, after unit and map.
 *   NEAREST     to anchor + pick_days; ties: the earlier
 *   SERIES      all, oldest first, as samples
 *   EVER        1 when one is other than 0, else 0 with explicit refutation
 *               or denial, else absent
 *   LATEST_MAX  the greatest of the latest day */
enum { AUSPEX_PICK_LATEST = 0, AUSPEX_PICK_EARLIEST, AUSPEX_PICK_MIN,
       AUSPEX_PICK_MAX, AUSPEX_PICK_MEAN, AUSPEX_PICK_COUNT,
       AUSPEX_PICK_NEAREST, AUSPEX_PICK_SERIES, AUSPEX_PICK_EVER,
       AUSPEX_PICK_LATEST_MAX };

/* Flags of a source
 *   WITH_PREVIOUS  competes with the source before as one
 *   EVER           CONDITION: any clinical status
 *   NO_RECURRENCE  CONDITION: not recurrence or relapse
 *   OR_RECORDED    time is recordedDate when there is none
 *   OWN_RESULTS    results of the gateway count, and
 *   OWN_ONLY       nothing else does
 *   OWN_WINDOW     window_*_days of the source, not the input's
 *   PLAIN_NUMBER   a number that has no unit by its type, such as
 *                  valueInteger, is in the unit wanted */
enum { AUSPEX_WITH_PREVIOUS = 1, AUSPEX_EVER = 2, AUSPEX_NO_RECURRENCE = 4,
       AUSPEX_OR_RECORDED = 8, AUSPEX_OWN_RESULTS = 16, AUSPEX_OWN_ONLY = 32,
       AUSPEX_OWN_WINDOW = 64, AUSPEX_PLAIN_NUMBER = 128 };

/* "<5" where a number is needed
 *   LIMIT     the limit counts as the value
 *   AT_MOST   so does that of < and <= that is at most comparator_limit;
 *             others refuse
 *   AT_LEAST  of > and >= that is at least that */
enum { AUSPEX_COMPARATOR_REFUSE = 0, AUSPEX_COMPARATOR_LIMIT,
       AUSPEX_COMPARATOR_AT_MOST, AUSPEX_COMPARATOR_AT_LEAST };

/* What else must hold for a resource to count. Of filters with the same
 * `group` other than 0 one is enough.
 *   VALUE      its coded value
 *   COMPONENT  a component by `codes`, with a value by `values`
 *   SPECIMEN   is there; codes are not read
 *   DEVICE     is there; codes are not read */
enum { AUSPEX_WHERE_VALUE = 1, AUSPEX_WHERE_COMPONENT, AUSPEX_WHERE_METHOD,
       AUSPEX_WHERE_BODY_SITE, AUSPEX_WHERE_CATEGORY,
       AUSPEX_WHERE_INTERPRETATION, AUSPEX_WHERE_SPECIMEN,
       AUSPEX_WHERE_DEVICE };
typedef struct auspex_filter {
  uint32_t where, group;
  const auspex_set *codes;  /* one of these; NULL: whatever is there */
  const auspex_set *values; /* COMPONENT; NULL: any */
} auspex_filter;

typedef struct auspex_source {
  uint32_t size, from, take, pick, flags, comparator;
  const auspex_set *codes;
  /* OBSERVATION: `codes` are those of components of, or of members (hasMember)
   * of, an Observation with one of these. FAMILY_HISTORY: relationships. */
  const auspex_set *within;
  const auspex_filter *filters; uint32_t filter_count, filter_stride;
  const auspex_map *map;
  const char *unit;  /* UCUM, wanted; NULL: a number without unit. A quantity
                        that has none, an unknown or unfit one: UNIT_ERROR */
  /* valid_*: of a number in `unit`, before the map; outside: IMPLAUSIBLE, no
   * other is tried; NaN: no bound; both 0: none. molar_mass: g/mol, for mass
   * <-> substance; 0: no such step. */
  double molar_mass, valid_min, valid_max, comparator_limit;
  int32_t window_from_days, window_to_days; /* with OWN_WINDOW */
  const char *instrument; /* QUESTIONNAIRE*: part of the canonical, any case;
                             several are separated by '|' */
  const char *items; /* or NULL. Endings of linkId for first_item, the next
                        ..., separated by '|' ("MO|SC|UA|PD|AD"); in a response
                        where no linkId has one, or with NULL, the linkId's
                        trailing number says which item it is */
  uint32_t first_item, last_item;
  const char *path; /* PATIENT_EXTENSION, SITE */
} auspex_source;

/* ---- inputs --------------------------------------------------------------- */

/* What a missing or unfit input means
 *   REFUSE   the row is not sent; data-required names it
 *   PASS     the cell's state says why
 *   DEFAULT  `fallback` is put in, state IMPUTED */
enum { AUSPEX_MISSING_REFUSE = 1, AUSPEX_MISSING_PASS, AUSPEX_MISSING_DEFAULT };

/* What a window is relative to
 *   ANCHOR  the model's event, see auspex_anchor
 *   INPUT   the newest time of the inputs `relative_inputs`; when they have
 *           none the input is ABSENT */
enum { AUSPEX_AT_AS_OF = 0, AUSPEX_AT_ANCHOR = 1, AUSPEX_AT_INPUT = 2 };

/* How an input is tied to input number `tied_to` before it
 *   RESOURCE  same resource (panel), or members of it; when that one stands
 *             alone: the same day
 *   DAY       same UTC day */
enum { AUSPEX_TIED_NOT = 0, AUSPEX_TIED_RESOURCE, AUSPEX_TIED_DAY };

#define AUSPEX_UNLIMITED INT32_MIN /* as window_from_days */

enum { AUSPEX_WANTS_RANGE = 1 }; /* flag of an input: low and high */

/* The first source that has a value in the window, fit or not, decides; a
 * value that is withheld (dataAbsentReason) leaves it to the next. */
typedef struct auspex_input {
  uint32_t size, missing;
  const char *name, *title; /* stable key, [a-z0-9_]+; for people */
  const auspex_source *sources; uint32_t source_count, source_stride;
  uint32_t flags, relative_to; /* AUSPEX_WANTS_RANGE; AUSPEX_AT_* */
  uint64_t relative_inputs;    /* AT_INPUT: bit i = input i, before this one */
  /* Both ends inside; never after as-of. pick_days: NEAREST. */
  int32_t window_from_days, window_to_days, pick_days;
  /* Greatest age at as-of for automatic scoring, of the value, or of the event
   * when the window is relative to the anchor; 0: none. A REFUSE input that is
   * older is not scored. A PASS input that is older does not count, and when
   * none of a row's inputs with a freshness is fresh the row is not scored. */
  uint32_t freshness_days;
  /* The last two: drift reference; NaN or sd 0: not given. */
  double fallback, train_mean, train_sd;
  uint32_t tied, tied_to;      /* AUSPEX_TIED_* */
} auspex_input;

/* ---- population, anchor ---------------------------------------------------
 */

/* A patient is in the population when every criterion holds; of those with the
 * same `group` other than 0 one is enough. NEEDS* need positive evidence:
 * absence of a Condition is unknown, not "no". The site's enrolment of the
 * patient for the model (a Flag, see plugins/README.md) replaces NEEDS and
 * NEEDS_INPUT*, never the others. A criterion that does not hold makes the row
 * not applicable; one that cannot be decided (no anchor date, a partial birth
 * date) makes the host ask for what is missing.
 *   NEEDS               a source gives a value other than 0
 *   NEEDS_ANCHOR        the event has a date to the day; else the host asks
 *                       for it
 *   NEEDS_INPUT         input number `input` has a value, fit or not
 *   NEEDS_INPUT_IN      it has a fit value in min..max
 *   NEEDS_AGE           min..max completed years at the anchor
 *   NEEDS_SEX           min: 0 male, 1 female
 *   NEEDS_ENROLMENT     the site has enrolled the patient
 *   EXCLUDES            no source gives a value other than 0
 *   EXCLUDES_INPUT_IN   the input has no fit value in min..max
 *   EXCLUDES_OLD_ANCHOR the event is at most max days before as-of */
enum { AUSPEX_NEEDS = 1, AUSPEX_NEEDS_ANCHOR, AUSPEX_NEEDS_INPUT,
       AUSPEX_NEEDS_INPUT_IN, AUSPEX_NEEDS_AGE, AUSPEX_NEEDS_SEX,
       AUSPEX_NEEDS_ENROLMENT, AUSPEX_EXCLUDES, AUSPEX_EXCLUDES_INPUT_IN,
       AUSPEX_EXCLUDES_OLD_ANCHOR };
typedef struct auspex_criterion {
  uint32_t size, kind, input, group;
  const auspex_source *sources; /* NEEDS, EXCLUDES */
  uint32_t source_count, source_stride;
  uint32_t max_age_days, reserved; /* of sources, before as-of; 0: any time */
  double min, max;                 /* both inside; NaN: no bound */
  const char *reason; /* shown when it fails: "has pancreatic cancer" */
} auspex_criterion;

/* The event a model is anchored at, known to the day: the time of the first
 * source that has one (onset, effective, performed, authored; pick LATEST or
 * EARLIEST), by a CONDITION, OBSERVATION, ADMINISTRATION, PROCEDURE or
 * QUESTIONNAIRE. */
typedef struct auspex_anchor {
  uint32_t size, reserved;
  const char *name, *title; /* "diabetes-onset"; for people */
  const auspex_source *sources; uint32_t source_count, source_stride;
  uint32_t future_days;    /* may lie that far after as-of */
  uint32_t freshness_days; /* automatic scoring: at most so long ago; 0: no
                              limit */
} auspex_anchor;

/* ---- outcomes, factors, models --------------------------------------------
 */

enum { AUSPEX_PREDICTION = 1, AUSPEX_MEASUREMENT = 2 };

/* One thing a model says; several horizons are several outcomes. */
typedef struct auspex_outcome {
  uint32_t size, kind;
  const char *name, *title; /* key; for people */
  const auspex_code *codes; /* RiskAssessment.prediction.outcome, or
                               Observation.code */
  uint32_t code_count, code_stride;
  uint32_t horizon_months, horizon_from; /* 0: see days; from AUSPEX_AT_* */
  const char *comparator; /* of a relative risk: "new-onset diabetes, age >=
                             50" */
  const char *unit;       /* of the score, UCUM; NULL: none. A MEASUREMENT needs
                             it */
  const char *category;   /* MEASUREMENT: observation-category code, "survey" */
  uint32_t horizon_days;  /* instead of months; 0: none */
  uint32_t horizon_now;   /* 1: holds at as-of (or anchor), begins and ends
                             there */
} auspex_outcome;

/* Basis of a contribution's amount */
enum { AUSPEX_POINTS = 1, AUSPEX_LOG_ODDS, AUSPEX_LOG_HAZARD,
       AUSPEX_PROBABILITY };
typedef struct auspex_factor { /* what a contribution speaks of */
  uint32_t size, basis;
  const char *name, *title;
  uint32_t inputs[8], input_count; /* numbers of the inputs it rests on */
} auspex_factor;

typedef struct auspex_mitigation {
  uint32_t size, reserved;
  const char *name, *text; /* a consideration, never an order */
} auspex_mitigation;

/* Capabilities of a model
 *   ADDITIVE  contributions add up to score or log-odds or log-hazard, but
 *             for a constant
 *   DATED     the anchor only dates outcomes (horizon_from AT_ANCHOR); age,
 *             windows and freshness go by as-of. Where it is not known, the
 *             outcome has no period. */
enum { AUSPEX_MODEL_ADDITIVE = 1, AUSPEX_MODEL_USES_SEED = 2,
       AUSPEX_MODEL_DATED = 4 };
typedef struct auspex_model {
  uint32_t size, flags;
  const char *id;      /* reverse DNS, never reused */
  const char *name;    /* short: "endpac" */
  const char *version; /* SemVer of code and coefficients */
  const char *title, *publisher, *population, *source, *limits; /* sentences */
  const char *licence;                      /* of the model; or NULL */
  const auspex_anchor *anchor;              /* NULL: as-of itself */
  const auspex_criterion *criteria; uint32_t criterion_count, criterion_stride;
  const auspex_input *inputs; uint32_t input_count, input_stride;
  const auspex_outcome *outcomes; uint32_t outcome_count, outcome_stride;
  const auspex_factor *factors; uint32_t factor_count, factor_stride;
  const auspex_mitigation *mitigations;
  uint32_t mitigation_count, mitigation_stride;
  uint32_t max_batch, max_results_per_row;
  uint32_t max_contributions_per_row, max_text_per_row;
} auspex_model;

/* ---- rows in ---------------------------------------------------------------
 */

/*   IMPUTED      the declared fallback
 *   STALE        there is one, but outside the window
 *   IMPLAUSIBLE  outside valid_min..valid_max
 *   UNIT_ERROR   unit missing, unknown or not convertible
 *   COMPARATOR   "<5" where a number is needed
 *   CONFLICT     two different values at the same time
 *   IMPRECISE    a partial date leaves the window open
 *   WITHHELD     dataAbsentReason
 *   UNMAPPED     the map does not know or refuses the value */
enum { AUSPEX_CELL_ABSENT = 0, AUSPEX_CELL_PRESENT, AUSPEX_CELL_IMPUTED,
       AUSPEX_CELL_STALE, AUSPEX_CELL_IMPLAUSIBLE, AUSPEX_CELL_UNIT_ERROR,
       AUSPEX_CELL_COMPARATOR, AUSPEX_CELL_CONFLICT, AUSPEX_CELL_IMPRECISE,
       AUSPEX_CELL_WITHHELD, AUSPEX_CELL_UNMAPPED };

typedef struct auspex_slice { uint32_t first, count; } auspex_slice;

/* Cells of QUESTIONNAIRE carry the time of the response and cells of
 * OBSERVATION_SET the newest time of the day, also those that are ABSENT; 0
 * there means that there is no response or set at all.
 *
 * Columns: input 0's, then input 1's, ...; an input has one column, or one for
 * each item (QUESTIONNAIRE) or code (OBSERVATION_SET). Cell of row r, column
 * c: [r * column_count + c]. Read-only. */
typedef struct auspex_batch {
  uint32_t size, row_count, column_count, sample_count;
  const int64_t *as_of_ms, *anchor_ms; /* [row_count] */
  const uint64_t *seed;       /* [row_count], from the row's content */
  const double *value;        /* NaN unless PRESENT or IMPUTED */
  const uint8_t *state;       /* AUSPEX_CELL_* */
  const int64_t *time_ms;     /* effective time of the cell; 0: none */
  const double *low, *high;   /* WANTS_RANGE: reference range of the sample, in
                                 the wanted unit; NaN: none */
  const auspex_slice *series; /* SERIES columns: their samples */
  const double *sample_value, *sample_low, *sample_high; /* [sample_count] */
  const int64_t *sample_ms;   /* [sample_count] */
  const uint8_t *source; /* which source of the input the cell is from, also of
                            one that is unfit, where that is known */
} auspex_batch;

/* ---- results out: host buffers, the plug-in sets the counts --------------- */

/* Of a row
 *   MISSING_INPUT  missing or unfit: `input` says which, the text why; the
 *                  host asks for it */
enum { AUSPEX_ROW_SCORED = 0, AUSPEX_ROW_NOT_APPLICABLE,
       AUSPEX_ROW_MISSING_INPUT, AUSPEX_ROW_OUT_OF_DOMAIN, AUSPEX_ROW_FAILED };
/* Http://terminology.hl7.org/CodeSystem/risk-probability */
enum { AUSPEX_LEVEL_NONE = 0, AUSPEX_LEVEL_NEGLIGIBLE, AUSPEX_LEVEL_LOW,
       AUSPEX_LEVEL_MODERATE, AUSPEX_LEVEL_HIGH, AUSPEX_LEVEL_CERTAIN };

typedef struct auspex_result {
  uint32_t row, outcome;       /* outcome: index into the declared ones */
  uint32_t status;             /* AUSPEX_ROW_* */
  uint32_t level;              /* AUSPEX_LEVEL_* */
  double probability;          /* 0..1; NaN: none */
  double low, high;            /* its interval; NaN: none */
  double relative_risk, score; /* NaN: none. MEASUREMENT: score is the value */
  uint32_t contribution_first, contribution_count;
  uint32_t text_first, text_count; /* rationale, UTF-8, in text[] */
  int32_t mitigation;              /* index or -1 */
  int32_t input;                   /* index or -1. MEASUREMENT: its time is the
                                      measurement's */
  uint64_t inputs; /* bit i: rests on input i (below 64); 0: on all */
} auspex_result;

typedef struct auspex_contribution {
  uint32_t factor, reserved;
  double amount;
} auspex_contribution;

typedef struct auspex_output {
  uint32_t size, result_stride, contribution_stride, reserved;
  auspex_result *results;
  uint32_t result_capacity, result_count;
  auspex_contribution *contributions;
  uint32_t contribution_capacity, contribution_count;
  char *text;
  uint32_t text_capacity, text_count;
} auspex_output;

typedef struct auspex_error { /* host's; the plug-in fills */
  uint32_t size;
  int32_t code, row, input; /* -1: not about one */
  char message[240];        /* UTF-8 with NUL */
} auspex_error;

/* ---- host services, configuration ----------------------------------------- */

enum { AUSPEX_LOG_DEBUG, AUSPEX_LOG_INFO, AUSPEX_LOG_WARN, AUSPEX_LOG_ERROR };

/* Valid from auspex_module_open until destroy returns. */
typedef struct auspex_host {
  uint32_t size, abi;
  void *ctx;
  const char *product, *version;
  /* One line for the operator; `message` is copied. [any] */
  void (*log)(void *ctx, int32_t level, const char *message);
  /* Not 0: stop soon and answer AUSPEX_E_CANCELLED. [any, during score] */
  int32_t (*cancelled)(void *ctx);
  /* Adds to the model's counter `name` ([a-z_]+, below 64 bytes, 32 names), for
   * the operator's statistics. [any, during score] */
  void (*counter)(void *ctx, const char *name, double add);
  /* A table of the extension `id`, valid until destroy; or NULL. [any] */
  const void *(*extension)(void *ctx, const char *id);
} auspex_host;

typedef struct auspex_blob { /* a file of the module's data folder */
  const char *name;          /* below that folder: "endpac.table" */
  const void *data;
  uint64_t length;
} auspex_blob;
typedef struct auspex_config {
  uint32_t size, blob_count;
  const auspex_blob *blobs; /* read-only, valid until destroy */
} auspex_config;

/* ---- the module ------------------------------------------------------------
 */

typedef struct auspex_instance auspex_instance; /* the plug-in's own */

typedef struct auspex_module {
  uint32_t size, abi;
  const auspex_model *const *models;
  uint32_t model_count, reserved;
  /* Makes an instance that serves all models; `*out` stays the plug-in's and
   * is given back to destroy. On failure nothing is left behind. [module,
   * after open] */
  int32_t (*create)(const auspex_host *host, const auspex_config *config,
                    auspex_instance **out, auspex_error *err);
  /* Frees the instance; no call with it after that. May be NULL. [instance] */
  void (*destroy)(auspex_instance *instance);
  /* Scores the rows of one batch with model number `model`. Per-row trouble is
   * a result with a status, not a failure; a row without results has nothing
   * to report. All arguments are valid until this returns. Must not block.
   * [instance] */
  int32_t (*score)(auspex_instance *instance, uint32_t model,
                   const auspex_batch *batch, auspex_output *out,
                   auspex_error *err);
  /* A table for the extension `id`, valid until destroy; or NULL. May be NULL
   * itself. [instance] */
  const void *(*extension)(auspex_instance *instance, const char *id);
} auspex_module;

/* The one exported symbol. `out` is the host's, `out->size` its sizeof; what
 * is filled in is static or the caller's. [module, once, before all else] */
typedef int32_t (*auspex_open_fn)(const auspex_host *host, auspex_module *out);
AUSPEX_EXPORT int32_t auspex_module_open(const auspex_host *host,
                                         auspex_module *out);

/* Extension of a module whose models stand in its data files: asked for once,
 * after create; what it answers takes the place of auspex_module.models. Valid
 * until destroy. [instance] */
#define AUSPEX_MODELS "auspex.models/1"
typedef struct auspex_models {
  uint32_t size, count;
  const auspex_model *const *models;
} auspex_models;

/* Used by AUSPEX_MODULE: gives a host of the same major version as much of
 * `full` as it knows. */
static inline int32_t auspex_fill(const auspex_host *host, auspex_module *out,
                                  auspex_module full) {
  if (!host || !out || (host->abi >> 16) != AUSPEX_ABI_MAJOR ||
      out->size < offsetof(auspex_module, extension) + sizeof full.extension)
    return AUSPEX_E_ABI;
  if (out->size < full.size) full.size = out->size;
  if (host->abi < full.abi) full.abi = host->abi;
  memcpy(out, &full, full.size);
  return AUSPEX_OK;
}

/* ELF note "AUSPEX", type 1 = { abi, sizeof model, batch, result }: lets a file
 * be judged without loading it. */
typedef struct auspex_note {
  uint32_t name_size, desc_size, type;
  char name[8];
  uint32_t desc[4];
} auspex_note;

/* Section "auspex_models" of the file: where the declarations stand, so that
 * they can be read without loading it, too. */
typedef struct auspex_declared {
  const auspex_model *const *models;
  uint64_t count;
} auspex_declared;

#define AUSPEX_MODULE(models_, count_, create_, destroy_, score_, extension_) \
  __attribute__((section(".note.auspex"), used, aligned(4))) static const     \
      auspex_note auspex_note_ = {                                            \
        7, 16, 1, { 'A', 'U', 'S', 'P', 'E', 'X', 0, 0 },                     \
        { AUSPEX_ABI, (uint32_t)sizeof(auspex_model),                         \
          (uint32_t)sizeof(auspex_batch), (uint32_t)sizeof(auspex_result) }   \
      };                                                                      \
  __attribute__((section("auspex_models"), used)) static const                \
      auspex_declared auspex_declared_ = { (models_), (count_) };             \
  AUSPEX_EXPORT int32_t auspex_module_open(const auspex_host *host,           \
                                           auspex_module *out) {              \
    auspex_module full = { (uint32_t)sizeof(auspex_module), AUSPEX_ABI,       \
                           (models_), (count_), 0, (create_), (destroy_),     \
                           (score_), (extension_) };                          \
    return auspex_fill(host, out, full);                                      \
  }

#ifdef __cplusplus
}
#endif
#endif
