/* test_recording_proxy.c - `auspex-conformance proxy` between a client and a
 * gateway: what passes, what is recorded, what scripts say of the client. */
#include "../support/outside.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "net/net_client.h"
#include "json/json_parse.h"

static outside *gw;
static ax_arena *arena;
static char folder[64];

static int set_up(void **state) {
  (void)state;
  arena = ax_arena_new((size_t)256 << 20);
  (void)snprintf(folder, sizeof folder, "/tmp/auspex-recorded-XXXXXX");
  if (!arena || !mkdtemp(folder)) return -1;
  gw = outside_start(NULL);
  return 0;
}

static void empty_folder(void) {
  const char *const *names = NULL;
  size_t count = 0;
  assert_int_equal(ax_file_list(arena, folder, &names, &count, NULL), AX_OK);
  for (size_t i = 0; i < count; i++)
    (void)remove(ax_arena_printf(arena, "%s/%s", folder, names[i]).ptr);
}

static int tear_down(void **state) {
  (void)state;
  outside_stop(gw);
  empty_folder();
  (void)remove(folder);
  ax_arena_free(arena);
  return 0;
}

/* --- the program ---------------------------------------------------------- */

typedef struct {
  FILE *out;
  pid_t pid;
  char base[80];
} program;

static const char *env_or(const char *name, const char *standard) {
  const char *value = getenv(name);
  return value && value[0] ? value : standard;
}

/* `exec` keeps the pid that the shell told first. */
static program begin(const char *args) {
  program p = { 0 };
  char command[1024], line[256] = "";
  (void)snprintf(command, sizeof command,
                 "echo $$; exec %s/bin/auspex-conformance proxy %s",
                 env_or("AUSPEX_BUILD", "build"), args);
  p.out = popen(command, "r");
  assert_non_null(p.out);
  assert_non_null(fgets(line, sizeof line, p.out));
  p.pid = (pid_t)strtol(line, NULL, 10);
  assert_true(p.pid > 0);
  return p;
}

static program listen_with(const char *args) {
  char all[512], line[256] = "";
  (void)snprintf(all, sizeof all, "--listen 0 --target %s %s", outside_base(gw),
                 args);
  program p = begin(all);
  assert_non_null(fgets(line, sizeof line, p.out));
  const char *at = strstr(line, "http://"), *end = strchr(line, ',');
  assert_non_null(at);
  assert_non_null(end);
  memcpy(p.base, at, (size_t)(end - at));
  return p;
}

/* Reads what is left of its output; its exit code. */
static int end(program *p, ax_str *said) {
  ax_buf text = AX_BUF_INIT(16 << 20);
  char step[4096];
  for (size_t n; (n = fread(step, 1, sizeof step, p->out)) > 0;)
    ax_buf_append(&text, (ax_str){ step, n });
  int status = pclose(p->out);
  *said = ax_arena_str(arena, ax_buf_view(&text));
  ax_buf_free(&text);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* --- the client ----------------------------------------------------------- */

static ax_net_response post(const program *p, const char *path, ax_str body) {
  const char *base = p->base;
  const ax_net_client_options options = { .origins = &base,
                                          .origin_count = 1,
                                          .timeout_ms =
                                              (unsigned)ax_test_ms(20000) };
  static const ax_net_header headers[] = {
    { AX_STR_INIT("Content-Type"), AX_STR_INIT("application/fhir+json") }
  };
  ax_net_client *client = NULL;
  ax_net_response got = { 0 };
  ax_net_request rq = { .method = AX_NET_POST,
                        .headers = headers,
                        .header_count = 1,
                        .body = body,
                        .bearer = AX_STR("very-secret-token-1") };
  rq.url = ax_arena_printf(arena, "%s%s", base, path);
  assert_int_equal(ax_net_client_new(&options, &client, NULL), AX_OK);
  assert_int_equal(ax_net_client_send(client, &rq, arena, &got, NULL), AX_OK);
  ax_net_client_free(client);
  return got;
}

static bool holds(ax_str text, const char *part) {
  return ax_str_find(text, ax_str_from(part)) != AX_STR_NONE;
}

#define PATIENT                                                          \
  "{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":\"urn:a\"," \
  "\"value\":\"1\"}],\"gender\":\"female\",\"birthDate\":\"1950-02-03\"}"

/* What the client sends is a Patient with a gender. */
static const char judge[] =
    "{\"resourceType\":\"TestScript\",\"id\":\"judge\",\"url\":"
    "\"http://example.org/judge\",\"name\":\"judge\",\"status\":\"active\","
    "\"origin\":[{\"index\":1,\"profile\":{\"code\":\"FHIR-Client\"}}],"
    "\"test\":[{\"name\":\"a Patient\",\"action\":["
    "{\"operation\":{\"origin\":1,\"encodeRequestUrl\":true,\"requestId\":"
    "\"sent\"}},"
    "{\"assert\":{\"direction\":\"request\",\"sourceId\":\"sent\","
    "\"expression\":\"Patient.gender.exists()\",\"value\":\"true\","
    "\"warningOnly\":false}}]}]}";

static const char *write_judge(void) {
  static char path[96];
  (void)snprintf(path, sizeof path, "%s.judge.json", folder);
  assert_int_equal(ax_file_write(path, ax_str_from(judge), NULL), AX_OK);
  return path;
}

/* --- tests ---------------------------------------------------------------- */

static void a_feed_passes_and_is_recorded(void **state) {
  (void)state;
  char args[128];
  ax_str said, file;
  (void)snprintf(args, sizeof args, "--record %s", folder);
  program p = listen_with(args);
  ax_net_response got = post(&p, "/Patient", AX_STR(PATIENT));
  assert_int_equal(got.status, 201);
  /* The gateway's own links lead through the proxy. */
  ax_str place = ax_net_client_header(&got, AX_STR("Location"));
  assert_true(ax_str_starts(place, ax_str_from(p.base)));
  assert_int_equal(post(&p, "/Patient", AX_STR("{")).status, 400);
  assert_int_equal(kill(p.pid, SIGTERM), 0);
  assert_int_equal(end(&p, &said), 0);
  assert_true(holds(said, "passed on 2 request(s), 0 without an answer"));
  /* It is on the gateway. */
  const outside_answer *found = outside_get(gw, "/Patient?identifier=urn:a|1");
  assert_str(outside_find(found->json, "entry[0].resource.gender"), "female");
  for (int i = 1; i <= 2; i++) {
    ax_str path = ax_arena_printf(arena, "%s/%06d.json", folder, i);
    assert_int_equal(ax_file_read(arena, path.ptr, 1 << 20, &file, NULL),
                     AX_OK);
    assert_false(holds(file, "very-secret-token-1"));
    assert_true(holds(file, i == 1 ? "\"status\":201" : "\"status\":400"));
  }
}

static void scripts_judge_the_client(void **state) {
  (void)state;
  ax_str said;
  const char *path = write_judge();
  static const struct {
    const char *body;
    int code;
    const char *says;
  } rows[] = {
    { PATIENT, 0, "judge" },
    { "{\"resourceType\":\"Patient\",\"birthDate\":\"1950-02-03\"}", 1,
      "Patient.gender.exists()" },
  };
  for (size_t i = 0; i < AX_COUNT(rows); i++) {
    program p = listen_with(path);
    (void)post(&p, "/Patient", ax_str_from(rows[i].body));
    int code = end(&p, &said);
    if (code != rows[i].code) print_error("%.*s\n", AX_STR_ARG(said));
    assert_int_equal(code, rows[i].code);
    assert_true(holds(said, rows[i].says));
  }
  (void)remove(path);
}

static void a_client_that_sends_nothing_is_no_pass(void **state) {
  (void)state;
  ax_str said;
  char args[160];
  const char *path = write_judge();
  (void)snprintf(args, sizeof args, "--wait 1 %s", path);
  program p = listen_with(args);
  assert_int_equal(end(&p, &said), 1);
  assert_true(holds(said, "no request of the client under test came"));
  (void)remove(path);
}

static int judge_recording(const char *more, ax_str *said) {
  char args[256];
  const char *path = write_judge();
  (void)snprintf(args, sizeof args, "--recording %s %s %s", folder, more, path);
  program p = begin(args);
  int code = end(&p, said);
  (void)remove(path);
  return code;
}

static void write_message(const char *name, const char *text) {
  ax_str path = ax_arena_printf(arena, "%s/%s", folder, name);
  assert_int_equal(ax_file_write(path.ptr, ax_str_from(text), NULL), AX_OK);
}

static void messages_of_a_folder_are_judged(void **state) {
  (void)state;
  ax_str said;
  empty_folder();
  write_message("a.json", PATIENT);
  write_message("b.json", "{\"resourceType\":\"Patient\"}");
  /* The first message only; then each of them. */
  assert_int_equal(judge_recording("", &said), 0);
  int code = judge_recording("--each", &said);
  if (code != 1) print_error("%.*s\n", AX_STR_ARG(said));
  assert_int_equal(code, 1);
  assert_true(holds(said, "a.json"));
  assert_true(holds(said, "b.json"));
}

static void odd_command_lines_are_refused(void **state) {
  (void)state;
  static const char *const rows[] = {
    "",
    "--target http://127.0.0.1:1/fhir --recording /tmp x.json",
    "--target ftp://127.0.0.1/fhir --listen 0",
    "--recording /tmp/no-such-folder x.json",
    "--recording /tmp",
    "--target http://127.0.0.1:1/fhir --each",
    "--target http://127.0.0.1:1/fhir --wait never",
    "--target http://127.0.0.1:1/fhir --jobs 2 x.json",
    "--target http://127.0.0.1:1/fhir --base http://127.0.0.1:2/fhir x.json",
    "--target http://127.0.0.1:1/fhir --listen 0 --nonsense",
  };
  for (size_t i = 0; i < AX_COUNT(rows); i++) {
    ax_str said;
    char args[256];
    (void)snprintf(args, sizeof args, "%s 2>&1", rows[i]);
    program p = begin(args);
    int code = end(&p, &said);
    if (code != 2) print_error("%s: %.*s\n", rows[i], AX_STR_ARG(said));
    assert_int_equal(code, 2);
    assert_true(ax_str_starts(said, AX_STR("auspex-conformance: ")));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_feed_passes_and_is_recorded),
    cmocka_unit_test(scripts_judge_the_client),
    cmocka_unit_test(a_client_that_sends_nothing_is_no_pass),
    cmocka_unit_test(messages_of_a_folder_are_judged),
    cmocka_unit_test(odd_command_lines_are_refused),
  };
  return cmocka_run_group_tests_name("recording_proxy", tests, set_up,
                                     tear_down);
}
