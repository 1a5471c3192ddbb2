/*
 * auspex_plugin.h - the contract between Auspex and a scoring plug-in.
 * ABI version 0: it may still change; version 1 will be kept. C11 and C++17.
 *
 * A plug-in is a shared object with one exported function (write AUSPEX_MODULE
 * once). It offers one or more models. A model DECLARES what it needs: who it
 * is for, which coded inputs, in which unit, from which window of time. The
 * host finds, converts, checks and windows; the plug-in sees numbers, states
 * and times, never a person.
 *
 * RULES
 *  R1  Every struct starts with `size`, set by its writer to its own sizeof; a
 *      reader touches a field only inside `size` (AUSPEX_HAS). Fields are only
 *      ever appended. Arrays of structs carry their stride.
 *  R2  No memory crosses the border with ownership. What the host passes is
 *      valid for the call (configuration: until destroy). What the plug-in
 *      declares is static const. Results are written into the host's buffers.
 *  R3  Threads: [module] calls are serial in a process. [instance] calls are
 *      serial for an instance. [any] may be called from any thread.
 *  R4  A plug-in must not read clocks, random numbers, environment, files or
 *      sockets, start threads or processes, install signal handlers, change
 *      locale, floating-point environment or working directory, call exit or
 *      abort, or let an exception or longjmp cross the border. The sandbox
 *      enforces what it can; breaking the rest costs the plug-in its process.
 *  R5  Same module bytes, configuration, rows, as-of and seed: same output,
 *      bit for bit, whatever other rows are in the batch. "Now" is a row's
 *      as_of_ms.
 *  R6  Rows carry no identifiers of a person.
 *
 * Units of time: milliseconds since 1970-01-01T00:00:00Z (`_ms`), days counted
 * on UTC calendar dates (`_days`), calendar months (`_months`). Probabilities
 * are 0..1; the host turns them into FHIR's percent.
 */
#ifndef AUSPEX_PLUGIN_H
#define AUSPEX_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define AUSPEX_ABI_MAJOR 0u
#define AUSPEX_ABI_MINOR 1u
#define AUSPEX_ABI ((AUSPEX_ABI_MAJOR << 16) | AUSPEX_ABI_MINOR)
#define AUSPEX_EXPORT __attribute__((visibility("default")))
#define AUSPEX_HAS(p, type, field) \
  ((p)->size >= offsetof(type, field) + sizeof(((type *)0)->field))

/* ---- results of calls: negative = the whole call failed -------------------
 */
enum {
  AUSPEX_OK = 0,
  AUSPEX_E_ABI = -1,
  AUSPEX_E_CONFIG = -2,
  AUSPEX_E_MODEL = -3,
  AUSPEX_E_INPUT = -4,
  AUSPEX_E_SPACE = -5, /* the host's buffers are too small */
  AUSPEX_E_CANCELLED = -6,
  AUSPEX_E_NOMEM = -7,
  AUSPEX_E_INTERNAL = -8
};

/* ---- declared data: everything static const --------------------------------
 */

enum { AUSPEX_MATCH_EXACT, AUSPEX_MATCH_PREFIX, AUSPEX_MATCH_RANGE };

/* What the gateway made itself (results of models) is read only where a code's
 * system begins with "https://auspex-gateway.org/". The three ICD-10 systems
 * (icd-10, icd-10-cm, bfarm icd-10-gm) count as one. */
typedef struct auspex_code {
  const char *system; /* URI, e.g. "http://loinc.org" */
  const char *code;
  const char *display; /* or NULL */
  uint32_t match;      /* AUSPEX_MATCH_*; PREFIX and RANGE for ICD-10, ATC */
  uint32_t rank;       /* codes of a lower rank compete first: only when none
                          of them has a value in the window does the next rank
                          count (fasting glucose before any glucose) */
} auspex_code;

/* Where an input comes from. */
enum {
  AUSPEX_FROM_OBSERVATION = 1, /* value, one column */
  AUSPEX_FROM_OBSERVATION_SET, /* one column for each code, all of the newest
                                  day that has any of them */
  AUSPEX_FROM_CONDITION,       /* EVER: 1 when there is one */
  AUSPEX_FROM_QUESTIONNAIRE,   /* items first_item..last_item of one response
                                  to `instrument`, one column each */
  AUSPEX_FROM_AGE,             /* completed years at the anchor */
  AUSPEX_FROM_SEX              /* 0 male, 1 female */
};

/* Which of several values. */
enum {
  AUSPEX_PICK_LATEST = 1,
  AUSPEX_PICK_EARLIEST,
  AUSPEX_PICK_MIN,
  AUSPEX_PICK_MAX,
  AUSPEX_PICK_MEAN,
  AUSPEX_PICK_COUNT,
  AUSPEX_PICK_NEAREST, /* to anchor + pick_days; ties: the earlier */
  AUSPEX_PICK_SERIES,  /* all, oldest first, as samples */
  AUSPEX_PICK_EVER     /* 1 with positive evidence, 0 only with explicit
                          refutation, else absent */
};

/* What a missing or unfit input means. */
enum {
  AUSPEX_MISSING_REFUSE = 1, /* the row is not sent; data-required names it */
  AUSPEX_MISSING_PASS,       /* the cell's state says why */
  AUSPEX_MISSING_DEFAULT     /* `fallback` is put in, state IMPUTED */
};

/* What a window is relative to. */
enum {
  AUSPEX_AT_AS_OF = 0,
  AUSPEX_AT_ANCHOR = 1, /* the model's event, see auspex_anchor */
  AUSPEX_AT_INPUT = 2   /* the newest time of the inputs `relative_inputs`;
                           when they have none the input is ABSENT */
};

#define AUSPEX_UNLIMITED INT32_MIN /* as window_from_days */

typedef struct auspex_input {
  uint32_t size, source, pick, missing;
  const char *name;  /* stable key, [a-z0-9_]+ */
  const char *title; /* for people: "Glucose at onset" */
  const auspex_code *codes;
  uint32_t code_count, code_stride;
  const char *instrument; /* QUESTIONNAIRE: part of the canonical, any case;
                             several are separated by '|' */
  uint32_t first_item, last_item;
  const char *unit;         /* UCUM, wanted; NULL: a number without unit */
  double molar_mass;        /* g/mol, for mass <-> substance; 0: no such step */
  uint32_t relative_to;     /* AUSPEX_AT_* */
  uint32_t relative_inputs; /* AT_INPUT: bit i = input i, i below this one's
                               number; the newest of their times counts */
  int32_t window_from_days, window_to_days; /* both ends inside; never after
                                               as-of */
  int32_t pick_days;                        /* NEAREST */
  /* Greatest age at as-of for automatic scoring, of the value, or of the event
   * when the window is relative to the anchor; 0: none. A REFUSE input that is
   * older is not scored. A PASS input that is older does not count, and when
   * none of a row's inputs with a freshness is fresh the row is not scored. */
  uint32_t freshness_days;
  double valid_min, valid_max; /* after conversion; outside: IMPLAUSIBLE and
                                  no other value is tried; NaN: no bound */
  double fallback;
  double train_mean, train_sd; /* drift reference; NaN: not given */
  uint32_t wants_reference_range, reserved;
} auspex_input;

/* A patient is in the population when every criterion holds; of those with the
 * same `group` other than 0 one is enough. Positive ones need positive
 * evidence: absence of a Condition is unknown, not "no". A criterion that does
 * not hold makes the row not applicable; one that cannot be decided (no anchor
 * date, a partial birth date) makes the host ask for what is missing. */
enum {
  AUSPEX_NEEDS_CONDITION = 1, /* any of codes: active and confirmed */
  AUSPEX_NEEDS_ANCHOR,        /* the event has a date to the day; else the host
                                 asks for it */
  AUSPEX_NEEDS_INPUT,         /* input number `input` has a value, fit or not */
  AUSPEX_NEEDS_AGE,           /* min..max completed years at the anchor */
  AUSPEX_NEEDS_SEX,           /* min: 0 male, 1 female */
  AUSPEX_EXCLUDES_CONDITION,  /* none of codes with positive evidence, ever */
  AUSPEX_EXCLUDES_OLD_ANCHOR  /* the event is at most max days before as-of */
};
typedef struct auspex_criterion {
  uint32_t size, kind;
  const auspex_code *codes;
  uint32_t code_count, code_stride;
  uint32_t input, group;
  double min, max;    /* both inside; NaN: no bound */
  const char *reason; /* shown when it fails: "has pancreatic cancer" */
} auspex_criterion;

/* The event a model is anchored at; kind 0: as-of itself. */
enum { AUSPEX_ANCHOR_AS_OF = 0, AUSPEX_ANCHOR_FIRST_ONSET = 1 };
typedef struct auspex_anchor {
  uint32_t size, kind;
  const char *name;         /* "diabetes-onset" */
  const auspex_code *codes; /* Conditions; day precision is needed */
  uint32_t code_count, code_stride;
} auspex_anchor;

enum { AUSPEX_PREDICTION = 1, AUSPEX_MEASUREMENT = 2 };
typedef struct auspex_outcome {
  uint32_t size, kind;
  const char *name, *title; /* key; for people */
  const auspex_code *codes; /* RiskAssessment.prediction.outcome, or
                               Observation.code */
  uint32_t code_count, code_stride;
  uint32_t horizon_months, horizon_from; /* 0: none; from AUSPEX_AT_* */
  const char
      *comparator;  /* of a relative risk: "new-onset diabetes, age >= 50" */
  const char *unit; /* of the score, UCUM; NULL: none. A MEASUREMENT needs it */
  const char *category; /* MEASUREMENT: observation-category code, "survey" */
} auspex_outcome;

/* What a contribution speaks of; basis of its amount. */
enum {
  AUSPEX_POINTS = 1,
  AUSPEX_LOG_ODDS,
  AUSPEX_LOG_HAZARD,
  AUSPEX_PROBABILITY
};
typedef struct auspex_factor {
  uint32_t size, basis;
  const char *name, *title;
  uint32_t inputs[4], input_count; /* numbers of the inputs it rests on */
} auspex_factor;

typedef struct auspex_mitigation {
  uint32_t size, reserved;
  const char *name, *text; /* a consideration, never an order */
} auspex_mitigation;

typedef struct auspex_model {
  uint32_t size, reserved;
  const char *id;      /* reverse DNS, never reused */
  const char *name;    /* short: "endpac" */
  const char *version; /* SemVer of code and coefficients */
  const char *title, *publisher;
  const char *population, *source, *limits; /* sentences for rationale, card */
  const char *licence;                      /* of the model; or NULL */
  auspex_anchor anchor;
  const auspex_criterion *criteria;
  uint32_t criterion_count, criterion_stride;
  const auspex_input *inputs; /* at most 32 */
  uint32_t input_count, input_stride;
  const auspex_outcome *outcomes;
  uint32_t outcome_count, outcome_stride;
  const auspex_factor *factors;
  uint32_t factor_count, factor_stride;
  const auspex_mitigation *mitigations;
  uint32_t mitigation_count, mitigation_stride;
  uint32_t max_batch, max_results_per_row, max_contributions_per_row,
      max_text_per_row;
} auspex_model;

/* ---- rows in ----------------------------------------------------------------
 */

enum {
  AUSPEX_CELL_ABSENT = 0,
  AUSPEX_CELL_PRESENT,
  AUSPEX_CELL_IMPUTED,     /* the declared fallback */
  AUSPEX_CELL_STALE,       /* there is one, but outside the window */
  AUSPEX_CELL_IMPLAUSIBLE, /* outside valid_min..valid_max */
  AUSPEX_CELL_UNIT_ERROR,  /* unit missing, unknown or not convertible */
  AUSPEX_CELL_COMPARATOR,  /* "<5" where a number is needed */
  AUSPEX_CELL_CONFLICT,    /* two different values at the same time */
  AUSPEX_CELL_IMPRECISE,   /* a partial date leaves the window open */
  AUSPEX_CELL_WITHHELD     /* dataAbsentReason */
};

typedef struct auspex_slice {
  uint32_t first, count;
} auspex_slice;

/* Cells of QUESTIONNAIRE carry the time of the response and cells of
 * OBSERVATION_SET the newest time of the day, also those that are ABSENT; 0
 * there means that there is no response or set at all.
 *
 * Columns: input 0's, then input 1's, ...; an input has one column, or one for
 * each item (QUESTIONNAIRE) or code (OBSERVATION_SET). Cell of row r, column
 * c: [r * column_count + c]. Read-only. */
typedef struct auspex_batch {
  uint32_t size, row_count, column_count, sample_count;
  const int64_t *as_of_ms;    /* [row_count] */
  const uint64_t *seed;       /* [row_count], from the row's content */
  const double *value;        /* NaN unless PRESENT or IMPUTED */
  const uint8_t *state;       /* AUSPEX_CELL_* */
  const int64_t *time_ms;     /* effective time of the cell; 0: none */
  const double *low, *high;   /* reference range, NaN: none */
  const int64_t *anchor_ms;   /* [row_count] */
  const auspex_slice *series; /* SERIES columns: their samples */
  const double *sample_value; /* [sample_count] */
  const int64_t *sample_ms;   /* [sample_count] */
} auspex_batch;

/* ---- results out: host buffers, the plug-in sets the counts
 * ------------------ */

enum { /* of a row */
       AUSPEX_ROW_SCORED = 0,
       AUSPEX_ROW_NOT_APPLICABLE,
       AUSPEX_ROW_MISSING_INPUT, /* missing or unfit: `input` says which, the
                                    text why; the host asks for it */
       AUSPEX_ROW_OUT_OF_DOMAIN,
       AUSPEX_ROW_FAILED
};
enum { /* http://terminology.hl7.org/CodeSystem/risk-probability */
       AUSPEX_LEVEL_NONE = 0,
       AUSPEX_LEVEL_NEGLIGIBLE,
       AUSPEX_LEVEL_LOW,
       AUSPEX_LEVEL_MODERATE,
       AUSPEX_LEVEL_HIGH,
       AUSPEX_LEVEL_CERTAIN
};

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
  uint32_t inputs;                 /* bit i: rests on input i; 0: on all */
  uint32_t reserved;
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

/* ---- host services, configuration
 * -------------------------------------------- */

enum { AUSPEX_LOG_DEBUG, AUSPEX_LOG_INFO, AUSPEX_LOG_WARN, AUSPEX_LOG_ERROR };

typedef struct auspex_host {
  uint32_t size, abi;
  void *ctx;
  const char *product, *version;
  void (*log)(void *ctx, int32_t level, const char *message); /* [any] */
  int32_t (*cancelled)(void *ctx);                            /* [any] */
  void (*counter)(void *ctx, const char *name, double add);   /* [any] */
  const void *(*extension)(void *ctx, const char *id);        /* [any] */
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

/* ---- the module
 * ------------------------------------------------------------------ */

typedef struct auspex_instance auspex_instance; /* the plug-in's own */

typedef struct auspex_module {
  uint32_t size, abi;
  const auspex_model *const *models;
  uint32_t model_count, reserved;
  /* Makes an instance that serves all models. [module] */
  int32_t (*create)(const auspex_host *host, const auspex_config *config,
                    auspex_instance **out, auspex_error *err);
  /* [instance; no call after it] */
  void (*destroy)(auspex_instance *instance);
  /* Scores the rows of one batch with model number `model`. Per-row trouble is
   * a result with a status, not a failure; a row without results has nothing
   * to report. Must not block. [instance] */
  int32_t (*score)(auspex_instance *instance, uint32_t model,
                   const auspex_batch *batch, auspex_output *out,
                   auspex_error *err);
  /* A table for the extension `id`, or NULL. May be NULL itself. [instance] */
  const void *(*extension)(auspex_instance *instance, const char *id);
} auspex_module;

/* The one exported symbol. `out->size` is the host's sizeof. */
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
  __attribute__((section(".note.auspex"), used,                               \
                 aligned(4))) static const auspex_note auspex_note_ = {       \
    7,                                                                        \
    16,                                                                       \
    1,                                                                        \
    { 'A', 'U', 'S', 'P', 'E', 'X', 0, 0 },                                   \
    { AUSPEX_ABI, (uint32_t)sizeof(auspex_model),                             \
      (uint32_t)sizeof(auspex_batch), (uint32_t)sizeof(auspex_result) }       \
  };                                                                          \
  __attribute__((section("auspex_models"),                                    \
                 used)) static const auspex_declared auspex_declared_ = {     \
    (models_), (count_)                                                       \
  };                                                                          \
  AUSPEX_EXPORT int32_t auspex_module_open(const auspex_host *host,           \
                                           auspex_module *out) {              \
    if (!host || !out || (host->abi >> 16) != AUSPEX_ABI_MAJOR ||             \
        out->size < sizeof(auspex_module))                                    \
      return AUSPEX_E_ABI;                                                    \
    out->size = (uint32_t)sizeof(auspex_module);                              \
    out->abi =                                                                \
        (host->abi & 0xffffu) < AUSPEX_ABI_MINOR ? host->abi : AUSPEX_ABI;    \
    out->models = (models_);                                                  \
    out->model_count = (count_);                                              \
    out->reserved = 0;                                                        \
    out->create = (create_);                                                  \
    out->destroy = (destroy_);                                                \
    out->score = (score_);                                                    \
    out->extension = (extension_);                                            \
    return AUSPEX_OK;                                                         \
  }

#ifdef __cplusplus
}
#endif
#endif
