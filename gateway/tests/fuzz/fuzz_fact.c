/* libFuzzer target: facts of any JSON; every text of a fact lies in memory
 * that lives as long as the tree. */
#include <stdint.h>
#include <stdlib.h>

#include "fhir/fhir_bundle.h"
#include "fhir/fhir_fact.h"
#include "json/json_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads every byte, so that a sanitizer sees a text that points nowhere. */
static unsigned touch(ax_str s) {
  unsigned sum = 0;
  for (size_t i = 0; i < s.len; i++) sum += (unsigned char)s.ptr[i];
  return sum;
}

static unsigned check_facts(ax_arena *arena, const ax_json *resource) {
  ax_facts facts = { 0 };
  ax_str subject;
  unsigned sum = 0;
  if (ax_fhir_fact_extract(arena, resource, &facts, &subject) != AX_OK)
    return 0;
  for (size_t i = 0; i < facts.count; i++) {
    const ax_fact *f = &facts.items[i];
    if (f->has_time && f->lo_ms > f->hi_ms) abort();
    sum += touch(f->system) + touch(f->code) + touch(f->unit) +
           touch(f->digits) + touch(f->value_code) + touch(f->value_system);
    ax_fact_detail at = { .rest = f->details };
    while (ax_fhir_fact_detail(&at, AX_STR("within")))
      sum += touch(at.system) + touch(at.code);
  }
  return sum + touch(subject);
}

static unsigned check_bundle(ax_arena *arena, const ax_json *tree) {
  ax_fhir_bundle *bundle = NULL;
  unsigned sum = 0;
  if (ax_fhir_bundle_index(arena, tree, &bundle) != AX_OK) return 0;
  for (size_t i = 0; i < ax_fhir_bundle_count(bundle); i++) {
    const ax_bundle_entry *entry = ax_fhir_bundle_at(bundle, i);
    const ax_bundle_entry *found = NULL;
    const ax_json *subject = AX_JSON_GET(entry->resource, "subject");
    sum += check_facts(arena, entry->resource);
    sum += ax_fhir_bundle_url_fault(entry) != NULL;
    sum += ax_fhir_bundle_resolve(bundle, entry,
                                  AX_JSON_STR(subject, "reference"), &found);
  }
  return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ax_str text = { (const char *)data, size };
  ax_arena *arena = ax_arena_new((size_t)16 << 20);
  const ax_json *tree = NULL;
  if (!arena) return 0;
  if (ax_json_parse(arena, text, &tree, NULL) == AX_OK) {
    volatile unsigned sum = check_facts(arena, tree);
    sum += check_bundle(arena, tree);
    (void)sum;
  }
  ax_arena_free(arena);
  return 0;
}
