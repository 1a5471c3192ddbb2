/*
 * fhir_icd10.h - ICD-10 has several code systems (WHO, the American and the
 * German modification); wherever codes are compared they count as one.
 *
 * Threads: any.
 */
#ifndef AX_FHIR_FHIR_ICD10_H
#define AX_FHIR_FHIR_ICD10_H

#include "base/str.h"

enum { AX_FHIR_ICD10_SYSTEMS = 3 };

/* The systems; the first is that of the WHO. */
extern const ax_str ax_fhir_icd10_systems[AX_FHIR_ICD10_SYSTEMS];

bool ax_fhir_icd10_is(ax_str system);

#endif
