/* Fuzz target: any bytes as a query string; what comes out must be usable. */
#include <stdlib.h>

#include "search/search.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const types[] = { "Observation",  "Patient",
                                     "Condition",    "RiskAssessment",
                                     "Practitioner", "Provenance",
                                     "Linkage" };

static void usable(const ax_query *q) {
  if (q->limit > 1000) abort();
  for (size_t t = 0; t < q->term_count; t++) {
    if (q->terms[t].value_count == 0) abort();
    for (size_t v = 0; v < q->terms[t].value_count; v++) {
      const ax_query_value *value = &q->terms[t].values[v];
      if (q->terms[t].kind == AX_INDEX_TOKEN && value->any_code &&
          value->any_system)
        abort();
      if (q->terms[t].kind == AX_INDEX_DATE && value->lo > value->hi) abort();
    }
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return 0;
  ax_arena *arena = ax_arena_new(16u << 20);
  if (!arena) return 0;
  ax_search_pair *pairs = NULL;
  size_t count = 0;
  ax_query q;
  ax_str type = ax_str_from(types[data[0] % AX_COUNT(types)]);
  ax_str text = { (const char *)data + 1, size - 1 };
  ax_fhir_issues *issues = ax_fhir_issues_new(arena);
  if (issues && !ax_search_pairs(arena, text, &pairs, &count, NULL) &&
      !ax_search_query(arena, type, pairs, count, AX_STR("http://h/fhir"), &q,
                       issues))
    usable(&q);
  ax_arena_free(arena);
  return 0;
}
