/*
 * bench_gateway.h - a real gateway for benchmarks: started, looked at, stopped.
 */
#ifndef AX_BENCH_GATEWAY_H
#define AX_BENCH_GATEWAY_H

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

extern char **environ;

typedef struct {
  pid_t pid;
  unsigned port;
  char data[64];
} gateway;

static void give_up(const char *why) {
  (void)fprintf(stderr, "bench: %s\n", why);
  exit(1);
}

/* --- the gateway ------------------------------------------------------------
 */

static char *copy_of(const char *text) {
  char *copy = strdup(text);
  if (!copy) give_up("no memory");
  return copy;
}

/* The names of all modules of a folder, as --activate wants them. */
static void name_modules(const char *folder, char *out, size_t room) {
  DIR *dir = opendir(folder);
  size_t len = 0;
  out[0] = '\0';
  for (struct dirent *e = dir ? readdir(dir) : NULL; e; e = readdir(dir))
    if (e->d_name[0] != '.' && len < room)
      len += (size_t)snprintf(out + len, room - len, "%s ", e->d_name);
  if (dir) (void)closedir(dir);
}

static gateway start(void) {
  gateway g = { .data = "/tmp/auspex-bench-XXXXXX" };
  const char *build = getenv("AUSPEX_BUILD");
  char program[512], plugins[512], modules[4096], line[256] = "";
  (void)snprintf(program, sizeof program, "%s/bin/auspex",
                 build ? build : "build");
  (void)snprintf(plugins, sizeof plugins, "%s/plugins",
                 build ? build : "build");
  if (!mkdtemp(g.data)) give_up("no folder for the data");
  name_modules(plugins, modules, sizeof modules);
  const char *words[] = { program,
                          "serve",
                          "--listen",
                          "127.0.0.1:0",
                          "--data",
                          g.data,
                          "--plugins",
                          plugins,
                          "--log-level",
                          "error",
                          "--activate",
                          modules,
                          "--modules-unsigned" };
  char *argv[AX_COUNT(words) + 1] = { 0 };
  for (size_t i = 0; i < AX_COUNT(words); i++) argv[i] = copy_of(words[i]);
  int out[2];
  if (pipe(out)) give_up("no pipe");
  (void)fcntl(out[0], F_SETFD, FD_CLOEXEC);
  posix_spawn_file_actions_t actions;
  (void)posix_spawn_file_actions_init(&actions);
  (void)posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  (void)posix_spawn_file_actions_addclose(&actions, out[1]);
  if (posix_spawn(&g.pid, program, &actions, NULL, argv, environ))
    give_up("the gateway does not start");
  (void)posix_spawn_file_actions_destroy(&actions);
  for (size_t i = 0; argv[i]; i++) free(argv[i]);
  (void)close(out[1]);
  FILE *said = fdopen(out[0], "r");
  if (!said || !fgets(line, sizeof line, said) ||
      sscanf(line, "listening on http://127.0.0.1:%u/fhir", &g.port) != 1)
    give_up("the gateway does not listen");
  (void)fclose(said);
  return g;
}

/* A line of its status that counts kilobytes, in megabytes. */
static double status_mb(pid_t pid, const char *name) {
  char path[64], line[256];
  double kb = 0;
  (void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
  FILE *status = fopen(path, "r");
  while (status && fgets(line, sizeof line, status))
    if (strncmp(line, name, strlen(name)) == 0)
      kb = strtod(line + strlen(name), NULL);
  if (status) (void)fclose(status);
  return kb / 1024;
}

static inline double rss_mb(pid_t pid) {
  return status_mb(pid, "VmRSS:");
}

/* Resident at most so far. */
static inline double most_mb(pid_t pid) {
  return status_mb(pid, "VmHWM:");
}

/* Processor time of the gateway so far, in clock ticks. */
static double ticks(pid_t pid) {
  char path[64], line[1024];
  unsigned long user = 0, kernel = 0;
  (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
  FILE *stat = fopen(path, "r");
  if (stat && fgets(line, sizeof line, stat)) {
    const char *at = strrchr(line, ')');
    if (!at ||
        sscanf(at + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
               &user, &kernel) != 2) /* NOLINT(cert-err34-c) */
      give_up("no processor time");
  }
  if (stat) (void)fclose(stat);
  return (double)(user + kernel);
}

static void stop(gateway *g) {
  char command[128];
  (void)kill(g->pid, SIGTERM);
  (void)waitpid(g->pid, NULL, 0);
  (void)snprintf(command, sizeof command, "rm -rf '%s'", g->data);
  if (system(command)) give_up("the data folder stays"); /* NOLINT */
}

static int dial(unsigned port) {
  union {
    struct sockaddr any;
    struct sockaddr_in v4;
  } to = { .v4 = { .sin_family = AF_INET } };
  to.v4.sin_port = htons((uint16_t)port);
  to.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  if (fd < 0 || connect(fd, &to.any, sizeof to.v4)) give_up("cannot connect");
  (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

#endif
