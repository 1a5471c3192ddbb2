/* Fuzz target: any bytes as a query string; what comes out must be usable. */
#include <stdlib.h>

#include "search/search.h"
#include "json/json_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const types[] = { "Observation",  "Patient",
                                     "Condition",    "RiskAssessment",
                                     "Practitioner", "Provenance",
                                     "Linkage" };

static void usable(const ax_query *q) {
  if (q->limit > 1000) abort();
  for (size_t t = 0; t < q->term_count; t++) {
    const ax_query_term *term = &q->terms[t];
    if (term->shape == AX_TERM_VALUES && term->value_count == 0) abort();
    if (term->inner) usable(term->inner);
    for (size_t v = 0; v < term->value_count; v++) {
      const ax_query_value *value = &term->values[v];
      if (term->kind == AX_INDEX_TOKEN && value->any_code && value->any_system)
        abort();
      if (term->kind == AX_INDEX_DATE && value->lo > value->hi) abort();
    }
  }
}

/* A few parameters of each kind, as the packages write them. */
static const char *const params[] = {
#define SP(base, code, type, expression, more)                        \
  "{\"resourceType\":\"SearchParameter\",\"url\":\"u/" base "-" code  \
  "\",\"code\":\"" code "\",\"base\":[\"" base "\"],\"type\":\"" type \
  "\",\"expression\":\"" expression "\"" more "}"
  SP("Observation", "code", "token", "Observation.code", ""),
  SP("Observation", "subject", "reference", "Observation.subject",
     ",\"target\":[\"Patient\",\"Group\"]"),
  SP("Observation", "date", "date", "Observation.effective", ""),
  SP("Observation", "value-quantity", "quantity",
     "(Observation.value as Quantity)", ""),
  SP("Observation", "code-value", "composite", "Observation",
     ",\"component\":[{\"definition\":\"u/Observation-code\"},{"
     "\"definition\":\"u/Observation-value-quantity\"}]"),
  SP("Patient", "name", "string", "Patient.name", ""),
  SP("Patient", "identifier", "token", "Patient.identifier", ""),
  SP("Patient", "link", "reference", "Patient.link.other",
     ",\"target\":[\"Patient\"]"),
  SP("Resource", "_profile", "uri", "Resource.meta.profile", ""),
};

static ax_search *search;

static void open_search(void) {
  const ax_search_options options = { 0 };
  ax_arena *arena = ax_arena_new(1u << 20);
  if (!arena || ax_search_new(&options, &search, NULL)) abort();
  for (size_t i = 0; i < AX_COUNT(params); i++) {
    const ax_json *tree = NULL;
    if (ax_json_parse(arena, ax_str_from(params[i]), &tree, NULL) ||
        ax_search_add(search, tree))
      abort();
  }
  ax_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return 0;
  if (!search) open_search();
  ax_arena *arena = ax_arena_new(16u << 20);
  if (!arena) return 0;
  ax_search_pair *pairs = NULL;
  size_t count = 0;
  ax_search_request rq;
  ax_str type = ax_str_from(types[data[0] % AX_COUNT(types)]);
  ax_str text = { (const char *)data + 1, size - 1 };
  ax_fhir_issues *issues = ax_fhir_issues_new(arena);
  if (issues && !ax_search_pairs(arena, text, &pairs, &count, NULL) &&
      !ax_search_query(
          search, arena,
          &(const ax_search_question){ .type = type,
                                       .pairs = pairs,
                                       .count = count,
                                       .base = AX_STR("http://h/fhir"),
                                       .lenient = false },
          &rq, issues) &&
      !ax_fhir_issues_errors(issues))
    usable(&rq.query);
  ax_arena_free(arena);
  return 0;
}
