/* JSON to a tree and back: a typical Observation, and a Bundle of 2,000. */
#include "bench.h"

#include "base/arena.h"
#include "base/buf.h"
#include "json/json_parse.h"
#include "json/json_write.h"

static const char OBSERVATION[] =
    "{\n  \"resourceType\": \"Observation\",\n  \"id\": \"f001\",\n"
    "  \"meta\": {\"profile\": [\"http://hl7.org/fhir/StructureDefinition/"
    "bodyweight\"]},\n"
    "  \"text\": {\"status\": \"generated\", \"div\": \"<div xmlns=\\\"http://"
    "www.w3.org/1999/xhtml\\\"><p>Body weight of the patient, measured at "
    "home</p></div>\"},\n"
    "  \"identifier\": [{\"use\": \"official\", \"system\": \"http://www.bmc."
    "nl/zorgportal/identifiers/observations\", \"value\": \"6323\"}],\n"
    "  \"status\": \"final\",\n"
    "  \"category\": [{\"coding\": [{\"system\": \"http://terminology.hl7.org/"
    "CodeSystem/observation-category\", \"code\": \"vital-signs\", "
    "\"display\": \"Vital Signs\"}]}],\n"
    "  \"code\": {\"coding\": [{\"system\": \"http://loinc.org\", \"code\": "
    "\"29463-7\", \"display\": \"Body Weight\"}, {\"system\": \"http://snomed."
    "info/sct\", \"code\": \"27113001\", \"display\": \"Body weight\"}]},\n"
    "  \"subject\": {\"reference\": \"Patient/f001\", \"display\": \"P. van de "
    "Heuvel\"},\n"
    "  \"effectivePeriod\": {\"start\": \"2013-04-02T09:30:10+01:00\"},\n"
    "  \"issued\": \"2013-04-03T15:30:10+01:00\",\n"
    "  \"performer\": [{\"reference\": \"Practitioner/f005\"}],\n"
    "  \"valueQuantity\": {\"value\": 72.50, \"unit\": \"kg\", \"system\": "
    "\"http://unitsofmeasure.org\", \"code\": \"kg\"},\n"
    "  \"referenceRange\": [{\"low\": {\"value\": 50, \"unit\": \"kg\"}, "
    "\"high\": {\"value\": 90, \"unit\": \"kg\"}}]\n}";

static void parse_many(const char *name, ax_str text, size_t operations) {
  ax_arena *arena = ax_arena_new((size_t)1 << 30);
  ax_bench b = ax_bench_begin(name, operations);
  if (!arena) abort();
  while (ax_bench_next(&b)) {
    const ax_json *tree = NULL;
    ax_arena_reset(arena);
    if (ax_json_parse(arena, text, &tree, NULL) != AX_OK) abort();
  }
  ax_bench_end(&b);
  ax_arena_free(arena);
}

static void write_many(const char *name, ax_str text, size_t operations) {
  ax_arena *arena = ax_arena_new((size_t)1 << 30);
  ax_buf out = AX_BUF_INIT((size_t)1 << 30);
  const ax_json *tree = NULL;
  if (!arena || ax_json_parse(arena, text, &tree, NULL) != AX_OK) abort();
  ax_bench b = ax_bench_begin(name, operations);
  while (ax_bench_next(&b)) {
    ax_buf_clear(&out);
    ax_json_writer w = ax_json_write_begin(&out);
    ax_json_write_tree(&w, tree);
    if (ax_json_write_end(&w) != AX_OK) abort();
  }
  ax_bench_end(&b);
  ax_buf_free(&out);
  ax_arena_free(arena);
}

int main(void) {
  ax_str one = ax_str_from(OBSERVATION);
  ax_buf bundle = AX_BUF_INIT((size_t)1 << 30);
  ax_buf_append(&bundle, AX_STR("{\"resourceType\":\"Bundle\",\"entry\":["));
  for (int i = 0; i < 2000; i++) {
    ax_buf_append(&bundle,
                  i ? AX_STR(",{\"resource\":") : AX_STR("{\"resource\":"));
    ax_buf_append(&bundle, one);
    ax_buf_append_char(&bundle, '}');
  }
  ax_buf_append(&bundle, AX_STR("]}"));
  printf("# Observation %zu bytes, Bundle %zu bytes\n", one.len, bundle.len);
  parse_many("parse_observation", one, 50000);
  write_many("write_observation", one, 50000);
  parse_many("parse_bundle_2000", ax_buf_view(&bundle), 50);
  write_many("write_bundle_2000", ax_buf_view(&bundle), 50);
  ax_buf_free(&bundle);
  return 0;
}
