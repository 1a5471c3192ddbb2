/*
 * plcom2012.h - PLCOm2012 (Tammemagi 2013): 6-year probability of lung cancer
 * in people who smoke or smoked.
 *
 * plcom2012.c computes with data/plcom2012.table; plcom2012_model.c declares it
 * and writes results.
 */
#ifndef PLCOM2012_H
#define PLCOM2012_H

#include "auspex_params.h"

typedef enum {
  PLCOM2012_WHITE,
  PLCOM2012_BLACK,
  PLCOM2012_HISPANIC,
  PLCOM2012_ASIAN,
  PLCOM2012_AMERICAN_INDIAN,
  PLCOM2012_PACIFIC_ISLANDER,
  PLCOM2012_RACES
} plcom2012_race;

enum { /* terms of the linear predictor, the intercept aside */
       PLCOM2012_BY_AGE,
       PLCOM2012_BY_RACE,
       PLCOM2012_BY_EDUCATION,
       PLCOM2012_BY_BMI,
       PLCOM2012_BY_COPD,
       PLCOM2012_BY_CANCER,
       PLCOM2012_BY_FAMILY,
       PLCOM2012_BY_SMOKING,
       PLCOM2012_BY_INTENSITY,
       PLCOM2012_BY_DURATION,
       PLCOM2012_BY_QUITTING,
       PLCOM2012_TERMS
};

typedef struct { /* of a centred term: beta, centre */
  double intercept, age[2], race[PLCOM2012_RACES], education[2], bmi[2], copd,
      cancer, family, current, intensity[2], duration[2], quitting[2], high;
} plcom2012_table;

typedef struct {
  plcom2012_race race;
  double age, education, bmi;  /* years, 1..6, kg/m2 */
  double copd, cancer, family; /* 0 or 1 */
  double current;              /* 0 or 1; then `quitting` counts as 0 */
  double cigarettes;           /* a day, above 0 */
  double duration, quitting;   /* years */
} plcom2012_input;

typedef struct {
  double terms[PLCOM2012_TERMS]; /* log-odds */
  double lp, risk;               /* risk: 0..1 */
} plcom2012_result;

int32_t plcom2012_read(const void *data, size_t length, void *table,
                       auspex_error *err);

/* Can the years be? One cannot have smoked and stopped for longer than one is
 * old, five years aside. */
int plcom2012_fits(const plcom2012_input *in);

plcom2012_result plcom2012_compute(const plcom2012_table *table,
                                   const plcom2012_input *in);

#endif
