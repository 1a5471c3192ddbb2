/*
 * eq5d5l.h - index values of EQ-5D-5L by country.
 *
 * eq5d5l.c computes with data/eq5d5l.table; eq5d5l_model.c declares the model
 * and writes results. Nothing of the questionnaire's wording is in here.
 */
#ifndef EQ5D5L_H
#define EQ5D5L_H

#include "auspex_params.h"

/* value set, ISO 3166 (two letters), three letters; in the order of the
 * table. Sets that only a site may choose have no country code. */
#define EQ5D5L_SETS(X)                       \
  X(BELGIUM, "Belgium", "BE", "BEL")         \
  X(DENMARK, "Denmark", NULL, NULL)          \
  X(ENGLAND, "England", "GB-ENG", NULL)      \
  X(FRANCE, "France", "FR", "FRA")           \
  X(GERMANY, "Germany", "DE", "DEU")         \
  X(HUNGARY, "Hungary", NULL, NULL)          \
  X(IRELAND, "Ireland", NULL, NULL)          \
  X(ITALY, "Italy", "IT", "ITA")             \
  X(NETHERLANDS, "Netherlands", "NL", "NLD") \
  X(NORWAY, "Norway", NULL, NULL)            \
  X(POLAND, "Poland", NULL, NULL)            \
  X(PORTUGAL, "Portugal", "PT", "PRT")       \
  X(ROMANIA, "Romania", NULL, NULL)          \
  X(SLOVENIA, "Slovenia", NULL, NULL)        \
  X(SPAIN, "Spain", "ES", "ESP")             \
  X(SWEDEN, "Sweden_2022", NULL, NULL)       \
  X(UK, "UK", NULL, NULL)

typedef enum {
#define X(set, name, two, three) EQ5D5L_##set,
  EQ5D5L_SETS(X)
#undef X
      EQ5D5L_SET_COUNT
} eq5d5l_set;

enum { EQ5D5L_DIMENSIONS = 5, EQ5D5L_LEVELS = 5 };

typedef struct {
  double start, intercept; /* the latter when any level is above 1 */
  double levels[EQ5D5L_DIMENSIONS][EQ5D5L_LEVELS];
} eq5d5l_values;

typedef struct {
  eq5d5l_values sets[EQ5D5L_SET_COUNT];
} eq5d5l_table;

extern const char *const eq5d5l_set_names[EQ5D5L_SET_COUNT];
extern const char *const eq5d5l_dimensions[EQ5D5L_DIMENSIONS]; /* "MO" ... */

int32_t eq5d5l_read(const void *data, size_t length, void *table,
                    auspex_error *err);
/* Levels 1..5 of mobility, self-care, usual activities, pain or discomfort,
 * anxiety or depression. Three decimals. */
double eq5d5l_compute(const eq5d5l_table *table, eq5d5l_set set,
                      const int levels[EQ5D5L_DIMENSIONS]);

#endif
