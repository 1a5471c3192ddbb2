/* Any JSON as the differential of a profile over a small base: a snapshot or a
 * sentence, in bounds, whatever it is. */
#include <stddef.h>
#include <stdint.h>

#include "definitions/snapshot.h"
#include "json/json_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char BASE[] =
    "{\"url\":\"http://hl7.org/fhir/StructureDefinition/T\",\"type\":\"T\","
    "\"snapshot\":{\"element\":["
    "{\"id\":\"T\",\"path\":\"T\",\"min\":0,\"max\":\"*\"},"
    "{\"id\":\"T.a\",\"path\":\"T.a\",\"min\":0,\"max\":\"*\","
    "\"type\":[{\"code\":\"T\"}]},"
    "{\"id\":\"T.b[x]\",\"path\":\"T.b[x]\",\"min\":0,\"max\":\"1\","
    "\"type\":[{\"code\":\"T\"},{\"code\":\"string\"}]},"
    "{\"id\":\"T.c\",\"path\":\"T.c\",\"min\":0,\"max\":\"*\","
    "\"contentReference\":\"#T.a\"}]}}";

static const ax_json *structure(void *ctx, ax_str url) {
  return ax_str_ends(url, AX_STR("/T")) ? ctx : NULL;
}

static void generate(ax_arena *arena, const ax_json *base,
                     const ax_json *differential) {
  union {
    const ax_json *in;
    void *out;
  } ctx = { base };
  const ax_snapshot_source source = { ctx.out, structure };
  const ax_json_member element = { AX_STR("element"), 0, *differential };
  const ax_json_member members[] = {
    { AX_STR("type"),
      0,
      { .kind = AX_JSON_STRING, .count = 1, .u.text = "T" } },
    { AX_STR("baseDefinition"),
      0,
      { .kind = AX_JSON_STRING, .count = 3, .u.text = "x/T" } },
    { AX_STR("differential"),
      0,
      { .kind = AX_JSON_OBJECT, .count = 1, .u.members = &element } },
  };
  const ax_json definition = { .kind = AX_JSON_OBJECT,
                               .count = 3,
                               .u.members = members };
  const ax_json *out = NULL;
  ax_error err = { 0 };
  ax_status status =
      ax_snapshot_generate(arena, &definition, &source, &out, &err);
  if (status == AX_OK && !out) __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ax_arena *arena = ax_arena_new(64u << 20);
  const ax_json *base = NULL, *differential = NULL;
  ax_json_fault fault;
  if (arena && !ax_json_parse(arena, ax_str_from(BASE), &base, &fault) &&
      !ax_json_parse(arena, (ax_str){ (const char *)data, size }, &differential,
                     &fault))
    generate(arena, base, differential);
  ax_arena_free(arena);
  return 0;
}
