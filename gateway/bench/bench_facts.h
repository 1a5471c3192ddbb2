/*
 * bench_facts.h - facts of a patient, as benchmarks of scoring give them.
 * Header only, as bench.h.
 */
#ifndef AX_BENCH_BENCH_FACTS_H
#define AX_BENCH_BENCH_FACTS_H

#include "fhir/fhir_fact.h"

/* A final one of a day, with a number. */
static inline ax_fact fact(ax_fact_kind kind, const char *system,
                           const char *code, int64_t at) {
  return (ax_fact){ .kind = kind,
                    .status = AX_FACT_STATUS_FINAL,
                    .source_type = AX_STR("Observation"),
                    .source_id = ax_str_from(code),
                    .source_version = (uint64_t)at,
                    .system = ax_str_from(system),
                    .code = ax_str_from(code),
                    .has_time = true,
                    .lo_ms = at,
                    .hi_ms = at,
                    .precision = AX_DATE_DAY,
                    .value_kind = AX_FACT_VALUE_NUMBER };
}

/* An Observation by its LOINC code. */
static inline ax_fact value(const char *code, int64_t at, double number,
                            const char *unit) {
  ax_fact f = fact(AX_FACT_OBSERVATION, "http://loinc.org", code, at);
  f.number = number;
  f.unit = ax_str_from(unit);
  f.flags = AX_FACT_HAS_UNIT;
  return f;
}

#endif
