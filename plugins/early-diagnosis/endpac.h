/*
 * endpac.h - END-PAC (Sharma 2018): points for an enriched risk of pancreatic
 * cancer in new-onset diabetes from the age of 50 on.
 *
 * endpac_model.c declares it, endpac_table.c reads data/endpac.table, endpac.c
 * counts the points.
 */
#ifndef ENDPAC_H
#define ENDPAC_H

#include "auspex_write.h"

enum { /* columns = inputs */
       ENDPAC_GLUCOSE_ONSET,
       ENDPAC_GLUCOSE_BEFORE,
       ENDPAC_WEIGHT_ONSET,
       ENDPAC_WEIGHT_BEFORE,
       ENDPAC_AGE,
       ENDPAC_INPUTS
};
enum { ENDPAC_BY_GLUCOSE, ENDPAC_BY_WEIGHT, ENDPAC_BY_AGE, ENDPAC_FACTORS };
enum { ENDPAC_CONSIDER_IMAGING };

enum { ENDPAC_STEPS = 8, ENDPAC_BAND_NAME = 24 };

typedef struct {
  double bound;
  int inclusive; /* does a value equal to the bound belong to it? */
  double value;
} endpac_step;

typedef struct { /* the last step has no bound (infinity) */
  endpac_step items[ENDPAC_STEPS];
  uint32_t count;
} endpac_steps;

typedef struct {
  endpac_step upto; /* of the total; value unused */
  char name[ENDPAC_BAND_NAME];
  uint32_t level;       /* AUSPEX_LEVEL_* */
  double relative_risk; /* NaN: none published */
  double group_percent; /* with pancreatic cancer in 3 years; NaN: none */
} endpac_band;

typedef struct {
  endpac_steps glucose_category, weight_points, age_points;
  endpac_band bands[ENDPAC_STEPS];
  uint32_t band_count;
} endpac_table;

extern const auspex_model endpac_model;

/* Reads the table; anything missing, doubled, out of order or unknown is
 * E_CONFIG with the line in `err`. */
int32_t endpac_table_read(const void *data, size_t length, void *into,
                          auspex_error *err);

/* The value of the first step that takes `x`. */
double endpac_table_step(const endpac_steps *steps, double x);
const endpac_band *endpac_table_band(const endpac_table *table, double total);

/* Writes the result of one row. */
void endpac_score(auspex_writer *w, const void *table,
                  const auspex_batch *batch, uint32_t row);

#endif
