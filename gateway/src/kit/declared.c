#include "kit/declared.h"

#include <auspex_plugin.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "scoring/frame_model.h"

enum { SECONDS = 10 };

/* In the child: writes what the gateway would get from a worker. */
static void tell(int fd, const auspex_declared *declared) {
  struct rlimit processor = { SECONDS, SECONDS }, none = { 0, 0 };
  auspex_module module = { .size = sizeof module,
                           .models = declared->models,
                           .model_count = (uint32_t)declared->count };
  ax_buf out = AX_BUF_INIT(AX_FRAME_MAX);
  (void)setrlimit(RLIMIT_CPU, &processor);
  (void)setrlimit(RLIMIT_CORE, &none);
  if (declared->count > AX_FRAME_MODEL_MODELS) _exit(2);
  ax_frame_model_write(&out, &module);
  ax_str left = ax_buf_view(&out);
  while (left.len) {
    ssize_t wrote = write(fd, left.ptr, left.len);
    if (wrote <= 0) _exit(3);
    left = ax_str_skip(left, (size_t)wrote);
  }
  _exit(out.status ? 4 : 0);
}

static ax_status listen_to(int fd, pid_t child, ax_buf *payload,
                           ax_error *err) {
  int how = 0;
  ax_status status = ax_file_read_fd(fd, AX_FRAME_MAX, payload, err);
  if (waitpid(child, &how, 0) != child)
    return ax_error_set(err, AX_IO, "the child process was lost");
  if (status) return status;
  if (how != 0)
    return ax_error_set(err, AX_INVALID,
                        "the declarations are malformed: a pointer in them "
                        "leads outside the module (declare everything as "
                        "static const)");
  return AX_OK;
}

static ax_status fetch(const auspex_declared *declared, ax_buf *payload,
                       ax_error *err) {
  int ends[2];
  if (pipe(ends) != 0) return ax_error_set(err, AX_IO, "no pipe can be made");
  pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    tell(ends[1], declared);
  }
  close(ends[1]);
  ax_status status = child > 0 ? listen_to(ends[0], child, payload, err)
                               : ax_error_set(err, AX_IO, "cannot fork");
  close(ends[0]);
  return status;
}

ax_status ax_declared_read(ax_arena *arena, const ax_elf *elf, ax_model **out,
                           size_t *count, ax_error *err) {
  auspex_declared declared;
  *out = NULL;
  *count = 0;
  if (!elf->declared || elf->declared_size < sizeof declared)
    return ax_error_set(err, AX_INVALID,
                        "it has no section auspex_models: build it with "
                        "AUSPEX_MODULE of this SDK");
  memcpy(&declared, elf->declared, sizeof declared);
  if (declared.count == 0) return AX_OK;
  ax_buf payload = AX_BUF_INIT(AX_FRAME_MAX);
  ax_status status = fetch(&declared, &payload, err);
  if (!status)
    status = ax_frame_model_read(arena, ax_buf_view(&payload), out, count, err);
  ax_buf_free(&payload);
  if (status) *count = 0;
  return status;
}
