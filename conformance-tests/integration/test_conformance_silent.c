/* auspex-conformance against targets that say little of themselves. */
#include "../support/scripts.h"

#include <stdlib.h>
#include <string.h>

#include "http/http_server.h"

static int setup(void **state) {
  (void)state;
  scripts_begin();
  scripts_put_script(
      "all/read",
      "\"test\":[" TEST("is there", READ
                        "," ASSERT("\"responseCode\":"
                                   "\"200\"") "," ASSERT("\"resource\":"
                                                         "\"Patient\"")) "]");
  return 0;
}

static int teardown(void **state) {
  (void)state;
  scripts_end();
  return 0;
}

static ax_str refuse(int status, ax_str text, ax_buf *body) {
  (void)status;
  ax_buf_append(body, text);
  return AX_STR("text/plain");
}

/* What a run against a server that always answers like that comes to. */
static outside_run_result run_against(ax_http_handler handler, void *ctx) {
  ax_http_server *server = NULL;
  ax_error err = { 0 };
  const ax_http_server_options options = { .address = "127.0.0.1",
                                           .threads = 2,
                                           .keep_alive_ms = 500,
                                           .request_timeout_ms = 5000,
                                           .drain_ms = 1000,
                                           .body_max = 1 << 20,
                                           .request_memory = 1 << 20,
                                           .handler = handler,
                                           .ctx = ctx,
                                           .refuse = refuse };
  if (ax_http_server_start(&options, &server, &err)) fail_msg("%s", err.text);
  const char *words[] = { scripts_path("all/read.json"), NULL };
  outside_run_result r =
      scripts_run(ax_arena_printf(scripts_arena(), "http://127.0.0.1:%u",
                                  ax_http_server_port(server))
                      .ptr,
                  words);
  ax_http_server_stop(server);
  return r;
}

static void moved(void *ctx, ax_http_request *rq, ax_http_response *rs) {
  (void)ctx, (void)rq;
  rs->status = 302;
  ax_http_set_header(rs, AX_STR("Location"),
                     AX_STR("https://fhir.example.org/metadata?t=1234"));
}

static void answer(void *ctx, ax_http_request *rq, ax_http_response *rs) {
  const ax_str *body = ctx;
  (void)rq;
  rs->status = 200;
  rs->content_type = AX_STR("text/html");
  rs->body = *body;
}

/* It was asked and it answers: its tests fail, the run does not. */
static void who_points_elsewhere_is_not_followed(void **state) {
  (void)state;
  outside_run_result r = run_against(moved, NULL);
  assert_int_equal(r.code, 1);
  assert_non_null(strstr(r.err, "GET /metadata answers 302 and points to "
                                "https://fhir.example.org/metadata, which is "
                                "not followed"));
  assert_non_null(strstr(r.out, "got 302 to GET"));
}

static void a_statement_without_end_is_none(void **state) {
  (void)state;
  enum { TOO_MUCH = (64 << 20) + 1 };
  char *much = malloc(TOO_MUCH);
  assert_non_null(much);
  memset(much, ' ', TOO_MUCH);
  ax_str body = { much, TOO_MUCH };
  outside_run_result r = run_against(answer, &body);
  free(much);
  assert_int_equal(r.code, 1);
  assert_non_null(strstr(r.err, "is larger than 67108864 bytes"));
}

static void a_page_is_no_resource(void **state) {
  (void)state;
  ax_str page = AX_STR("<html><body>Log in</body></html>");
  outside_run_result r = run_against(answer, &page);
  assert_int_equal(r.code, 1);
  assert_non_null(strstr(r.err, "and not a CapabilityStatement in JSON"));
  assert_non_null(strstr(r.out, "has a body that is not JSON (text/html): "
                                "1:1: expected a value, found '<'"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(who_points_elsewhere_is_not_followed),
    cmocka_unit_test(a_statement_without_end_is_none),
    cmocka_unit_test(a_page_is_no_resource),
  };
  return cmocka_run_group_tests_name("conformance_silent", tests, setup,
                                     teardown);
}
