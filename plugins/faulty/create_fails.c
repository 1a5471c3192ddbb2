/* Says in create what it misses. */
#define FAULTY_NO_MODULE
#include "faulty.h"

#include <string.h>

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  return AUSPEX_OK;
}

static int32_t create(const auspex_host *host, const auspex_config *config,
                      auspex_instance **out, auspex_error *err) {
  (void)faulty_create(host, config, out, err);
  strcpy(err->message, "no file coefficients.json");
  return AUSPEX_E_CONFIG;
}

AUSPEX_MODULE(faulty_models, 1, create, NULL, faulty_score, NULL)
