/* Any bytes as a resource in XML: refused with a sentence that begins with the
 * line, or a tree that JSON can carry. */
#include <stdint.h>
#include <stdlib.h>

#include "json/json_parse.h"
#include "json/json_write.h"
#include "script/xml_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ax_registry *registry(void) {
  static ax_registry *made;
  static const char *const packages[] = {
    "build/packages/hl7.fhir.r4.examples#4.0.1"
  };
  const ax_registry_options options = { packages, 1, NULL };
  if (!made && ax_registry_open(&options, &made, NULL)) made = NULL;
  return made;
}

static void must_be_json(ax_arena *arena, const ax_json *tree) {
  ax_buf text = AX_BUF_INIT(16u << 20);
  ax_json_writer w = ax_json_write_begin(&text);
  const ax_json *again;
  ax_json_fault fault;
  ax_json_write_tree(&w, tree);
  if (ax_json_write_end(&w)) abort();
  ax_status status = ax_json_parse(arena, ax_buf_view(&text), &again, &fault);
  if (status == AX_OK && !ax_json_equal(tree, again)) abort();
  if (status && status != AX_NOMEM) abort();
  ax_buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ax_arena *arena = ax_arena_new(16u << 20);
  ax_str text = { (const char *)data, size };
  const ax_json *tree;
  ax_error err = { 0 };
  if (!arena || !registry()) {
    ax_arena_free(arena);
    return 0;
  }
  ax_status status = ax_xml_json_read(registry(), arena, text, &tree, &err);
  if (status == AX_OK)
    must_be_json(arena, tree);
  else if (status == AX_INVALID && (err.text[0] < '1' || err.text[0] > '9'))
    abort();
  ax_arena_free(arena);
  return 0;
}
