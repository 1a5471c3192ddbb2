/* libFuzzer target: any text is a unit or is refused; a unit converts to
 * itself without change. */
#include <stdint.h>
#include <stdlib.h>

#include "ucum/ucum.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ax_str rest = { (const char *)data, size };
  ax_str from = ax_str_cut(&rest, '\n');
  ax_ucum_unit unit;
  ax_error err = { 0 };
  double out = 0;
  if (ax_ucum_parse(from, &unit, &err) != AX_OK) {
    if (err.text[0] == '\0') abort();
    return 0;
  }
  if (!ax_ucum_commensurable(&unit, &unit)) abort();
  if (!ax_ucum_convert_parsed(1.5, &unit, &unit, 0, &out) || out != 1.5)
    abort();
  if (ax_ucum_convert(1.5, from, rest, 18.0, &out, &err) == AX_OK && out != out)
    abort();
  return 0;
}
