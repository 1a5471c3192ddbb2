/*
 * ax_patient.h - a patient written in lines, made into FHIR resources.
 *
 *   patient male 1959-03-02 country DE race 2054-5 ethnicity 2186-5
 *   condition 399068003 2024-05-01 [status resolved] [refuted] [recorded DATE]
 *   observation 2857-1 2024-04-20 11 ng/mL [range 0 4] [method CODE] [device]
 *               [specimen] [status preliminary] [absent unknown] (one line)
 *   component 33728-7 2.5 cm            (of the observation before)
 *   procedure 26294005 2024-01-01
 *   administration atc:L01FF02 2024-01-01
 *   medication atc:G04CB01
 *   family 399068003 FTH
 *   answers qlq-c30 2024-06-01 1=2 2=3 ...
 *
 * Codes: 2857-1 and LA33-6 are LOINC, digits SNOMED CT, C50.9 ICD-10; atc:,
 * own: (model-input), mii: (score catalogue), ajcc:, uicc:, hgnc:, race:,
 * interpretation: name their system. Values: `11 ng/mL` (`<5 mg/L`) a quantity, `#3` an integer,
 * `yes` and `no` booleans, `@CODE` a coded value, `~cT2a` a text, `on:DATE` a
 * dateTime.
 *
 * What a line means is FHIR as a hospital would send it; the facts come out of
 * ax_fhir_fact_extract.
 */
#ifndef AX_TESTS_AX_PATIENT_H
#define AX_TESTS_AX_PATIENT_H

#include "fhir/fhir_fact.h"
#include "support/ax_test.h"

typedef struct {
  ax_arena *arena;
  ax_facts facts;
  ax_str open;    /* an Observation that may get components: its JSON so far */
  ax_str entries; /* of the Bundle, so far */
  unsigned resources;
} ax_patient;

void ax_patient_begin(ax_patient *patient);
void ax_patient_end(ax_patient *patient);

/* Takes one line; false: it is none of these. Fails the test when it is
 * malformed. */
bool ax_patient_line(ax_patient *patient, ax_str line);

/* All facts; call it after the last line. */
const ax_facts *ax_patient_facts(ax_patient *patient);

/* All resources as a collection; the same. */
ax_str ax_patient_bundle(ax_patient *patient);

#endif
