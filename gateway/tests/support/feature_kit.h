/*
 * feature_kit.h - a model and a patient in a few lines, for the tests of
 * features. The model has one Observation input in kg (LOINC 29463-7, the
 * latest of all times, REFUSE) until a test changes it; the patient is a woman
 * born 1960-05-17; as-of is 2024-06-15T12:00:00Z.
 */
#ifndef AX_TESTS_FEATURE_KIT_H
#define AX_TESTS_FEATURE_KIT_H

#include <auspex_plugin.h>

#include "scoring/feature.h"
#include "support/ax_test.h"

typedef struct {
  ax_arena *arena;
  ax_model model;
  ax_model_input inputs[6];
  ax_model_criterion criteria[6];
  /* each input and criterion has one source until a test adds more */
  ax_model_source input_sources[6][4], criterion_sources[6][4];
  ax_model_source anchor_sources[4];
  ax_model_codes sets[16]; /* copies of those given */
  size_t set_count;
  ax_fact facts[80];
  ax_facts all;
  int64_t as_of_ms;
  bool automatic;
  ax_feature_help help; /* empty: nobody to ask */
  ax_feature_row row;
} feature_kit;

extern const ax_model_codes feature_kit_weight;  /* 29463-7 */
extern const ax_model_codes feature_kit_glucose; /* one fasting, two others */
extern const ax_model_codes feature_kit_diabetes; /* SNOMED CT and ICD-10 E11 */
extern const ax_model_codes feature_kit_cancer;   /* ICD-10 C25 */

int64_t feature_kit_ms(const char *date);

void feature_kit_begin(feature_kit *k);
void feature_kit_end(feature_kit *k);

/* One more input, criterion; the anchor (the first onset of a Condition). */
ax_model_input *feature_kit_input(feature_kit *k, uint32_t source,
                                  ax_model_codes codes, const char *unit);
ax_model_criterion *feature_kit_criterion(feature_kit *k, uint32_t kind,
                                          ax_model_codes codes);
void feature_kit_anchor(feature_kit *k, ax_model_codes codes);

/* The first source of an input or criterion, to be changed; one more source of
 * an input, a copy of its first, with other codes. */
ax_model_source *feature_kit_source(feature_kit *k, const ax_model_input *in);
ax_model_source *feature_kit_evidence(feature_kit *k,
                                      const ax_model_criterion *c);
ax_model_source *feature_kit_more(feature_kit *k, ax_model_input *in,
                                  ax_model_codes codes);
/* A copy of the set that lives as long as the kit. */
const ax_model_codes *feature_kit_set(feature_kit *k, ax_model_codes codes);

/* One more fact; each is a resource of its own. Valid until the end. */
ax_fact *feature_kit_observe(feature_kit *k, const char *code, const char *date,
                             double value, const char *unit);
ax_fact *feature_kit_condition(feature_kit *k, const char *system,
                               const char *code, const char *onset);
ax_fact *feature_kit_answer(feature_kit *k, const char *response,
                            const char *authored, const char *link,
                            double value);
ax_fact *feature_kit_patient(feature_kit *k);

/* The facts of a resource, written with ' for ". */
void feature_kit_resource(feature_kit *k, const char *json);

/* Builds the row. */
void feature_kit_run(feature_kit *k);

/* The state and value of a column after a run. */
void feature_kit_expect(const feature_kit *k, uint32_t column, uint8_t state,
                        double value, const char *file, int line);
#define EXPECT_VALUE(k, column, value)                                      \
  feature_kit_expect((k), (column), AUSPEX_CELL_PRESENT, (value), __FILE__, \
                     __LINE__)
#define EXPECT_STATE(k, column, state) \
  feature_kit_expect((k), (column), (state), 0, __FILE__, __LINE__)

#endif
