/*
 * qlq.h - EORTC QLQ-C30 version 3: scale and summary scores as measurements,
 * clinical importance and deterioration as predictions.
 *
 * qlq_model.c declares it, qlq_table.c reads data/qlq-c30.table, qlq_assess.c
 * turns the cells of a row into scores, qlq.c writes the results. Nothing of
 * the questionnaire's wording is in here.
 */
#ifndef QLQ_H
#define QLQ_H

#include "auspex_write.h"

/* code, code in small letters, what the scale is about */
#define QLQ_SCALES(X)                   \
  X(PF, "pf", "physical functioning")   \
  X(RF, "rf", "role functioning")       \
  X(EF, "ef", "emotional functioning")  \
  X(CF, "cf", "cognitive functioning")  \
  X(SF, "sf", "social functioning")     \
  X(FA, "fa", "fatigue")                \
  X(NV, "nv", "nausea and vomiting")    \
  X(PA, "pa", "pain")                   \
  X(DY, "dy", "dyspnoea")               \
  X(SL, "sl", "insomnia")               \
  X(AP, "ap", "appetite loss")          \
  X(CO, "co", "constipation")           \
  X(DI, "di", "diarrhoea")              \
  X(FI, "fi", "financial difficulties") \
  X(QL, "ql", "global health status")

enum {
#define X(code, small, title) QLQ_##code,
  QLQ_SCALES(X)
#undef X
      QLQ_SCALE_COUNT
};

enum { /* inputs */
       QLQ_ITEMS,
       QLQ_SCORES,
       QLQ_PREVIOUS_ITEMS,
       QLQ_PREVIOUS_SCORES,
       QLQ_INPUTS
};
enum { QLQ_ITEM_COUNT = 30 };
enum { /* where an input's columns begin */
       QLQ_AT_ITEMS = 0,
       QLQ_AT_SCORES = QLQ_ITEM_COUNT,
       QLQ_AT_PREVIOUS_ITEMS = QLQ_AT_SCORES + QLQ_SCALE_COUNT,
       QLQ_AT_PREVIOUS_SCORES = QLQ_AT_PREVIOUS_ITEMS + QLQ_ITEM_COUNT,
       QLQ_COLUMNS = QLQ_AT_PREVIOUS_SCORES + QLQ_SCALE_COUNT
};

enum { /* outcomes: the scales, then */
       QLQ_OUTCOME_SUMMARY = QLQ_SCALE_COUNT,
       QLQ_OUTCOME_FATIGUE, /* clinically important ... */
       QLQ_OUTCOME_COGNITION,
       QLQ_OUTCOME_INSOMNIA,
       QLQ_OUTCOME_WORSE, /* of scale i: this + i */
       QLQ_OUTCOMES = QLQ_OUTCOME_WORSE + QLQ_SCALE_COUNT
};
enum { QLQ_FACTOR_SCORE, QLQ_FACTOR_CHANGE };

typedef enum { QLQ_FUNCTIONAL = 1, QLQ_SYMPTOM, QLQ_GLOBAL } qlq_kind;
typedef enum { QLQ_BELOW = 1, QLQ_UPTO, QLQ_ATLEAST, QLQ_ABOVE } qlq_relation;

enum { QLQ_SCALE_ITEMS = 5, QLQ_CHANGES = 6, QLQ_WORD = 16 };

typedef struct {
  qlq_relation relation; /* 0: none */
  double bound;
} qlq_limit;

typedef struct {
  qlq_kind kind; /* 0: not in the table yet */
  uint32_t items[QLQ_SCALE_ITEMS], item_count;
  qlq_limit important;
  int in_summary;
} qlq_scale;

typedef struct {
  qlq_limit size;
  char word[QLQ_WORD];
} qlq_change;

typedef struct {
  qlq_scale scales[QLQ_SCALE_COUNT];
  qlq_change changes[QLQ_CHANGES];
  uint32_t change_count;
  qlq_limit worse_moderate, worse_high;
} qlq_table;

extern const auspex_model qlq_model;
extern const char *const qlq_model_codes[QLQ_SCALE_COUNT];  /* "PF" */
extern const char *const qlq_model_titles[QLQ_SCALE_COUNT]; /* for people */

/* Reads the table; anything missing, doubled or unknown is E_CONFIG with the
 * line in `err`. */
int32_t qlq_table_read(const void *data, size_t length, void *into,
                       auspex_error *err);
int qlq_table_within(qlq_limit limit, double x);
const char *qlq_table_word(const qlq_table *table, double size);

enum { QLQ_UNFIT = 31 };

/* One assessment: a response, or ready scores of one day. */
typedef struct {
  int there;           /* is there one at all? */
  uint32_t unfit_item; /* 1..30: the response is refused for it; 0: fit;
                          QLQ_UNFIT: the host refuses it as a whole */
  uint32_t input;      /* which input it came from */
  int64_t time_ms;
  double scores[QLQ_SCALE_COUNT]; /* NaN: too few answers */
  double summary;                 /* NaN: a scale is missing */
} qlq_assessment;

/* The assessment of a row of `batch`: the answers at column `items_at`, or the
 * scores at `scores_at` when their day is newer. `first_input` is the number
 * of the answers' input; the scores' is the next. */
qlq_assessment qlq_assess(const qlq_table *table, const auspex_batch *batch,
                          uint32_t row, uint32_t items_at, uint32_t scores_at,
                          uint32_t first_input);

/* Difference without binary noise: 73.333... - 63.333... is 10. */
double qlq_assess_difference(double a, double b);

/* Writes the results of one row of QLQ_COLUMNS columns. */
void qlq_score(auspex_writer *w, const void *table, const auspex_batch *batch,
               uint32_t row);

#endif
