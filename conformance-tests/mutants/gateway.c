#include "gateway.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

extern char **environ;

enum { START_MS = 60000, PATH = 512 };

/* Every module that was built, as --activate wants them. */
static ax_status name_modules(const char *folder, char *out, size_t room,
                              ax_error *err) {
  const char *const *names = NULL;
  size_t count = 0, len = 0;
  ax_arena *arena = ax_arena_new(1 << 20);
  if (!arena) return AX_NOMEM;
  ax_status status = ax_file_list(arena, folder, &names, &count, err);
  out[0] = '\0';
  for (size_t i = 0; !status && i < count && len < room; i++)
    len += (size_t)snprintf(out + len, room - len, "%s ", names[i]);
  ax_arena_free(arena);
  return status;
}

static ax_status spawn(char *const *args, int out, pid_t *pid, ax_error *err) {
  posix_spawn_file_actions_t actions;
  if (posix_spawn_file_actions_init(&actions) != 0) return AX_NOMEM;
  (void)posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  (void)posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  (void)posix_spawn_file_actions_adddup2(&actions, out, 1);
  int failed = posix_spawn(pid, args[0], &actions, NULL, args, environ);
  (void)posix_spawn_file_actions_destroy(&actions);
  if (!failed) return AX_OK;
  return ax_error_set(err, AX_IO, "cannot start %s: %s", args[0],
                      strerror(failed));
}

static bool read_line(int fd, char *line, size_t room) {
  int64_t until = ax_clock_mono_ns() + (int64_t)START_MS * 1000000;
  for (size_t n = 0; n < room - 1; n++) {
    int64_t left = (until - ax_clock_mono_ns()) / 1000000;
    struct pollfd wait = { .fd = fd, .events = POLLIN };
    if (left <= 0 || poll(&wait, 1, (int)left) != 1) return false;
    if (read(fd, line + n, 1) != 1) return false;
    line[n + 1] = '\0';
    if (line[n] == '\n') return true;
  }
  return false;
}

static ax_status await(ax_gateway *gateway, int fd, ax_error *err) {
  char line[256] = "";
  static const ax_str begin = AX_STR_INIT("listening on http://127.0.0.1:");
  bool said = read_line(fd, line, sizeof line);
  ax_str rest = ax_str_from(line);
  uint64_t port = 0;
  if (ax_str_starts(rest, begin)) rest = ax_str_skip(rest, begin.len);
  if (!said || !ax_str_uint64(ax_str_cut(&rest, '/'), 65535, &port))
    return ax_error_set(err, AX_TIMEOUT,
                        "the gateway does not listen; it said \"%.80s\"", line);
  (void)snprintf(gateway->base, sizeof gateway->base,
                 "http://127.0.0.1:%u/fhir", (unsigned)port);
  return AX_OK;
}

static ax_status launch(ax_gateway *gateway, const char *build,
                        const char *root, const char *config, ax_error *err) {
  char program[PATH], plugins[PATH], packages[PATH], profiles[PATH];
  char options[PATH];
  char modules[4096];
  (void)snprintf(program, sizeof program, "%s/bin/auspex", build);
  (void)snprintf(plugins, sizeof plugins, "%s/plugins", build);
  (void)snprintf(packages, sizeof packages, "%s/build/packages", root);
  (void)snprintf(profiles, sizeof profiles, "%s/fhir-profiles/package", root);
  AX_TRY(name_modules(plugins, modules, sizeof modules, err));
  char serve[] = "serve", listen[] = "--listen", any[] = "127.0.0.1:0",
       data[] = "--data", with[] = "--plugins", from[] = "--packages",
       own[] = "--profiles", unsigned_ones[] = "--modules-unsigned",
       activate[] = "--activate", file[] = "--config";
  char *const args[] = {
    program,       serve,         listen,  any,
    data,          gateway->data, with,    plugins,
    from,          packages,      own,     profiles,
    unsigned_ones, activate,      modules, config ? file : NULL,
    options,       NULL
  };
  (void)snprintf(options, sizeof options, "%s", config ? config : "");
  int ends[2];
  if (pipe(ends) != 0) return ax_error_set(err, AX_IO, "no pipe can be had");
  (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  (void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
  ax_status status = spawn(args, ends[1], &gateway->pid, err);
  (void)close(ends[1]);
  if (!status) status = await(gateway, ends[0], err);
  (void)close(ends[0]);
  return status;
}

ax_status ax_gateway_start(const char *build, const char *root,
                           const char *config, ax_gateway *out, ax_error *err) {
  const char *tmp = getenv("TMPDIR");
  *out = (ax_gateway){ .pid = -1 };
  (void)snprintf(out->data, sizeof out->data, "%s/auspex-mutant-XXXXXX",
                 tmp && tmp[0] ? tmp : "/tmp");
  if (!mkdtemp(out->data))
    return ax_error_set(err, AX_IO, "no folder %s can be made", out->data);
  ax_status status = launch(out, build, root, config, err);
  if (status) ax_gateway_stop(out);
  return status;
}

void ax_gateway_stop(ax_gateway *gateway) {
  if (gateway->pid > 0) {
    (void)kill(gateway->pid, SIGKILL);
    (void)waitpid(gateway->pid, NULL, 0);
  }
  gateway->pid = -1;
  ax_file_remove_tree(gateway->data);
}
