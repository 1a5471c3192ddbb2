#include "outside.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "json/json_parse.h"

extern char **environ;

enum {
  ARGS_MAX = 64,
  READY_MS = 60000,
  START_MS = 60000,
  STOP_MS = 30000,
  CALL_MS = 60000
};

struct outside {
  pid_t pid;
  unsigned port;
  bool visitor;
  char base[64], data[64], log[80];
  CURL *curl;
  ax_arena *arena;
  ax_buf scratch;
};

static const char *env_or(const char *name, const char *standard) {
  const char *value = getenv(name);
  return value && value[0] ? value : standard;
}

static void path_of(char *out, size_t room, const char *root,
                    const char *rest) {
  assert_true((size_t)snprintf(out, room, "%s/%s", root, rest) < room);
}

/* --- the gateway ---------------------------------------------------------- */

static pid_t spawn(const char *program, const char *const *args, int in,
                   int out, int err) {
  char *copy[ARGS_MAX + 1] = { 0 };
  size_t n = 0;
  for (; args[n] && n < ARGS_MAX; n++)
    assert_non_null(copy[n] = strdup(args[n]));
  posix_spawn_file_actions_t actions;
  assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
  (void)posix_spawn_file_actions_adddup2(&actions, in, 0);
  (void)posix_spawn_file_actions_adddup2(&actions, out, 1);
  (void)posix_spawn_file_actions_adddup2(&actions, err, 2);
  pid_t pid = -1;
  int failed = posix_spawn(&pid, program, &actions, NULL, copy, environ);
  (void)posix_spawn_file_actions_destroy(&actions);
  for (size_t i = 0; i < n; i++) free(copy[i]);
  if (failed) fail_msg("cannot start %s: %s", program, strerror(failed));
  return pid;
}

/* Close-on-exec, so that no child keeps another's pipe open. */
static void make_pipe(int ends[2]) {
  assert_int_equal(pipe(ends), 0);
  (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  (void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
}

static bool read_line(int fd, char *line, size_t room, int64_t until_ns) {
  size_t n = 0;
  while (n < room - 1) {
    int64_t left = (until_ns - ax_clock_mono_ns()) / 1000000;
    struct pollfd wait = { .fd = fd, .events = POLLIN };
    if (left <= 0 || poll(&wait, 1, (int)left) != 1) return false;
    if (read(fd, line + n, 1) != 1) return false;
    line[n + 1] = '\0';
    if (line[n] == '\n') return true;
    n++;
  }
  return false;
}

/* Every module of the folder that is served, as --activate wants them. */
static void name_modules(const char *const *args, char *out, size_t size) {
  const char *const *names = NULL;
  const char *folder = "";
  size_t count = 0, len = 0;
  ax_arena *arena = ax_arena_new(1 << 20);
  for (size_t i = 0; args[i]; i++)
    if (strcmp(args[i], "--plugins") == 0 && args[i + 1]) folder = args[i + 1];
  out[0] = '\0';
  if (arena && ax_file_list(arena, folder, &names, &count, NULL) == AX_OK)
    for (size_t i = 0; i < count && len < size; i++)
      len += (size_t)snprintf(out + len, size - len, "%s ", names[i]);
  ax_arena_free(arena);
}

static void launch(outside *gw, const char *const *extra) {
  char program[512], plugins[512], packages[512];
  path_of(program, sizeof program, env_or("AUSPEX_BUILD", "build"),
          "bin/auspex");
  path_of(plugins, sizeof plugins, env_or("AUSPEX_BUILD", "build"), "plugins");
  path_of(packages, sizeof packages, env_or("AUSPEX_ROOT", "."),
          "build/packages");
  const char *args[ARGS_MAX + 1] = {
    program,      "serve",  "--listen",           "127.0.0.1:0",
    "--data",     gw->data, "--plugins",          plugins,
    "--packages", packages, "--modules-unsigned", "--activate"
  };
  char modules[4096];
  size_t n = 13;
  args[12] = ""; /* set when the folder is known */
  for (size_t i = 0; extra && extra[i]; i++) {
    assert_true(n < ARGS_MAX);
    args[n++] = extra[i];
  }
  name_modules(args, modules, sizeof modules);
  args[12] = modules;
  int out[2];
  make_pipe(out);
  int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  int log = open(gw->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  assert_true(null >= 0 && log >= 0);
  gw->pid = spawn(program, args, null, out[1], log);
  (void)close(null);
  (void)close(log);
  (void)close(out[1]);
  char line[256] = "";
  bool listening =
      read_line(out[0], line, sizeof line,
                ax_clock_mono_ns() + ax_test_ms(START_MS) * 1000000);
  (void)close(out[0]);
  if (!listening ||
      sscanf(line, "listening on http://127.0.0.1:%u/fhir", &gw->port) != 1) {
    (void)kill(gw->pid, SIGKILL);
    (void)waitpid(gw->pid, NULL, 0);
    fail_msg("the gateway does not listen; it said \"%s\" and\n%s", line,
             outside_log(gw));
  }
  (void)snprintf(gw->base, sizeof gw->base, "http://127.0.0.1:%u/fhir",
                 gw->port);
}

static outside *new_client(void) {
  outside *gw = calloc(1, sizeof *gw);
  assert_non_null(gw);
  gw->curl = curl_easy_init();
  gw->arena = ax_arena_new((size_t)1 << 30);
  gw->scratch = (ax_buf)AX_BUF_INIT(256u << 20);
  assert_non_null(gw->curl);
  assert_non_null(gw->arena);
  return gw;
}

outside *outside_start(const char *const *args) {
  (void)signal(SIGPIPE, SIG_IGN);
  outside *gw = new_client();
  (void)snprintf(gw->data, sizeof gw->data, "/tmp/auspex-outside-XXXXXX");
  assert_non_null(mkdtemp(gw->data));
  (void)snprintf(gw->log, sizeof gw->log, "%s.log", gw->data);
  launch(gw, args);
  return gw;
}

void outside_again(outside *gw, const char *const *args) {
  assert_int_equal(gw->pid, 0);
  launch(gw, args);
}

void outside_await_ready(outside *gw) {
  int64_t until = ax_clock_mono_ns() + ax_test_ms(READY_MS) * 1000000;
  int status = 0;
  while (status != 200 && ax_clock_mono_ns() < until) {
    status = outside_get(gw, "//health/ready")->status;
    if (status != 200) ax_clock_sleep_ms(10);
  }
  assert_int_equal(status, 200);
}

static int wait_end(outside *gw) {
  int64_t until = ax_clock_mono_ns() + ax_test_ms(STOP_MS) * 1000000;
  int status = 0;
  pid_t got = 0;
  while (got == 0 && ax_clock_mono_ns() < until) {
    got = waitpid(gw->pid, &status, WNOHANG);
    if (got == 0) ax_clock_sleep_ms(5);
  }
  if (got == 0) {
    (void)kill(gw->pid, SIGKILL);
    (void)waitpid(gw->pid, NULL, 0);
    gw->pid = 0;
    fail_msg("the gateway did not end within %d ms of SIGTERM",
             (int)ax_test_ms(STOP_MS));
  }
  gw->pid = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int outside_end(outside *gw) {
  assert_int_equal(kill(gw->pid, SIGTERM), 0);
  return wait_end(gw);
}

void outside_kill(outside *gw) {
  assert_int_equal(kill(gw->pid, SIGKILL), 0);
  (void)waitpid(gw->pid, NULL, 0);
  gw->pid = 0;
}

void outside_leave(outside *gw) {
  if (!gw) return;
  curl_easy_cleanup(gw->curl);
  ax_arena_free(gw->arena);
  ax_buf_free(&gw->scratch);
  free(gw);
}

void outside_stop(outside *gw) {
  if (!gw) return;
  int code = gw->pid ? outside_end(gw) : 0;
  if (code != 0) print_error("%s\n", outside_log(gw));
  ax_file_remove_tree(gw->data);
  (void)remove(gw->log);
  outside_leave(gw);
  assert_int_equal(code, 0);
}

outside *outside_visitor(const outside *gw) {
  outside *visitor = new_client();
  visitor->visitor = true;
  visitor->port = gw->port;
  memcpy(visitor->base, gw->base, sizeof visitor->base);
  return visitor;
}

const char *outside_base(const outside *gw) {
  return gw->base;
}

unsigned outside_port(const outside *gw) {
  return gw->port;
}

pid_t outside_pid(const outside *gw) {
  return gw->pid;
}

const char *outside_data(const outside *gw) {
  return gw->data;
}

static const char *slurp(ax_arena *arena, const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) return "";
  ax_buf text = AX_BUF_INIT(64u << 20);
  char step[4096];
  for (size_t n; (n = fread(step, 1, sizeof step, file)) > 0;)
    ax_buf_append(&text, (ax_str){ step, n });
  (void)fclose(file);
  const char *copy = ax_arena_cstr(arena, ax_buf_view(&text));
  ax_buf_free(&text);
  return copy ? copy : "";
}

const char *outside_log(outside *gw) {
  return slurp(gw->arena, gw->log);
}

/* --- the client ----------------------------------------------------------- */

static size_t take_bytes(char *bytes, size_t size, size_t count, void *buf) {
  ax_buf_append(buf, (ax_str){ bytes, size * count });
  return size * count;
}

static struct curl_slist *header_list(const char *const *headers) {
  struct curl_slist *list = NULL;
  for (size_t i = 0; headers && headers[i]; i++)
    list = curl_slist_append(list, headers[i]);
  return list;
}

static void set_up_call(outside *gw, const char *method, const char *path,
                        const char *body, size_t len) {
  char root[64];
  (void)snprintf(root, sizeof root, "http://127.0.0.1:%u", gw->port);
  bool from_root = strncmp(path, "//", 2) == 0;
  ax_str url = ax_arena_printf(gw->arena, "%s%s", from_root ? root : gw->base,
                               from_root ? path + 1 : path);
  assert_non_null(url.ptr);
  curl_easy_reset(gw->curl);
  (void)curl_easy_setopt(gw->curl, CURLOPT_URL, url.ptr);
  (void)curl_easy_setopt(gw->curl, CURLOPT_CUSTOMREQUEST, method);
  (void)curl_easy_setopt(gw->curl, CURLOPT_NOSIGNAL, 1L);
  (void)curl_easy_setopt(gw->curl, CURLOPT_PATH_AS_IS, 1L);
  (void)curl_easy_setopt(gw->curl, CURLOPT_NOPROXY, "*");
  (void)curl_easy_setopt(gw->curl, CURLOPT_TIMEOUT_MS,
                         (long)ax_test_ms(CALL_MS));
  if (strcmp(method, "HEAD") == 0)
    (void)curl_easy_setopt(gw->curl, CURLOPT_NOBODY, 1L);
  if (!body) return;
  (void)curl_easy_setopt(gw->curl, CURLOPT_POSTFIELDS, body);
  (void)curl_easy_setopt(gw->curl, CURLOPT_POSTFIELDSIZE_LARGE,
                         (curl_off_t)len);
}

const outside_answer *outside_send(outside *gw, const char *method,
                                   const char *path, const char *const *headers,
                                   const char *body, size_t len) {
  static const outside_answer none = { .head = "" };
  ax_buf head = AX_BUF_INIT(1u << 20), text = AX_BUF_INIT(256u << 20);
  set_up_call(gw, method, path, body, len);
  struct curl_slist *list = header_list(headers);
  (void)curl_easy_setopt(gw->curl, CURLOPT_HTTPHEADER, list);
  (void)curl_easy_setopt(gw->curl, CURLOPT_HEADERFUNCTION, take_bytes);
  (void)curl_easy_setopt(gw->curl, CURLOPT_HEADERDATA, &head);
  (void)curl_easy_setopt(gw->curl, CURLOPT_WRITEFUNCTION, take_bytes);
  (void)curl_easy_setopt(gw->curl, CURLOPT_WRITEDATA, &text);
  CURLcode code = curl_easy_perform(gw->curl);
  long status = 0;
  (void)curl_easy_getinfo(gw->curl, CURLINFO_RESPONSE_CODE, &status);
  curl_slist_free_all(list);
  outside_answer *answer = AX_NEW(gw->arena, outside_answer);
  if (answer) {
    answer->status = (int)status;
    answer->head = ax_arena_cstr(gw->arena, ax_buf_view(&head));
    answer->body = ax_arena_str(gw->arena, ax_buf_view(&text));
    ax_json_fault fault;
    if (!answer->body.len ||
        ax_json_parse(gw->arena, answer->body, &answer->json, &fault) != AX_OK)
      answer->json = NULL;
  }
  ax_buf_free(&head);
  ax_buf_free(&text);
  if (code == CURLE_OK && answer && answer->head) return answer;
  if (!gw->visitor)
    fail_msg("%s %s: %s\n%s", method, path, curl_easy_strerror(code),
             outside_log(gw));
  return &none;
}

const outside_answer *outside_get(outside *gw, const char *path) {
  return outside_send(gw, "GET", path, NULL, NULL, 0);
}

const outside_answer *outside_post_with(outside *gw, const char *path,
                                        const char *header, const char *body) {
  const char *headers[] = { "Content-Type: application/fhir+json", header,
                            NULL };
  return outside_send(gw, "POST", path, headers, body, strlen(body));
}

const outside_answer *outside_post(outside *gw, const char *path,
                                   const char *body) {
  return outside_post_with(gw, path, NULL, body);
}

const outside_answer *outside_operate(outside *gw, const char *method,
                                      const char *path, const char *body) {
  char token_path[100], header[100];
  ax_str token = AX_STR("");
  (void)snprintf(token_path, sizeof token_path, "%s/admin.token", gw->data);
  assert_int_equal(ax_file_read(gw->arena, token_path, 80, &token, NULL),
                   AX_OK);
  (void)snprintf(header, sizeof header, "Authorization: Bearer " AX_STR_FMT,
                 AX_STR_ARG(token));
  const char *const headers[] = { header, "Content-Type: application/json",
                                  NULL };
  return outside_send(gw, method, path, headers, body, body ? strlen(body) : 0);
}

const char *outside_raw(outside *gw, const char *bytes, size_t len) {
  union {
    struct sockaddr any;
    struct sockaddr_in v4;
  } to = { .v4 = { .sin_family = AF_INET } };
  to.v4.sin_port = htons((uint16_t)gw->port);
  to.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(connect(fd, &to.any, sizeof to.v4), 0);
  for (size_t done = 0; done < len;) {
    ssize_t n = send(fd, bytes + done, len - done, MSG_NOSIGNAL);
    if (n <= 0) break;
    done += (size_t)n;
  }
  ax_buf heard = AX_BUF_INIT(64u << 20);
  struct pollfd wait = { .fd = fd, .events = POLLIN };
  char step[4096];
  while (poll(&wait, 1, (int)ax_test_ms(2000)) == 1) {
    ssize_t n = recv(fd, step, sizeof step, 0);
    if (n <= 0) break;
    ax_buf_append(&heard, (ax_str){ step, (size_t)n });
  }
  (void)close(fd);
  const char *copy = ax_arena_cstr(gw->arena, ax_buf_view(&heard));
  ax_buf_free(&heard);
  assert_non_null(copy);
  return copy;
}

const char *outside_header(const outside_answer *answer, const char *name) {
  static char value[1024];
  value[0] = '\0';
  size_t len = strlen(name);
  for (const char *line = answer->head; line;) {
    if (strncasecmp(line, name, len) == 0 && line[len] == ':') {
      const char *from = line + len + 1 + strspn(line + len + 1, " \t");
      size_t n = strcspn(from, "\r\n");
      assert_true(n < sizeof value);
      memcpy(value, from, n);
      value[n] = '\0';
      return value;
    }
    line = strchr(line, '\n');
    if (line) line++;
  }
  return value;
}

const ax_json *outside_at(const ax_json *tree, const char *path) {
  ax_str rest = ax_str_from(path);
  while (tree && rest.len) {
    ax_str step = ax_str_cut(&rest, '.');
    ax_str index = step;
    ax_str name = ax_str_cut(&index, '[');
    if (name.len) tree = ax_json_get(tree, name);
    while (index.len) {
      ax_str digits = ax_str_cut(&index, ']');
      tree = ax_json_item(tree, strtoul(digits.ptr, NULL, 10));
      if (index.len && index.ptr[0] == '[') index.ptr++, index.len--;
    }
  }
  return tree;
}

ax_str outside_find(const ax_json *tree, const char *path) {
  return ax_json_text(outside_at(tree, path));
}

static bool contains(ax_str text, const char *part) {
  size_t len = strlen(part);
  for (size_t i = 0; i + len <= text.len; i++)
    if (memcmp(text.ptr + i, part, len) == 0) return true;
  return false;
}

void outside_refused(const outside_answer *answer, int status, const char *code,
                     const char *part) {
  if (answer->status != status)
    print_error("%s%s\n", answer->head, answer->body.ptr);
  assert_int_equal(answer->status, status);
  assert_string_equal(outside_header(answer, "Content-Type"),
                      "application/fhir+json; charset=utf-8");
  assert_str(outside_find(answer->json, "resourceType"), "OperationOutcome");
  const ax_json *issues = AX_JSON_GET(answer->json, "issue");
  for (size_t i = 0; i < ax_json_count(issues); i++) {
    const ax_json *issue = ax_json_item(issues, i);
    if (ax_str_eq(outside_find(issue, "code"), ax_str_from(code)) &&
        contains(outside_find(issue, "details.text"), part))
      return;
  }
  fail_msg("no issue \"%s\" that says \"%s\" in %s", code, part,
           answer->body.ptr);
}

/* --- programs ------------------------------------------------------------- */

static void feed(int fd, const char *input) {
  size_t len = input ? strlen(input) : 0;
  for (size_t done = 0; done < len;) {
    ssize_t n = write(fd, input + done, len - done);
    if (n <= 0) break;
    done += (size_t)n;
  }
  (void)close(fd);
}

static int temp_file(void) {
  char name[] = "/tmp/auspex-run-XXXXXX";
  int fd = mkstemp(name);
  assert_true(fd >= 0);
  (void)unlink(name);
  (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
  return fd;
}

static char *read_back(int fd, char *old) {
  free(old);
  off_t size = lseek(fd, 0, SEEK_END);
  assert_true(size >= 0);
  char *text = calloc(1, (size_t)size + 1);
  assert_non_null(text);
  assert_int_equal(pread(fd, text, (size_t)size, 0), size);
  (void)close(fd);
  return text;
}

outside_run_result outside_run(const char *const *args, const char *input) {
  return outside_run_as("bin/auspex", args, input);
}

outside_run_result outside_run_as(const char *name, const char *const *args,
                                  const char *input) {
  static char *out_text, *err_text;
  (void)signal(SIGPIPE, SIG_IGN);
  char program[512];
  path_of(program, sizeof program, env_or("AUSPEX_BUILD", "build"), name);
  const char *all[ARGS_MAX + 1] = { program };
  for (size_t i = 0; args[i]; i++) {
    assert_true(i + 1 < ARGS_MAX);
    all[i + 1] = args[i];
  }
  int in[2], out = temp_file(), err = temp_file(), status = 0;
  make_pipe(in);
  pid_t pid = spawn(program, all, in[0], out, err);
  (void)close(in[0]);
  feed(in[1], input);
  assert_int_equal(waitpid(pid, &status, 0), pid);
  out_text = read_back(out, out_text);
  err_text = read_back(err, err_text);
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return (outside_run_result){ code, out_text, err_text };
}

char *outside_file(const char *path) {
  char full[512];
  path_of(full, sizeof full, env_or("AUSPEX_ROOT", "."), path);
  int fd = open(full, O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail_msg("there is no file %s", full);
  return read_back(fd, NULL);
}
