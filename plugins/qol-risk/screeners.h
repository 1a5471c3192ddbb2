/*
 * screeners.h - bands of five screening scores: PHQ-9, GAD-7, HADS anxiety and
 * depression, fatigue 0 to 10. No wording of any of them is in here.
 *
 * screeners.c looks up data/screeners.table; screeners_model.c declares the
 * model and writes results.
 */
#ifndef SCREENERS_H
#define SCREENERS_H

#include "auspex_params.h"

typedef enum {
  SCREENERS_PHQ9,
  SCREENERS_GAD7,
  SCREENERS_HADS_A,
  SCREENERS_HADS_D,
  SCREENERS_FATIGUE,
  SCREENERS_TOOLS
} screeners_tool;

typedef struct {
  auspex_steps bands[SCREENERS_TOOLS]; /* word and level */
} screeners_table;

int32_t screeners_read(const void *data, size_t length, void *table,
                       auspex_error *err);
const auspex_step *screeners_band(const screeners_table *table,
                                  screeners_tool tool, double total);

#endif
