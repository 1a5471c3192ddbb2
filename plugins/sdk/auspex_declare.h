/*
 * auspex_declare.h - short ways to write down codes, sets, maps, sources and
 * inputs, for models that are declared by hand. Every macro only fills structs
 * of auspex_plugin.h.
 */
#ifndef AUSPEX_DECLARE_H
#define AUSPEX_DECLARE_H

#include <math.h>

#include "auspex_plugin.h"

#ifdef __GNUC__
#define AUSPEX_UNUSED __attribute__((unused))
#else
#define AUSPEX_UNUSED
#endif

#define AUSPEX_SYSTEM_SCT "http://snomed.info/sct"
#define AUSPEX_SYSTEM_LOINC "http://loinc.org"
#define AUSPEX_SYSTEM_ICD10 "http://hl7.org/fhir/sid/icd-10"
#define AUSPEX_SYSTEM_ATC "http://www.whocc.no/atc"
#define AUSPEX_SYSTEM_NCIT "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
/* Inputs for which no standard code was found. */
#define AUSPEX_SYSTEM_INPUT \
  "https://auspex-gateway.org/fhir/CodeSystem/model-input"
/* What models say where no standard code was found. */
#define AUSPEX_SYSTEM_OUTCOME \
  "https://auspex-gateway.org/fhir/CodeSystem/model-outcome"

/* ---- codes ---- */
#define AUSPEX_CODE(system_, code_, display_, match_) \
  { (system_), (code_), (display_), (match_), 0 }
#define AUSPEX_SCT(code_, display_) \
  AUSPEX_CODE(AUSPEX_SYSTEM_SCT, code_, display_, AUSPEX_MATCH_EXACT)
#define AUSPEX_LOINC(code_, display_) \
  AUSPEX_CODE(AUSPEX_SYSTEM_LOINC, code_, display_, AUSPEX_MATCH_EXACT)
#define AUSPEX_NCIT(code_, display_) \
  AUSPEX_CODE(AUSPEX_SYSTEM_NCIT, code_, display_, AUSPEX_MATCH_EXACT)
#define AUSPEX_OWN_INPUT(code_, display_) \
  AUSPEX_CODE(AUSPEX_SYSTEM_INPUT, code_, display_, AUSPEX_MATCH_EXACT)
#define AUSPEX_OWN_OUTCOME(code_, display_) \
  AUSPEX_CODE(AUSPEX_SYSTEM_OUTCOME, code_, display_, AUSPEX_MATCH_EXACT)
#define AUSPEX_ICD10(code_, display_) \
  AUSPEX_CODE(AUSPEX_SYSTEM_ICD10, code_, display_, AUSPEX_MATCH_PREFIX)
#define AUSPEX_ICD10_RANGE(code_, display_) \
  AUSPEX_CODE(AUSPEX_SYSTEM_ICD10, code_, display_, AUSPEX_MATCH_RANGE)
#define AUSPEX_ICD10_EXCEPT(code_, display_)        \
  AUSPEX_CODE(AUSPEX_SYSTEM_ICD10, code_, display_, \
              AUSPEX_MATCH_EXCEPT | AUSPEX_MATCH_PREFIX)
#define AUSPEX_ATC(code_, display_) \
  AUSPEX_CODE(AUSPEX_SYSTEM_ATC, code_, display_, AUSPEX_MATCH_PREFIX)

/* A set `name` of the codes that follow its name for people. */
#define AUSPEX_DECLARE_SET(name, title, ...)                                 \
  AUSPEX_UNUSED static const auspex_code name##_codes[] = { __VA_ARGS__ };   \
  AUSPEX_UNUSED static const auspex_set name = { sizeof(auspex_set), 0,      \
                                                 AUSPEX_ARRAY(name##_codes), \
                                                 (title), NULL }

/* ---- maps ---- */
#define AUSPEX_IS(system_, code_, value_) \
  { AUSPEX_MAP_CODE, AUSPEX_MATCH_EXACT, (system_), (code_), 0, 0, (value_) }
#define AUSPEX_IS_LIKE(system_, pattern_, value_)                       \
  {                                                                     \
    AUSPEX_MAP_CODE, AUSPEX_MATCH_PATTERN, (system_), (pattern_), 0, 0, \
        (value_)                                                        \
  }
#define AUSPEX_IS_SCT(code_, value_) AUSPEX_IS(AUSPEX_SYSTEM_SCT, code_, value_)
#define AUSPEX_IS_LOINC(code_, value_) \
  AUSPEX_IS(AUSPEX_SYSTEM_LOINC, code_, value_)
#define AUSPEX_IS_OWN(code_, value_) \
  AUSPEX_IS(AUSPEX_SYSTEM_INPUT, code_, value_)
#define AUSPEX_IS_TEXT(text_, value_) \
  { AUSPEX_MAP_TEXT, AUSPEX_MATCH_EXACT, NULL, (text_), 0, 0, (value_) }
#define AUSPEX_IS_TEXT_LIKE(pattern_, value_) \
  { AUSPEX_MAP_TEXT, AUSPEX_MATCH_PATTERN, NULL, (pattern_), 0, 0, (value_) }
#define AUSPEX_IS_NUMBER(from_, to_, value_) \
  { AUSPEX_MAP_NUMBER, 0, NULL, NULL, (from_), (to_), (value_) }
#define AUSPEX_IS_KEPT(from_, to_) \
  { AUSPEX_MAP_KEEP, 0, NULL, NULL, (from_), (to_), 0 }

/* A map `name` of the rows that follow; what no row fits is UNMAPPED. */
#define AUSPEX_DECLARE_MAP(name, title, fold, ...)                           \
  AUSPEX_UNUSED static const auspex_map_row name##_rows[] = { __VA_ARGS__ }; \
  AUSPEX_UNUSED static const auspex_map name = {                             \
    sizeof(auspex_map), 0, AUSPEX_ARRAY(name##_rows), 0, (fold), 0, (title)  \
  }
/* ... is `otherwise`. */
#define AUSPEX_DECLARE_MAP_OR(name, title, fold, otherwise, ...)             \
  AUSPEX_UNUSED static const auspex_map_row name##_rows[] = { __VA_ARGS__ }; \
  AUSPEX_UNUSED static const auspex_map name = { sizeof(auspex_map),         \
                                                 1,                          \
                                                 AUSPEX_ARRAY(name##_rows),  \
                                                 (otherwise),                \
                                                 (fold),                     \
                                                 0,                          \
                                                 (title) }

/* ---- sources: beginnings, to be followed by designated fields ---- */
#define AUSPEX_SOURCE(from_) .size = sizeof(auspex_source), .from = (from_)
#define AUSPEX_OBSERVED(set_) \
  AUSPEX_SOURCE(AUSPEX_FROM_OBSERVATION), .codes = &(set_)
#define AUSPEX_MEASURED(set_, unit_, min_, max_)               \
  AUSPEX_OBSERVED(set_), .unit = (unit_), .valid_min = (min_), \
                         .valid_max = (max_)
#define AUSPEX_DIAGNOSED(set_) \
  AUSPEX_SOURCE(AUSPEX_FROM_CONDITION), .codes = &(set_)
#define AUSPEX_AGED \
  AUSPEX_SOURCE(AUSPEX_FROM_AGE), .unit = "a", .valid_min = 0, .valid_max = 120
#define AUSPEX_DECLARE_SOURCES(name, ...) \
  static const auspex_source name[] = { __VA_ARGS__ }

/* ---- inputs: beginnings ---- */
#define AUSPEX_INPUT(name_, title_, sources_)                     \
  .size = sizeof(auspex_input), .missing = AUSPEX_MISSING_REFUSE, \
  .name = (name_), .title = (title_), .sources = AUSPEX_ARRAY(sources_)
#define AUSPEX_OPTIONAL_INPUT(name_, title_, sources_)          \
  .size = sizeof(auspex_input), .missing = AUSPEX_MISSING_PASS, \
  .name = (name_), .title = (title_), .sources = AUSPEX_ARRAY(sources_)
/* Days before as-of, of the window and of the freshness. */
#define AUSPEX_LAST_DAYS(window_, fresh_) \
  .window_from_days = -(window_), .freshness_days = (fresh_)
#define AUSPEX_ANY_TIME .window_from_days = AUSPEX_UNLIMITED
/* Days around the anchor; freshness is the anchor's. */
#define AUSPEX_AROUND_ANCHOR(from_, to_, fresh_)                \
  .relative_to = AUSPEX_AT_ANCHOR, .window_from_days = (from_), \
  .window_to_days = (to_), .freshness_days = (fresh_)

/* ---- criteria, outcomes, factors, mitigations: beginnings ---- */
#define AUSPEX_CRITERION(kind_, reason_) \
  .size = sizeof(auspex_criterion), .kind = (kind_), .reason = (reason_)
#define AUSPEX_WITH(kind_, sources_, reason_) \
  AUSPEX_CRITERION(kind_, reason_), .sources = AUSPEX_ARRAY(sources_)
#define AUSPEX_PREDICTS(name_, title_, codes_)                                \
  .size = sizeof(auspex_outcome), .kind = AUSPEX_PREDICTION, .name = (name_), \
  .title = (title_), .codes = (codes_), .code_count = 1,                      \
  .code_stride = sizeof(auspex_code)
#define AUSPEX_MEASURES(name_, title_, codes_, unit_, category_)               \
  .size = sizeof(auspex_outcome), .kind = AUSPEX_MEASUREMENT, .name = (name_), \
  .title = (title_), .codes = (codes_), .code_count = 1,                       \
  .code_stride = sizeof(auspex_code), .unit = (unit_), .category = (category_)
#define AUSPEX_FACTOR(basis_, name_, title_)                         \
  .size = sizeof(auspex_factor), .basis = (basis_), .name = (name_), \
  .title = (title_)
#define AUSPEX_FACTOR_OF(basis_, name_, title_, input_)           \
  {                                                               \
    AUSPEX_FACTOR(basis_, name_, title_), .inputs = { (input_) }, \
                                          .input_count = 1        \
  }
#define AUSPEX_CONSIDER(name_, text_) \
  { .size = sizeof(auspex_mitigation), .name = (name_), .text = (text_) }

#endif
