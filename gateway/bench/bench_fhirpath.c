/* Typical expressions over a vital-sign Observation: microseconds for each
 * evaluation of a compiled expression, and for compiling. */
#include "bench.h"

#include "base/arena.h"
#include "fhirpath/fp_eval.h"
#include "fhirpath/fp_parse.h"
#include "validate/fp_model_r4.h"
#include "json/json_parse.h"

static const char OBSERVATION[] =
    "{\"resourceType\":\"Observation\",\"id\":\"w\",\"text\":{\"status\":"
    "\"generated\",\"div\":\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">"
    "x</div>\"},\"contained\":[{\"resourceType\":\"Patient\",\"id\":\"p\"}],"
    "\"status\":\"final\",\"category\":[{\"coding\":[{\"system\":\"http://"
    "terminology.hl7.org/CodeSystem/observation-category\",\"code\":\"vital-"
    "signs\"}]}],\"code\":{\"coding\":[{\"system\":\"http://loinc.org\","
    "\"code\":\"29463-7\"}]},\"subject\":{\"reference\":\"#p\"},"
    "\"effectiveDateTime\":\"2024-05-06T07:08:09Z\",\"valueQuantity\":{"
    "\"value\":72.5,\"unit\":\"kg\",\"system\":\"http://unitsofmeasure.org\","
    "\"code\":\"kg\"},\"referenceRange\":[{\"low\":{\"value\":50,\"system\":"
    "\"http://unitsofmeasure.org\",\"code\":\"kg\"},\"high\":{\"value\":90,"
    "\"system\":\"http://unitsofmeasure.org\",\"code\":\"kg\"}}]}";

static const struct {
  const char *name, *expression;
} cases[] = {
  { "fhirpath_path", "Observation.code.coding.code" },
  { "fhirpath_ele-1", "hasValue() or (children().count() > id.count())" },
  { "fhirpath_obs-7",
    "value.empty() or component.code.where(coding.intersect(%resource.code."
    "coding).exists()).empty()" },
  { "fhirpath_vs-2",
    "(component.empty() and hasMember.empty()) implies (dataAbsentReason."
    "exists() or value.exists())" },
  { "fhirpath_ref-1",
    "descendants().reference.all($this.startsWith('#').not() or (substring(1) "
    "in %rootResource.contained.id))" },
  { "fhirpath_range", "referenceRange.low.first() < referenceRange.high" },
  { "fhirpath_matches", "id.matches('^[A-Za-z0-9.-]{1,64}$')" },
  { "fhirpath_units", "value > 50000 'g' and value < 200 '[lb_av]'" },
};

static void run_case(const ax_fp_model *model, const ax_json *resource,
                     size_t i) {
  ax_arena *keep = ax_arena_new(1 << 20), *arena = ax_arena_new(1 << 24);
  ax_fp_program program;
  ax_fp_list list;
  if (!keep || !arena ||
      ax_fp_parse(keep, ax_str_from(cases[i].expression), &program, NULL))
    abort();
  ax_fp_input in = { .arena = arena,
                     .model = model,
                     .context = ax_fp_eval_root(model, resource),
                     .now_ms = 1 };
  ax_bench b = ax_bench_begin(cases[i].name, 100000);
  while (ax_bench_next(&b)) {
    ax_arena_reset(arena);
    if (ax_fp_eval(&program, &in, &list, NULL)) abort();
  }
  ax_bench_end(&b);
  ax_arena_free(keep);
  ax_arena_free(arena);
}

static void run_compile(void) {
  ax_arena *arena = ax_arena_new(1 << 24);
  ax_fp_program program;
  if (!arena) abort();
  ax_bench b = ax_bench_begin("fhirpath_compile", 50000);
  while (ax_bench_next(&b)) {
    ax_arena_reset(arena);
    if (ax_fp_parse(arena, ax_str_from(cases[2].expression), &program, NULL))
      abort();
  }
  ax_bench_end(&b);
  ax_arena_free(arena);
}

int main(void) {
  char path[512];
  const char *root = getenv("AUSPEX_ROOT");
  const ax_json *resource;
  ax_registry *registry;
  ax_fp_model_r4 *model;
  (void)snprintf(path, sizeof path,
                 "%s/build/packages/hl7.fhir.r4.examples#4.0.1",
                 root ? root : ".");
  const char *packages[] = { path };
  ax_registry_options options = { .packages = packages, .package_count = 1 };
  ax_arena *arena = ax_arena_new(1 << 20);
  if (!arena || ax_json_parse(arena, ax_str_from(OBSERVATION), &resource, NULL))
    abort();
  if (ax_registry_open(&options, &registry, NULL) ||
      ax_fp_model_r4_new(registry, &model, NULL))
    abort();
  for (size_t i = 0; i < AX_COUNT(cases); i++)
    run_case(ax_fp_model_r4_table(model), resource, i);
  run_compile();
  ax_fp_model_r4_free(model);
  ax_registry_close(registry);
  ax_arena_free(arena);
  return 0;
}
