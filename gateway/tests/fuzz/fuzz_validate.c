/* Arbitrary JSON against the official definitions, where the package is there;
 * whatever it is, it must be answered with issues. */
#include <stdint.h>
#include <stdlib.h>

#include "validate/validate.h"
#include "json/json_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ax_code_answer code_in(void *ctx, ax_str set, ax_str system, ax_str code,
                              const char **why) {
  (void)ctx;
  (void)set;
  (void)system;
  (void)why;
  return code.len % 2 ? AX_CODE_NOT_IN : AX_CODE_IN;
}

static ax_validator *validator(void) {
  static ax_validator *made;
  static ax_registry *registry;
  static const char *const packages[] = {
    "build/packages/hl7.fhir.r4.examples#4.0.1"
  };
  const ax_registry_options options = { packages, 1, NULL };
  const ax_validate_host host = { .ctx = NULL, .code_in_value_set = code_in };
  const ax_validate_options how = { .unknown_profile = AX_WARNING,
                                    .unknown_extension = AX_WARNING };
  if (!made && !ax_registry_open(&options, &registry, NULL) &&
      ax_validate_new(registry, &host, &how, &made, NULL))
    abort();
  return made;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const char *bytes = (const char *)data;
  const ax_json *doc;
  ax_json_fault fault;
  ax_arena *arena = ax_arena_new(64u << 20);
  ax_fhir_issues *issues = arena ? ax_fhir_issues_new(arena) : NULL;
  if (issues && validator() &&
      !ax_json_parse(arena, (ax_str){ bytes, size }, &doc, &fault)) {
    const ax_str bmi = AX_STR("http://hl7.org/fhir/StructureDefinition/bmi");
    ax_status status = ax_validate_run(validator(), doc, AX_STR("Fuzz"), &bmi,
                                       size % 2, issues);
    if (status && status != AX_NOMEM) abort();
  }
  ax_arena_free(arena);
  return 0;
}
