#include "app/app_worker.h"

#include <string.h>
#include <unistd.h>

const char *ax_app_worker_path(ax_arena *arena, const ax_config *config) {
  enum { ROOM = 4096 };
  if (config->worker[0]) return config->worker;
  char *self = AX_NEW_ARRAY(arena, char, ROOM);
  ssize_t len = self ? readlink("/proc/self/exe", self, ROOM - 1) : -1;
  if (len <= 0) return "auspex-worker";
  self[len] = '\0';
  char *slash = strrchr(self, '/');
  ax_str folder = { self, slash ? (size_t)(slash - self) : 0 };
  ax_str path =
      ax_arena_printf(arena, "%.*s/auspex-worker", AX_STR_ARG(folder));
  return path.ptr ? path.ptr : "auspex-worker";
}

ax_score_options ax_app_worker_options(ax_arena *arena,
                                       const ax_config *config) {
  return (ax_score_options){ .plugins = config->plugins,
                             .worker = ax_app_worker_path(arena, config),
                             .deadline_ms = (int64_t)config->score_deadline_ms,
                             .worker_memory = config->worker_memory,
                             .keys = config->module_keys };
}
