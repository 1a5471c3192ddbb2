/* Nothing wrong: its models are known only once it was created. */
#define FAULTY_NO_MODULE
#include "faulty.h"

#include <string.h>

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  return AUSPEX_OK;
}

static const void *extension(auspex_instance *instance, const char *id) {
  static const auspex_models told = { sizeof told, 1, faulty_models };
  (void)instance;
  return strcmp(id, AUSPEX_MODELS) == 0 ? &told : NULL;
}

AUSPEX_MODULE(NULL, 0, faulty_create, NULL, faulty_score, extension)
