/*
 * feature_sources.h - a model with one input from one source, for tests of
 * where a value may come from. Resources are written as they are sent; in the
 * JSON ' stands for ". Header only.
 */
#ifndef AX_TESTS_FEATURE_SOURCES_H
#define AX_TESTS_FEATURE_SOURCES_H

#include <math.h>

#include "support/feature_kit.h"

#define LOINC AX_STR_INIT("http://loinc.org")
#define SCT AX_STR_INIT("http://snomed.info/sct")
#define ATC AX_STR_INIT("http://www.whocc.no/atc")
#define S(text) AX_STR_INIT(text)

#define ONE_CODE(name, system_, code_, match_)                  \
  static const ax_model_code name##_code = { .system = system_, \
                                             .code = S(code_),  \
                                             .match = match_ }; \
  static const ax_model_codes name = { .items = &name##_code, .count = 1 }

/* Begins the kit; its first input reads `codes` (may be NULL) from there. */
static inline ax_model_source *
feature_sources_begin(feature_kit *k, uint32_t from,
                      const ax_model_codes *codes) {
  feature_kit_begin(k);
  ax_model_source *s = feature_kit_source(k, &k->inputs[0]);
  s->from = from;
  s->unit = AX_STR("");
  if (codes) s->codes = codes;
  return s;
}

#define RUN feature_kit_run(&k)
#define SEND(json) feature_kit_resource(&k, json)
#define OBSERVATION "{'resourceType':'Observation','status':'final',"
#define TODAY "'effectiveDateTime':'2024-06-15',"
#define CODED(system, code) \
  "{'coding':[{'system':'" system "','code':'" code "'}]}"
#define STATUS OBSERVATION TODAY "'code':" CODED("http://loinc.org", "16112-5")
#define SNOMED "http://snomed.info/sct"

/* What a receptor is worth: positive, negative, equivocal; 0 and 1; a word. */
static ax_model_map_row feature_sources_receptor_rows[] = {
  { .kind = AUSPEX_MAP_CODE, .system = SCT, .code = S("10828004"), .value = 1 },
  { .kind = AUSPEX_MAP_CODE,
    .system = SCT,
    .code = S("260385009"),
    .value = 0 },
  { .kind = AUSPEX_MAP_CODE,
    .system = SCT,
    .code = S("42425007"),
    .value = (double)NAN },
  { .kind = AUSPEX_MAP_NUMBER, .from = 0, .to = 0, .value = 0 },
  { .kind = AUSPEX_MAP_NUMBER, .from = 1, .to = 1, .value = 1 },
  { .kind = AUSPEX_MAP_TEXT, .code = S("positiv"), .value = 1 },
};
static ax_model_map feature_sources_receptor = {
  .rows = feature_sources_receptor_rows,
  .count = AX_COUNT(feature_sources_receptor_rows),
  .fold = AUSPEX_FOLD_CASE
};

#endif
