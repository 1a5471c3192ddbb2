/*
 * ipi.h - three indices of lymphoma: IPI and NCCN-IPI (diffuse large B-cell),
 * FLIPI (follicular). Points, group, and where it is published the group's
 * survival after 5 years.
 *
 * ipi.c computes with data/ipi.table, data/nccn-ipi.table and
 * data/flipi.table; ipi_model.c declares the three and writes results.
 */
#ifndef IPI_H
#define IPI_H

#include "auspex_params.h"

typedef enum { IPI_IPI, IPI_NCCN, IPI_FLIPI, IPI_INDICES } ipi_index;

/* Factors; which ones count depends on the index. */
enum {
  IPI_BY_AGE,
  IPI_BY_LDH,
  IPI_BY_STAGE,
  IPI_BY_ECOG,        /* IPI, NCCN-IPI */
  IPI_BY_EXTRANODAL,  /* IPI: number of sites; NCCN-IPI: 1 for a major one */
  IPI_BY_NODAL_AREAS, /* FLIPI */
  IPI_BY_HB,          /* FLIPI */
  IPI_FACTORS
};

typedef struct { /* one number each: points; empty: the index has it not */
  auspex_steps factors[IPI_FACTORS];
  auspex_steps group;    /* word and level */
  auspex_steps survival; /* percent alive after 5 years; empty: none */
} ipi_table;

typedef struct { /* LDH as a multiple of the upper limit of normal; g/dL */
  double factors[IPI_FACTORS];
} ipi_input;

typedef struct {
  double points[IPI_FACTORS], score;
  const auspex_step *group;
  double survival; /* 0..1 after 5 years; NaN: none published */
} ipi_result;

int32_t ipi_read_ipi(const void *data, size_t length, void *table,
                     auspex_error *err);
int32_t ipi_read_nccn(const void *data, size_t length, void *table,
                      auspex_error *err);
int32_t ipi_read_flipi(const void *data, size_t length, void *table,
                       auspex_error *err);
ipi_result ipi_compute(const ipi_table *table, const ipi_input *in);

#endif
