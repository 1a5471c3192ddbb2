/*
 * test_conformance_target.c - auspex-conformance as a client: tokens it gets,
 * secrets that no report of it tells, what it does when it is interrupted or
 * installed.
 */
#include "../support/certificates.h"
#include "../support/other_server.h"
#include "../support/scripts.h"
#include "../support/tls_front.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/file.h"

enum { PATH = 600 };

static int setup(void **state) {
  (void)state;
  scripts_begin();
  scripts_put_script(
      "all/fail",
      "\"test\":[" TEST(
          "is there",
          READ "," ASSERT(
              "\"responseCode\":\"200\"")) "," TEST("is not there",
                                                    READ "," ASSERT(
                                                        "\"responseCode\":"
                                                        "\"404\"")) "]");
  scripts_put_script(
      "all/warning",
      "\"test\":[" TEST("perhaps",
                        READ "," WARN("\"responseCode\":\"200\"")) "]");
  return 0;
}

static int teardown(void **state) {
  (void)state;
  scripts_end();
  return 0;
}

/* --- secrets
 * -------------------------------------------------------------------------
 */

#define TOKEN "tOp/S3cret+tok=en"
#define WORD "cl1ent'S \"word\"%"
#define ISSUED "issued-by-the-server.0123"

/* What a request lacked, or "". The server has threads of its own. */
typedef _Atomic(const char *) fault;

/* Gives tokens to those who know WORD; tells everybody what they sent. */
static void token_server(void *ctx, ax_http_request *rq, ax_http_response *rs) {
  fault *seen = ctx;
  ax_str sent = ax_http_get_header(rq, AX_STR("Authorization"));
  rs->content_type = AX_STR("application/json");
  rs->status = 200;
  if (ax_str_eq(rq->path, AX_STR("/token"))) {
    bool known = ax_str_eq(
        sent, AX_STR("Basic bWU6Y2wxZW50JTI3UyUyMCUyMndvcmQlMjIlMjU="));
    /* The signature itself is looked at in test_delivery. */
    known |=
        ax_str_find(rq->body, AX_STR("&client_assertion=ey")) != AX_STR_NONE &&
        ax_str_ends(rq->body, AX_STR("&scope=system%2F%2A.read"));
    rs->status = known ? 200 : 401;
    rs->body = known ? AX_STR("{\"access_token\":\"" ISSUED
                              "\",\"token_type\":\"Bearer\",\"expires_in\":60}")
                     : AX_STR("{}");
    return;
  }
  if (!ax_str_eq(sent, AX_STR("Bearer " ISSUED))) *seen = "wrong token";
  if (!ax_http_get_header(rq, AX_STR("X-Auspex-Test")).len &&
      !ax_str_ends(rq->path, AX_STR("/metadata")))
    *seen = "no test id";
  rs->content_type = AX_STR("application/fhir+json");
  rs->status = 404;
  rs->body = ax_arena_printf(
      rq->arena,
      "{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":"
      "\"error\",\"code\":\"login\",\"diagnostics\":\"you sent " AX_STR_FMT
      " and " AX_STR_FMT "\"}]}",
      AX_STR_ARG(sent), AX_STR_ARG(rq->query));
  ax_http_set_header(rs, AX_STR("Set-Cookie"), AX_STR("s=" ISSUED));
}

static const char *const leaks[] = {
  "S3cret",   "pAssw0rd", "cl1ent",   "issued-by",
  "dE9wL1Mz", "Y2wxZW50", "aXNzdWVk", "tOp%2FS",
};

static void no_leak(ax_str text, const char *where) {
  for (size_t i = 0; i < AX_COUNT(leaks); i++)
    if (ax_str_find(text, ax_str_from(leaks[i])) != AX_STR_NONE)
      fail_msg("%s: %s", where, leaks[i]);
}

static void no_leak_in_reports(const char *name, const outside_run_result *r) {
  static const char *const files[] = { "report.txt",  "report.json",
                                       "junit.xml",   "report.tap",
                                       "report.html", "testreport.json" };
  no_leak(ax_str_from(r->out), "standard output");
  no_leak(ax_str_from(r->err), "standard error");
  for (size_t i = 0; i < AX_COUNT(files); i++) {
    const char *file =
        ax_arena_printf(scripts_arena(), "%s/%s", name, files[i]).ptr;
    no_leak(scripts_text(file), file);
  }
}

/* The script repeats the secrets in every place that a script has. */
static void put_leaky_script(void) {
  scripts_put_script(
      "leaky/leaky",
      "\"variable\":[{\"name\":\"password\",\"defaultValue\":\"x\"}],"
      "\"test\":[" TEST(
          "says ${password}",
          OPERATION(
              "search",
              ",\"resource\":\"Patient\",\"params\":"
              "\"?name=${password}&family=pAssw0rd-1&access_token=${password}"
              "\",\"requestHeader\":[{\"field\":\"X-Note\","
              "\"value\":\"${password}\"}]") "," ASSERT("\"description\":\"is "
                                                        "${password}\","
                                                        "\"expression\":"
                                                        "\"OperationOutcome."
                                                        "issue."
                                                        "diagnostics\","
                                                        "\"value\":\"${"
                                                        "password}\"")) "]");
}

static void no_report_tells_a_secret_of_the_command_line(void **state) {
  (void)state;
  fault seen = "";
  ax_http_server *server = other_server_start(token_server, &seen, 0);
  put_leaky_script();
  scripts_put("word", WORD "\n");
  const char *base =
      ax_arena_printf(scripts_arena(), "http://127.0.0.1:%u/fhir",
                      ax_http_server_port(server))
          .ptr;
  const char *url =
      ax_arena_printf(scripts_arena(), "http://127.0.0.1:%u/token",
                      ax_http_server_port(server))
          .ptr;
  outside_run_result r = scripts_run(
      base, (const char *const[]){ "--token-url", url, "--client-id", "me",
                                   "--client-secret-file", scripts_path("word"),
                                   "--var", "password=" TOKEN, "--header",
                                   "X-Api-Key: " TOKEN, "--header",
                                   /* Basic, of someone:pAssw0rd-1 */
                                   "Proxy-Authorization: Basic "
                                   "c29tZW9uZTpwQXNzdzByZC0x",
                                   "--report-dir", scripts_path("leaky-out"),
                                   scripts_path("leaky"), NULL });
  ax_http_server_stop(server);
  assert_int_equal(r.code, 1);
  assert_string_equal(atomic_load(&seen), "");
  no_leak_in_reports("leaky-out", &r);
  assert_true(scripts_count(scripts_text("leaky-out/report.json"), "***") > 5);
}

static void a_token_server_that_refuses_ends_with_2(void **state) {
  (void)state;
  fault seen = "";
  ax_http_server *server = other_server_start(token_server, &seen, 0);
  const char *url =
      ax_arena_printf(scripts_arena(), "http://127.0.0.1:%u/token",
                      ax_http_server_port(server))
          .ptr;
  outside_run_result r =
      scripts_run(url, (const char *const[]){ "--token-url", url, "--client-id",
                                              "me", "--client-secret", "wrong",
                                              scripts_path("all"), NULL });
  ax_http_server_stop(server);
  assert_int_equal(r.code, 2);
  assert_non_null(strstr(r.err, "gives no token (status 401)"));
  assert_null(strstr(r.err, "wrong"));
}

static void a_signed_assertion_is_credentials_too(void **state) {
  (void)state;
  fault seen = "";
  const char *key = scripts_path("key.pem");
  char command[3 * PATH];
  (void)snprintf(command, sizeof command,
                 "openssl ecparam -name secp384r1 -genkey -noout -out %s", key);
  if (system(command) != 0) skip(); /* NOLINT(cert-env33-c) no openssl here */
  ax_http_server *server = other_server_start(token_server, &seen, 0);
  const unsigned port = ax_http_server_port(server);
  const char *url =
      ax_arena_printf(scripts_arena(), "http://127.0.0.1:%u/token", port).ptr;
  outside_run_result r = scripts_run(
      ax_arena_printf(scripts_arena(), "http://127.0.0.1:%u/fhir", port).ptr,
      (const char *const[]){ "--token-url", url, "--client-id", "me",
                             "--client-key", key, "--client-algorithm", "ES384",
                             "--scope", "system/*.read", "--quiet",
                             scripts_path("all/fail.json"), NULL });
  ax_http_server_stop(server);
  assert_int_equal(r.code, 1);
  assert_string_equal(atomic_load(&seen), "");
}

/* --- interrupted, installed
 * ------------------------------------------------------------
 */

/* Interrupts the runner, whose number stands in a file, at its first request
 * that belongs to a test. */
static void interrupting_server(void *ctx, ax_http_request *rq,
                                ax_http_response *rs) {
  const char *file = ctx;
  rs->status = 404;
  rs->content_type = AX_STR("application/fhir+json");
  rs->body = AX_STR("{\"resourceType\":\"OperationOutcome\",\"issue\":[]}");
  if (!ax_http_get_header(rq, AX_STR("X-Auspex-Test")).len) return;
  ax_str pid = AX_STR("");
  int64_t number = 0;
  ax_error err = { 0 };
  if (ax_file_read(rq->arena, file, 100, &pid, &err) == AX_OK &&
      ax_str_int64(ax_str_trim(pid), 2, INT32_MAX, &number))
    (void)kill((pid_t)number, SIGINT);
}

static void who_is_interrupted_ends_what_runs_and_reports(void **state) {
  (void)state;
  char *pid_file =
      ax_arena_cstr(scripts_arena(), ax_str_from(scripts_path("pid")));
  ax_http_server *server = other_server_start(interrupting_server, pid_file, 0);
  const char *root = getenv("AUSPEX_ROOT"), *build = getenv("AUSPEX_BUILD");
  const char *command =
      ax_arena_printf(scripts_arena(),
                      "echo $$ >%s/pid; exec %s/bin/auspex-conformance run "
                      "--base http://127.0.0.1:%u/fhir --packages "
                      "%s/build/packages --report json=%s/stopped.json "
                      "%s/all/fail.json %s/all/warning.json >&2",
                      scripts_folder(), build ? build : "build",
                      ax_http_server_port(server), root ? root : ".",
                      scripts_folder(), scripts_folder(), scripts_folder())
          .ptr;
  int status = system(command); /* NOLINT(cert-env33-c): as a shell starts it */
  ax_http_server_stop(server);
  assert_int_equal(WEXITSTATUS(status), 1);
  const ax_json *scripts = AX_JSON_GET(scripts_tree("stopped.json"), "scripts");
  assert_str(AX_JSON_STR(ax_json_item(scripts, 0), "outcome"), "fail");
  assert_str(AX_JSON_STR(ax_json_item(scripts, 1), "message"),
             "not run: interrupted");
}

/* Files of certificates.h; NULL: the option is left out. */
typedef struct {
  const char *server, *ca, *cert, *key;
  int code;
  const char *why; /* on standard error */
} tls_row;

static const tls_row tls_rows[] = {
  { "server", "ca.pem", "client.pem", "client.key", 0, "" },
  { "server", "ca.pem", NULL, NULL, 3, "asks for a client certificate" },
  { "server", "ca.pem", "stranger.pem", "stranger.key", 3,
    "does not know the authority of our client certificate" },
  { "server", "ca.pem", "late-client.pem", "late-client.key", 3,
    "our client certificate has expired" },
  { "server", "other-ca.pem", "client.pem", "client.key", 3,
    "unable to get local issuer certificate" },
  { "late-server", "ca.pem", "client.pem", "client.key", 3,
    "certificate has expired" },
  { "elsewhere", "ca.pem", "client.pem", "client.key", 3,
    "no alternative certificate subject name matches" },
  { "server", "ca.pem", "client.pem", "stranger.key", 2,
    "is not that of the client certificate" },
  { "server", "away.pem", NULL, NULL, 2, "away.pem cannot be read" },
};

static outside_run_result run_over_tls(const char *folder, const tls_row *row,
                                       const tls_front *front, bool token) {
  const char *words[16];
  size_t n = 0;
  const struct {
    const char *flag, *file;
  } files[] = { { "--ca", row->ca },
                { "--cert", row->cert },
                { "--key", row->key } };
  const char *base = ax_arena_printf(scripts_arena(), "https://127.0.0.1:%u",
                                     tls_front_port(front))
                         .ptr;
  for (size_t i = 0; i < AX_COUNT(files); i++) {
    if (!files[i].file) continue;
    words[n++] = files[i].flag;
    words[n++] = certificates_path(folder, files[i].file);
  }
  if (token) {
    words[n++] = "--token-url";
    words[n++] = ax_arena_printf(scripts_arena(), "%s/token", base).ptr;
    words[n++] = "--client-id";
    words[n++] = "me";
    words[n++] = "--client-secret";
    words[n++] = WORD;
  }
  words[n++] = scripts_path("tls/missing.json");
  words[n] = NULL;
  return scripts_run(base, words);
}

static void certificates_are_checked_and_shown(void **state) {
  (void)state;
  char folder[] = "/tmp/auspex-pki-XXXXXX";
  fault seen = "";
  ax_http_server *server = other_server_start(token_server, &seen, 0);
  certificates_begin(folder);
  scripts_put_script(
      "tls/missing",
      "\"test\":[" TEST("is not there", READ "," ASSERT("\"responseCode\":"
                                                        "\"404\"")) "]");
  for (size_t i = 0; i < AX_COUNT(tls_rows); i++) {
    const tls_row *row = &tls_rows[i];
    tls_front *front =
        tls_front_start(folder, row->server, ax_http_server_port(server));
    outside_run_result r = run_over_tls(folder, row, front, false);
    if (r.code != row->code || !strstr(r.err, row->why))
      fail_msg("row %zu: %d %s%s", i, r.code, r.out, r.err);
    seen = "";
    r = run_over_tls(folder, row, front, true); /* the same of tokens */
    if ((r.code == 0) != (row->code == 0) || *atomic_load(&seen))
      fail_msg("row %zu, token: %d %s%s%s", i, r.code, r.out, r.err,
               atomic_load(&seen));
    assert_true((tls_front_let_in(front) > 0) ==
                (row->code == 0 || strcmp(row->server, "elsewhere") == 0));
    tls_front_stop(front);
  }
  certificates_end(folder);
  ax_http_server_stop(server);
}

static void what_is_installed_finds_its_packages_and_suites(void **state) {
  (void)state;
  const char *root = getenv("AUSPEX_ROOT"), *build = getenv("AUSPEX_BUILD");
  const char *command =
      ax_arena_printf(scripts_arena(),
                      "D=%s/installed; R=%s; \"$R\"/deploy/install.sh \"$D\" "
                      "/usr %s >&2 && cd \"$D\" && "
                      "usr/bin/auspex-conformance list "
                      "usr/share/auspex/conformance/gateway >list && "
                      "grep -q 'scripts, ' list && test -s "
                      "usr/share/auspex/conformance/requirements.json",
                      scripts_folder(), root ? root : ".",
                      build ? build : "build")
          .ptr;
  assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c) */
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(no_report_tells_a_secret_of_the_command_line),
    cmocka_unit_test(a_token_server_that_refuses_ends_with_2),
    cmocka_unit_test(a_signed_assertion_is_credentials_too),
    cmocka_unit_test(who_is_interrupted_ends_what_runs_and_reports),
    cmocka_unit_test(certificates_are_checked_and_shown),
    cmocka_unit_test(what_is_installed_finds_its_packages_and_suites),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
