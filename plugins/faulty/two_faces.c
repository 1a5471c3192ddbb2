/* Declares something else every time it is loaded. */
#define FAULTY_NO_MODULE
#include "faulty.h"

#include <stdio.h>
#include <unistd.h>

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  static volatile uintptr_t wild = 8;
  *(volatile int *)wild = 1;
  return AUSPEX_OK;
}

static char version[32];
static auspex_model model;
static const auspex_model *const models[] = { &model };

static int32_t create(const auspex_host *host, const auspex_config *config,
                      auspex_instance **out, auspex_error *err) {
  snprintf(version, sizeof version, "1.0.%d", (int)getpid());
  model = faulty_model;
  model.version = version;
  return faulty_create(host, config, out, err);
}

AUSPEX_MODULE(models, 1, create, NULL, faulty_score, NULL)
