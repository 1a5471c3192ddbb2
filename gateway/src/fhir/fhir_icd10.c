#include "fhir/fhir_icd10.h"

const ax_str ax_fhir_icd10_systems[AX_FHIR_ICD10_SYSTEMS] = {
  AX_STR_INIT("http://hl7.org/fhir/sid/icd-10"),
  AX_STR_INIT("http://hl7.org/fhir/sid/icd-10-cm"),
  AX_STR_INIT("http://fhir.de/CodeSystem/bfarm/icd-10-gm"),
};

bool ax_fhir_icd10_is(ax_str system) {
  for (size_t i = 0; i < AX_FHIR_ICD10_SYSTEMS; i++)
    if (ax_str_eq(system, ax_fhir_icd10_systems[i])) return true;
  return false;
}
