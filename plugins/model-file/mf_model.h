/*
 * mf_model.h - one model of this module: its declaration, how it computes, what
 * it says about the number.
 */
#ifndef MF_MODEL_H
#define MF_MODEL_H

#include "auspex_write.h"
#include "mf.h"

/* --- terms (mf_terms.c): what points, linear predictors are added up from ---
 */

typedef struct {
  uint32_t op; /* a row of mf_terms.c */
  double value;
} mf_op;

typedef struct { /* an input after its transforms */
  uint32_t input, op_count;
  const mf_op *ops;
} mf_operand;

typedef struct { /* one step; the first that fits counts */
  uint32_t fits; /* MF_STEP_* */
  double bound, value;
} mf_step;
enum { MF_STEP_IS, MF_STEP_BELOW, MF_STEP_UP_TO, MF_STEP_ELSE };

typedef struct { /* coefficient * (x^power [* ln x] - subtract); power 0: ln x
                  */
  double power, subtract, coefficient;
  int times_log;
} mf_power;

typedef enum { MF_LINEAR, MF_SPLINE, MF_POWERS, MF_LEVELS } mf_basis;

enum { MF_OPERANDS = 8, MF_KNOTS = 12, MF_TERMS = 200 };

typedef struct {
  const char *name, *title;
  mf_operand operands[MF_OPERANDS]; /* multiplied */
  uint32_t operand_count;
  mf_basis basis;
  double coefficient;                 /* LINEAR */
  const double *knots, *coefficients; /* SPLINE: knot_count - 1 of these */
  uint32_t knot_count;
  int raw_spline; /* not divided by the square of the range of the knots */
  const mf_power *powers;
  uint32_t power_count;
  const mf_step *steps;
  uint32_t step_count;
  int has_absent; /* what a missing operand amounts to, where the authors say */
  double absent;
} mf_term;

int32_t mf_terms_read(mf_reader *r, const auspex_model *model, uint32_t object,
                      mf_term **out, uint32_t *count);

/* The step that takes x, or NULL. */
const mf_step *mf_terms_step(const mf_step *steps, uint32_t count, double x);
int32_t mf_terms_steps(mf_reader *r, uint32_t array, const char *where,
                       const mf_step **out, uint32_t *count);

/* The cells of one row. */
typedef struct {
  const double *value;
  const uint8_t *state;
} mf_cells;
int mf_terms_has(const mf_cells *cells, uint32_t input);

enum { MF_FINE, MF_MISSING, MF_DOMAIN };
/* The amount of a term. MISSING: `*input` is not there; DOMAIN: it is not
 * defined for these values. */
int mf_terms_amount(const mf_term *term, const mf_cells *cells, double *out,
                    uint32_t *input);

/* --- the model
 * ---------------------------------------------------------------- */

typedef enum {
  MF_POINTS,
  MF_GLM,
  MF_COX,
  MF_FOREST,
  MF_ENGINE /* computed by an inference engine */
} mf_kind;
typedef enum {
  MF_LINK_IDENTITY,
  MF_LINK_LOG,
  MF_LINK_LOGIT,
  MF_LINK_PROBIT,
  MF_LINK_CLOGLOG
} mf_link;
typedef enum {
  MF_GIVES_SCORE,       /* points, linear predictor, margin */
  MF_GIVES_MEAN,        /* the linear predictor through the inverse link */
  MF_GIVES_PROBABILITY, /* a mean between 0 and 1; 1 - S0^exp(lp) */
  MF_GIVES_RELATIVE     /* exp of the linear predictor, as relative risk */
} mf_gives;

typedef struct { /* what is said about a number */
  mf_step upto;
  uint32_t level;
  double probability, low, high, relative_risk; /* NaN: none */
  int32_t mitigation;
  const char *text;
} mf_band;

typedef struct {
  mf_gives gives;
  uint32_t which;  /* class of a forest */
  double survival; /* Cox: baseline survival at the horizon */
  const mf_band *bands;
  uint32_t band_count;
} mf_outcome;

/* An inference engine with one model in it: features to numbers, a row at a
 * time, so that no row can see its neighbours. */
typedef struct {
  void *self;
  uint32_t feature_count, class_count;
} mf_engine;

typedef struct {
  auspex_model declared;
  mf_kind kind;
  mf_link link;
  double intercept; /* Cox: minus the centre */
  mf_term *terms;
  uint32_t term_count;
  mf_forest forest;
  mf_engine engine;
  const uint32_t *features; /* the input of each */
  mf_outcome *outcomes;
} mf_model;

/* --- declaration (mf_declare.c)
 * ------------------------------------------------ */

/* Everything but outcomes and factors. */
int32_t mf_declare_read(mf_reader *r, auspex_model *out);
int32_t mf_declare_outcome(mf_reader *r, uint32_t at, const char *where,
                           auspex_outcome *out);
/* The number of the input whose name stands at `at`. */
int32_t mf_declare_input(mf_reader *r, const auspex_model *model, uint32_t at,
                         const char *where, uint32_t *out);

/* --- reading and scoring
 * -------------------------------------------------------- */

/* Engines: mf_engine.c knows none, plugins/onnx has one, and one that only looks
 * at the file (ort_look.c). Reads the member
 * "model" of kind "onnx"; the number of features is known already. */
int32_t mf_engine_read(mf_reader *r, const auspex_config *config,
                       uint32_t object, mf_engine *out);
/* 0: it failed. `out` has room for MF_CLASSES numbers and gets class_count. */
int mf_engine_run(const mf_engine *self, const float *features, float *out);
void mf_engine_free(mf_engine *self);

/* Reads a model file; `config` has the files it refers to (mf_model.c). */
int32_t mf_model_read(mf_reader *r, const auspex_config *config, mf_model *out);

/* Reads one file of the data folder (mf_file.c). `*out` is NULL for a file that
 * is no model but lies beside those that name it; its engine is freed by who
 * gets it. */
int mf_file_named(const char *name); /* *.json */
int32_t mf_file_read(mf_memory *memory, const auspex_config *config,
                     const auspex_blob *blob, mf_model **out,
                     auspex_error *err);

/* Outcomes, with what is said about the number (mf_output.c). */
int32_t mf_output_read(mf_reader *r, mf_model *out);

/* Scores one row (mf_score.c). */
void mf_score_row(const mf_model *model, const auspex_batch *batch,
                  uint32_t row, auspex_writer *w);

#endif
