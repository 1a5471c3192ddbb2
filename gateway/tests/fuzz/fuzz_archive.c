/* Any bytes as a .tgz of a package: an answer, no files, no climbing out. */
#include <stddef.h>
#include <stdint.h>

#include "definitions/package_archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ax_error err = { 0 };
  ax_status status =
      ax_package_archive_check((ax_str){ (const char *)data, size }, &err);
  if (status && status != AX_NOMEM && !err.text[0]) __builtin_trap();
  return 0;
}
