/* An expression, a NUL, and a document (or a small one of our own): a result or
 * a fault, in bounds and in time. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "fhirpath/fp_eval.h"
#include "fhirpath/fp_parse.h"
#include "fhirpath/fp_write.h"
#include "json/json_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char document[] =
    "{\"resourceType\":\"Patient\",\"name\":[{\"given\":[\"A\",null],"
    "\"_given\":[null,{\"id\":\"g\"}]}],\"birthDate\":\"1980-05-06\","
    "\"n\":[1,2.50,-3],\"b\":true,\"contained\":[{\"id\":\"x\"}],"
    "\"r\":{\"reference\":\"#x\"}}";

static void write_out(ax_arena *arena, const ax_fp_list *list) {
  ax_buf out = AX_BUF_INIT(1u << 20);
  ax_json_writer w = ax_json_write_begin(&out);
  if (ax_fp_write(arena, list, &w) == AX_OK && ax_json_write_end(&w) != AX_OK &&
      out.status == AX_OK)
    __builtin_trap();
  ax_buf_free(&out);
}

static void evaluate(ax_arena *arena, ax_str expression, ax_str text) {
  const ax_json *json;
  ax_json_fault fault;
  ax_fp_program program;
  ax_fp_list list;
  if (ax_json_parse(arena, text, &json, &fault) ||
      ax_fp_parse(arena, expression, &program, NULL))
    return;
  ax_fp_input in = { .arena = arena,
                     .context = ax_fp_eval_root(NULL, json),
                     .now_ms = 1700000000000,
                     .limits = {
                         .steps = 20000, .items = 5000, .regex_steps = 5000 } };
  if (ax_fp_eval(&program, &in, &list, NULL) == AX_OK) write_out(arena, &list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ax_arena *arena = ax_arena_new(8u << 20);
  if (!arena) return 0;
  const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
  size_t split = nul ? (size_t)(nul - data) : size;
  ax_str expression = { (const char *)data, split };
  ax_str text = AX_STR(document);
  if (nul) text = (ax_str){ (const char *)nul + 1, size - split - 1 };
  evaluate(arena, expression, text);
  ax_arena_free(arena);
  return 0;
}
