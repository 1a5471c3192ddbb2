/* Unit tests of plugin_load, through a worker: it is not for this process. */
#include "support/ax_test.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "scoring/frame_model.h"
#include "scoring/module_files.h"
#include "scoring/worker_proc.h"

static const char *build(const char *rest) {
  static char path[400];
  const char *folder = getenv("AUSPEX_BUILD");
  (void)snprintf(path, sizeof path, "%s/%s", folder ? folder : "build", rest);
  return path;
}

static void models_that_come_with_the_data_are_asked_for(void **state) {
  (void)state;
  ax_error err = { 0 };
  ax_broker *broker = NULL;
  ax_arena *arena = ax_arena_new(16 << 20);
  ax_module_files files;
  ax_worker_proc *worker = NULL;
  ax_model *models = NULL;
  size_t count = 0;
  if (ax_broker_start(build("bin/auspex-worker"), &broker, &err) ||
      ax_module_files_open(arena, build("faulty"), "late_models", &files,
                           &err) ||
      ax_worker_proc_start(broker, "late_models", &files.order,
                           ax_clock_mono_ns() + 20000000000LL, &worker, &err) ||
      ax_frame_model_read(arena, ax_worker_proc_models(worker), &models, &count,
                          &err))
    fail_msg("%s", err.text);
  assert_int_equal(count, 1);
  assert_str(models[0].name, "faulty");
  ax_worker_proc_end(worker, NULL, 0);
  ax_module_files_close(&files);
  ax_broker_stop(broker);
  ax_arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(models_that_come_with_the_data_are_asked_for),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
