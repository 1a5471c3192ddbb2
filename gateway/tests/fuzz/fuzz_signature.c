/* libFuzzer target: a signature file, a manifest and a list of keys, all three
 * a stranger's. Nothing a fuzzer makes up is signed by a key of ours. */
#include <stdint.h>
#include <stdlib.h>

#include "scoring/module_manifest.h"
#include "scoring/signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char ours[] =
      "RWQA08yI7QPdxziDKGIODzOYDNbeO6ujXTaDV53EYnaDC8ulkGLKwD0V";
  ax_str text = { (const char *)data, size };
  ax_arena *arena = ax_arena_new((size_t)4 << 20);
  ax_signature_keys keys;
  ax_signature signature;
  const ax_map *manifest = NULL;
  if (!arena) return 0;
  (void)!ax_signature_keys_read(arena, text, &keys, NULL);
  if (ax_signature_keys_read(arena, ax_str_from(ours), &keys, NULL)) abort();
  if (!ax_signature_check(text, AX_STR("bytes"), &keys, &signature, NULL))
    abort();
  if (!ax_module_manifest_read(arena, text, &manifest, NULL))
    for (size_t i = 0; i < ax_map_count(manifest); i++) {
      ax_str name;
      const char *digest = ax_map_at(manifest, i, &name);
      if (name.len == 0 || name.ptr[0] == '/' ||
          ax_module_manifest_check(manifest, name, digest, NULL))
        abort();
    }
  ax_arena_free(arena);
  return 0;
}
