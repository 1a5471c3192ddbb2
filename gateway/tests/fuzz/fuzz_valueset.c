/* Any Bundle's resources as value sets and code systems: each is compiled and
 * asked, in bounds, whatever it says. */
#include <stddef.h>
#include <stdint.h>

#include "json/json_parse.h"
#include "terminology/valueset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TREES = 32 };

static void ask(ax_valuesets *sets, ax_str url, const ax_json *doc) {
  static const ax_str codes[] = { AX_STR_INIT("a"), AX_STR_INIT("A1"),
                                  AX_STR_INIT("8480-6"), AX_STR_INIT("") };
  ax_buf right = AX_BUF_INIT(4096);
  ax_str system = AX_JSON_STR(doc, "url");
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    const char *why = NULL;
    if (ax_valueset_contains(sets, url, system, codes[i], &why) ==
            AX_MEMBER_UNKNOWN &&
        !why)
      __builtin_trap();
    (void)ax_valueset_contains(sets, url, AX_STR(""), codes[i], NULL);
    (void)ax_valueset_lookup(sets, url, codes[i], NULL, &why);
    (void)ax_valueset_display(sets, url, AX_STR("1"), codes[i], AX_STR("x"),
                              &right);
    (void)ax_valueset_display_in(sets, url, system, codes[i], AX_STR("x"));
  }
  ax_buf_free(&right);
}

static void run(const ax_json *bundle) {
  const ax_json *trees[TREES];
  const ax_json *entries = AX_JSON_GET(bundle, "entry");
  size_t count = 0;
  ax_registry *base = NULL, *registry = NULL;
  ax_valuesets *sets = NULL;
  for (size_t i = 0; i < ax_json_count(entries) && count < TREES; i++) {
    const ax_json *tree = AX_JSON_GET(ax_json_item(entries, i), "resource");
    if (tree) trees[count++] = tree;
  }
  if (ax_registry_overlay(NULL, NULL, 0, &base, NULL) == AX_OK &&
      ax_registry_overlay(base, trees, count, &registry, NULL) == AX_OK &&
      ax_valueset_new(registry, &sets, NULL) == AX_OK)
    for (size_t i = 0; i < count; i++)
      for (size_t k = 0; k < count; k++)
        ask(sets, AX_JSON_STR(trees[i], "url"), trees[k]);
  ax_valueset_free(sets);
  ax_registry_close(registry);
  ax_registry_close(base);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ax_arena *arena = ax_arena_new(64u << 20);
  const ax_json *bundle;
  ax_json_fault fault;
  if (arena && ax_json_parse(arena, (ax_str){ (const char *)data, size },
                             &bundle, &fault) == AX_OK)
    run(bundle);
  ax_arena_free(arena);
  return 0;
}
