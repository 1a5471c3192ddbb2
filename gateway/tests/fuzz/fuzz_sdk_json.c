/*
 * libFuzzer target: the JSON reader of the plug-in SDK and the gateway's own
 * (over yajl) agree on what is JSON, but for the SDK's lower limits.
 */
#include <stdlib.h>
#include <string.h>

#include "auspex_json.h"
#include "json/json_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(const auspex_json *json) {
  char *text = malloc((size_t)json->length + 1);
  if (!text) abort();
  for (uint32_t i = 0; i < json->count; i++) {
    double number;
    float small;
    if (json->values[i].next <= i || json->values[i].next > json->count)
      abort();
    if (json->values[i].kind == AUSPEX_JSON_STRING)
      auspex_json_text(json, i, text);
    (void)auspex_json_number(json, i, &number);
    (void)auspex_json_float(json, i, &small);
  }
  free(text);
}

/* Limits the gateway's reader does not have. */
static bool is_limit(const char *why) {
  return strstr(why, "deeper") || strstr(why, "escape") ||
         strstr(why, "1000 members") || strstr(why, "memory") ||
         strstr(why, "value is expected here");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auspex_json json;
  ax_arena *arena = ax_arena_new(64u << 20);
  const ax_json *tree = NULL;
  ax_json_fault fault;
  if (!arena) return 0;
  ax_status theirs =
      ax_json_parse(arena, (ax_str){ (const char *)data, size }, &tree, &fault);
  int ours = auspex_json_parse(&json, data, size);
  if (ours && theirs == AX_INVALID) abort();
  if (!ours && !theirs && !is_limit(json.fault)) abort();
  if (ours) read_all(&json);
  if (ours) auspex_json_free(&json);
  ax_arena_free(arena);
  return 0;
}
