/* Expressions of SNOMED CT from anywhere: the place of a fault is in the text.
 */
#include <stdint.h>
#include <stdlib.h>

#include "validate/ecl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const ax_str text = { (const char *)data, size };
  size_t at = 0;
  const char *fault = ax_ecl_fault(text, &at);
  if (at > size || (!fault && at != size)) abort();
  return 0;
}
