#include "kit/trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "kit/folder.h"
#include "scoring/frame_batch.h"
#include "scoring/frame_model.h"

enum {
  START_MS = 20000,
  BATCH_MS = 1000,
  WORKER_MEMORY = 1 << 30,
  PATH = 4096
};

static ax_status beside_us(ax_arena *arena, const char *name, ax_str *out) {
  char path[PATH];
  ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
  if (len <= 0) return AX_NOT_FOUND;
  path[len] = 0;
  char *slash = strrchr(path, '/');
  if (!slash) return AX_NOT_FOUND;
  *slash = 0;
  *out = ax_arena_printf(arena, "%s/%s", path, name);
  return out->ptr ? AX_OK : AX_NOMEM;
}

/* "x/plugins/endpac/" is "x/plugins" and "endpac". */
static ax_status split(ax_trial *t, const char *folder, const char **parent,
                       ax_error *err) {
  char full[AX_FOLDER_PATH];
  if (!ax_folder_full(folder, full) || !ax_file_is_dir(full))
    return ax_error_set(err, AX_NOT_FOUND,
                        "there is no folder \"%.150s\"; name the folder that "
                        "holds NAME.so",
                        folder);
  char *slash = strrchr(full, '/');
  t->folder = ax_arena_cstr(t->arena, ax_str_from(full));
  t->name = ax_arena_cstr(t->arena, ax_str_from(slash + 1));
  *slash = 0;
  *parent = ax_arena_cstr(t->arena, ax_str_from(slash == full ? "/" : full));
  if (!t->folder || !t->name || !*parent)
    return ax_error_set(err, AX_NOMEM, "no memory");
  return AX_OK;
}

static ax_status start(ax_trial *t, ax_error *err) {
  int64_t begun = ax_clock_mono_ns();
  /* What nobody has set is another number in each of them. */
  t->files.order.trial = t->plain ? 0 : t->starts++ % 2 ? 0xbf : 0x40;
  AX_TRY(ax_worker_proc_start(t->broker, t->name, &t->files.order,
                              begun + START_MS * INT64_C(1000000), &t->worker,
                              err));
  t->start_us = (ax_clock_mono_ns() - begun) / 1000;
  return AX_OK;
}

static ax_status open_all(ax_trial *t, const char *worker, const char *folder,
                          ax_error *err) {
  const char *parent = NULL;
  ax_str program = { worker, 0 };
  AX_TRY(split(t, folder, &parent, err));
  if (!worker) AX_TRY(beside_us(t->arena, "auspex-worker", &program));
  AX_TRY(ax_module_files_open(t->arena, parent, t->name, &t->files, err));
  t->files.order.memory = WORKER_MEMORY;
  AX_TRY(ax_broker_start(program.ptr, &t->broker, err));
  AX_TRY(start(t, err));
  t->declared = ax_arena_str(t->arena, ax_worker_proc_models(t->worker));
  if (!t->declared.ptr) return ax_error_set(err, AX_NOMEM, "no memory");
  return ax_frame_model_read(t->arena, t->declared, &t->models, &t->count, err);
}

ax_status ax_trial_open(ax_arena *arena, const char *worker, const char *folder,
                        ax_trial *out, ax_error *err) {
  *out = (ax_trial){ .arena = arena,
                     .batch_ms = BATCH_MS,
                     .files = { .order = { .module = -1, .data = -1 } } };
  ax_status status = open_all(out, worker, folder, err);
  if (status) ax_trial_close(out);
  return status;
}

void ax_trial_close(ax_trial *t) {
  ax_worker_proc_end(t->worker, NULL, 0);
  ax_broker_stop(t->broker);
  ax_module_files_close(&t->files);
  t->worker = NULL;
  t->broker = NULL;
}

static void end(ax_trial *t) {
  ax_worker_proc_end(t->worker, t->ending, sizeof t->ending);
  t->worker = NULL;
}

ax_status ax_trial_restart(ax_trial *t, ax_error *err) {
  if (t->worker) end(t);
  return start(t, err);
}

ax_status ax_trial_create_with(ax_trial *t, const ax_frame_load *order,
                               bool *same, ax_error *err) {
  ax_worker_proc *worker = NULL;
  ax_status status = ax_worker_proc_start(
      t->broker, t->name, order,
      ax_clock_mono_ns() + START_MS * INT64_C(1000000), &worker, err);
  *same = !status && ax_str_eq(ax_worker_proc_models(worker), t->declared);
  ax_worker_proc_end(worker, NULL, 0);
  return status;
}

ax_status ax_trial_score(ax_trial *t, ax_arena *arena, const ax_model *model,
                         const ax_feature_row *const *rows, size_t count,
                         ax_results *out, ax_error *err) {
  ax_str answer;
  if (!t->worker) AX_TRY(start(t, err));
  ax_status status = ax_worker_proc_score(
      t->worker, model, rows, count,
      ax_clock_mono_ns() + t->batch_ms * INT64_C(1000000), &answer, err);
  if (status && status != AX_INVALID) end(t);
  if (status) return status;
  for (size_t i = 0; i < count; i++)
    AX_TRY(ax_frame_batch_results(arena, answer, (uint32_t)i, &out[i]));
  return AX_OK;
}

uint64_t ax_trial_memory(const ax_trial *t) {
  char path[64], line[128], *end = NULL;
  if (!t->worker) return 0;
  (void)snprintf(path, sizeof path, "/proc/%d/statm",
                 (int)ax_worker_proc_pid(t->worker));
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  char *got = fgets(line, sizeof line, file);
  (void)fclose(file);
  if (!got || !(end = strchr(line, ' '))) return 0;
  /* "size resident ...", in pages */
  return strtoull(end, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
}
