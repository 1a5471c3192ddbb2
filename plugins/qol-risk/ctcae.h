/*
 * ctcae.h - grades of CTCAE version 5 for laboratory values under
 * immunotherapy or chemotherapy.
 *
 * ctcae.c grades with data/ctcae-labs.table; ctcae_model.c declares the model
 * and writes results.
 */
#ifndef CTCAE_H
#define CTCAE_H

#include "auspex_params.h"

/* name, title, direction */
#define CTCAE_TERMS_X(X)                                           \
  X(ALT, "alt", "Alanine aminotransferase increased", HEPATIC)     \
  X(AST, "ast", "Aspartate aminotransferase increased", HEPATIC)   \
  X(ALP, "alp", "Alkaline phosphatase increased", HEPATIC)         \
  X(BILIRUBIN, "bilirubin", "Blood bilirubin increased", HEPATIC)  \
  X(CREATININE, "creatinine", "Creatinine increased", RENAL)       \
  X(NEUTROPHILS, "neutrophils", "Neutrophil count decreased", LOW) \
  X(PLATELETS, "platelets", "Platelet count decreased", LOW)       \
  X(LYMPHOCYTES, "lymphocytes", "Lymphocyte count decreased", LOW) \
  X(LEUKOCYTES, "leukocytes", "White blood cell decreased", LOW)   \
  X(HEMOGLOBIN, "hemoglobin", "Anemia", LOW)

typedef enum {
#define X(term, name, title, kind) CTCAE_##term,
  CTCAE_TERMS_X(X)
#undef X
      CTCAE_TERMS
} ctcae_term;

typedef enum {
  CTCAE_HEPATIC, /* multiples of the upper limit, or of an abnormal baseline */
  CTCAE_RENAL,   /* multiples of the upper limit and of any baseline */
  CTCAE_LOW      /* below the lower limit, then fixed cuts */
} ctcae_kind;

typedef struct {
  /* HEPATIC and RENAL: multiple to grade; LOW: value to grade, the last one
   * (0) stands for "from the highest cut on". */
  auspex_steps limit[CTCAE_TERMS], baseline[CTCAE_TERMS];
  double verified[CTCAE_TERMS]; /* 1: held against the published table */
} ctcae_table;

typedef struct {
  double value;
  double limit;          /* upper, or lower for LOW; NaN: none */
  double baseline;       /* before treatment; NaN: none */
  double baseline_limit; /* upper one of the baseline's sample; NaN: none */
} ctcae_input;

typedef struct {
  double grade;    /* 0..4; NaN: cannot be graded without the limit */
  double multiple; /* of limit or baseline, as counted; NaN for LOW */
  int of_baseline; /* the baseline decided */
} ctcae_grade;

extern const char *const ctcae_names[CTCAE_TERMS], *const ctcae_titles[];
extern const ctcae_kind ctcae_kinds[CTCAE_TERMS];

int32_t ctcae_read(const void *data, size_t length, void *table,
                   auspex_error *err);
ctcae_grade ctcae_compute(const ctcae_table *table, ctcae_term term,
                          const ctcae_input *in);

#endif
