/*
 * auspex_params.h - the coefficients of one model, read strictly from a table
 * (auspex_table.h) into a struct of the model's own:
 *
 *     auspex-table 1
 *     model npi 1.0.0
 *     source "Galea MH et al. Breast Cancer Res Treat 1992;22:207"
 *     population "Operable invasive breast cancer"
 *     licence "A formula from a journal article"
 *     per_cm 0.2
 *     group upto 2.4 excellent low
 *     group else poor high
 *
 * The model lists its rows once (auspex_param). A row of numbers must be there
 * exactly once, with exactly so many numbers. A row of steps stands for values
 * below, or up to and including, its bound that no step before it took; bounds
 * rise and the last is `else`. `model` (name and version, as declared),
 * `population` and `licence` are needed once, `source` once or more. Whatever
 * else there is, is an error with its line.
 *
 * Header only, no allocation. C11 and C++17.
 */
#ifndef AUSPEX_PARAMS_H
#define AUSPEX_PARAMS_H

#include <math.h>

#include "auspex_config.h"
#include "auspex_table.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  AUSPEX_STEPS = 12,
  AUSPEX_STEP_NUMBERS = 4,
  AUSPEX_STEP_WORD = 24,
  AUSPEX_PARAMS = 96 /* rows a model may list */
};

typedef struct auspex_step {
  double bound;  /* the last: infinity */
  int inclusive; /* does a value equal to the bound belong to it? */
  double number[AUSPEX_STEP_NUMBERS];
  char word[AUSPEX_STEP_WORD];
  uint32_t level; /* AUSPEX_LEVEL_* */
} auspex_step;

typedef struct auspex_steps {
  auspex_step items[AUSPEX_STEPS];
  uint32_t count;
} auspex_steps;

enum {
  AUSPEX_PARAM_NUMBERS = 1, /* `at` is double[count] */
  AUSPEX_PARAM_STEPS, /* `at` is auspex_steps; a step has `count` numbers */
  AUSPEX_PARAM_NAMED_STEPS, /* ... and behind them a word */
  AUSPEX_PARAM_LEVEL_STEPS  /* ... and a word and a level */
};

typedef struct auspex_param {
  const char *name;
  uint32_t kind, count;
  size_t at; /* offset in the model's struct */
} auspex_param;

typedef struct auspex_params {
  const char *file, *model, *version;
  const auspex_param *rows;
  uint32_t count;
} auspex_params;

/* The first step that takes `x`; NaN gets the last. */
static inline const auspex_step *auspex_params_step(const auspex_steps *steps,
                                                    double x) {
  uint32_t i = 0;
  while (i + 1 < steps->count &&
         !(steps->items[i].inclusive ? x <= steps->items[i].bound
                                     : x < steps->items[i].bound))
    i++;
  return &steps->items[i];
}

static inline uint32_t auspex_params_level(auspex_field field) {
  static const char *const names[] = { "negligible", "low", "moderate", "high",
                                       "certain" };
  for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (auspex_table_is(field, names[i])) return AUSPEX_LEVEL_NEGLIGIBLE + i;
  return AUSPEX_LEVEL_NONE;
}

/* Reads "NAME below|upto BOUND ..." or "NAME else ..."; `*next` is the field
 * behind it. */
static inline const char *auspex_params_bound(const auspex_table_row *row,
                                              auspex_step *step,
                                              uint32_t *next) {
  *next = 2;
  step->bound = INFINITY;
  step->inclusive = 1;
  if (row->count > 1 && auspex_table_is(row->fields[1], "else")) return NULL;
  *next = 3;
  step->inclusive = row->count > 1 && auspex_table_is(row->fields[1], "upto");
  if (row->count < 3 ||
      (!step->inclusive && !auspex_table_is(row->fields[1], "below")) ||
      !auspex_table_number(row, 2, &step->bound))
    return "a step is 'NAME below|upto BOUND ...' or 'NAME else ...'";
  return NULL;
}

static inline const char *auspex_params_add_step(auspex_steps *steps,
                                                 const auspex_param *param,
                                                 const auspex_table_row *row) {
  auspex_step step;
  uint32_t at = 0, words = param->kind - AUSPEX_PARAM_STEPS;
  memset(&step, 0, sizeof step);
  const char *why = auspex_params_bound(row, &step, &at);
  if (why) return why;
  if (row->count != at + param->count + words)
    return "a step has too few or too many fields";
  for (uint32_t i = 0; i < param->count; i++)
    if (!auspex_table_number(row, at++, &step.number[i]))
      return "a number is not decimal";
  if (words > 0) {
    auspex_field word = row->fields[at++];
    if (word.length == 0 || word.length >= sizeof step.word)
      return "a step's name has 1 to 23 bytes";
    memcpy(step.word, word.text, word.length);
  }
  if (words > 1) step.level = auspex_params_level(row->fields[at]);
  if (words > 1 && step.level == AUSPEX_LEVEL_NONE)
    return "a level is negligible, low, moderate, high or certain";
  if (steps->count == AUSPEX_STEPS) return "too many steps";
  if (steps->count > 0 && steps->items[steps->count - 1].bound >= step.bound)
    return "bounds must rise, and nothing follows 'else'";
  steps->items[steps->count++] = step;
  return NULL;
}

static inline const char *
auspex_params_take_numbers(double *out, const auspex_param *param,
                           const auspex_table_row *row) {
  if (row->count != 1 + param->count)
    return "the row has too few or too many numbers";
  for (uint32_t i = 0; i < param->count; i++)
    if (!auspex_table_number(row, 1 + i, &out[i]))
      return "a number is not decimal";
  return NULL;
}

/* What stands above the coefficients; bits of `seen`. */
enum {
  AUSPEX_PARAMS_MODEL = 1,
  AUSPEX_PARAMS_SOURCE = 2,
  AUSPEX_PARAMS_POPULATION = 4,
  AUSPEX_PARAMS_LICENCE = 8,
  AUSPEX_PARAMS_HEAD = 15
};

/* Takes a row of the head: 1 taken, 0 another row, -1 wrong (`*why`). */
static inline int auspex_params_take_head(const auspex_params *params,
                                          const auspex_table_row *row,
                                          unsigned *seen, const char **why) {
  static const char *const names[] = { "model", "source", "population",
                                       "licence" };
  unsigned i = 0;
  while (i < 4 && !auspex_table_is(row->fields[0], names[i])) i++;
  if (i == 4) return 0;
  unsigned bit = 1u << i;
  *why = "a row of the head is there twice";
  if ((*seen & bit) && bit != AUSPEX_PARAMS_SOURCE) return -1;
  *why = "source, population and licence are one text each";
  if (bit != AUSPEX_PARAMS_MODEL && row->count != 2) return -1;
  *why = "the table is of another model or version";
  if (bit == AUSPEX_PARAMS_MODEL &&
      (row->count != 3 || !auspex_table_is(row->fields[1], params->model) ||
       !auspex_table_is(row->fields[2], params->version)))
    return -1;
  *seen |= bit;
  return 1;
}

static inline const char *auspex_params_take(const auspex_params *params,
                                             const auspex_table_row *row,
                                             unsigned char *seen, void *out) {
  for (uint32_t i = 0; i < params->count; i++) {
    const auspex_param *param = &params->rows[i];
    char *at = (char *)out + param->at;
    if (!auspex_table_is(row->fields[0], param->name)) continue;
    if (param->kind != AUSPEX_PARAM_NUMBERS) {
      seen[i] = 1;
      return auspex_params_add_step((auspex_steps *)(void *)at, param, row);
    }
    if (seen[i]) return "the row is there twice";
    seen[i] = 1;
    return auspex_params_take_numbers((double *)(void *)at, param, row);
  }
  return "unknown row";
}

/* Are all rows there, and do all steps end with 'else'? The name of the first
 * that is not, or NULL. */
static inline const char *auspex_params_lacks(const auspex_params *params,
                                              const unsigned char *seen,
                                              const void *out) {
  for (uint32_t i = 0; i < params->count; i++) {
    const auspex_param *param = &params->rows[i];
    const char *at = (const char *)out + param->at;
    if (!seen[i]) return param->name;
    if (param->kind == AUSPEX_PARAM_NUMBERS) continue;
    const auspex_steps *steps = (const auspex_steps *)(const void *)at;
    if (!isinf(steps->items[steps->count - 1].bound)) return param->name;
  }
  return NULL;
}

/* Reads the table into `out` (`size` bytes, set to zero first): OK, or
 * E_CONFIG with the file and line in `err`. */
static inline int32_t auspex_params_read(const auspex_params *params,
                                         const void *data, size_t length,
                                         void *out, size_t size,
                                         auspex_error *err) {
  auspex_table table;
  auspex_table_row row;
  unsigned char seen[AUSPEX_PARAMS] = { 0 };
  unsigned head = 0;
  int got = AUSPEX_TABLE_END;
  const char *why = NULL;
  memset(out, 0, size);
  if (!auspex_table_begin(&table, data, length))
    why = "the first line must be 'auspex-table 1'";
  while (!why && (got = auspex_table_next(&table, &row)) == AUSPEX_TABLE_ROW) {
    const char *wrong = NULL;
    int taken = auspex_params_take_head(params, &row, &head, &wrong);
    if (taken < 0) why = wrong;
    if (taken == 0) why = auspex_params_take(params, &row, seen, out);
  }
  if (!why && got == AUSPEX_TABLE_BAD) why = "malformed line";
  if (why)
    return auspex_config_refuse(err, AUSPEX_E_CONFIG, "%s line %u: %s",
                                params->file, (unsigned)table.line, why);
  if (head != AUSPEX_PARAMS_HEAD)
    return auspex_config_refuse(
        err, AUSPEX_E_CONFIG,
        "%s: model, source, population and licence must be there",
        params->file);
  why = auspex_params_lacks(params, seen, out);
  if (why)
    return auspex_config_refuse(err, AUSPEX_E_CONFIG,
                                "%s: '%s' is missing or does not end with "
                                "'else'",
                                params->file, why);
  return AUSPEX_OK;
}

#ifdef __cplusplus
}
#endif
#endif
