/* From outside: targets that want TLS and a certificate of the client. Who is
 * let in, who is turned away, what the operator reads then, and what renewed
 * files change. */
#include "../support/certificates.h"
#include "../support/other_server.h"
#include "../support/outside.h"
#include "../support/patients.h"
#include "../support/tls_front.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

enum { AWAIT_MS = 20000 };

static struct {
  char folder[40], targets[64];
  ax_arena *arena;
  ax_http_server *server;
  atomic_size_t taken, astray; /* requests to /fhir and elsewhere */
} at;

static void take(void *ctx, ax_http_request *rq, ax_http_response *rs) {
  (void)ctx;
  bool meant = ax_str_starts(rq->path, AX_STR("/fhir/RiskAssessment/"));
  atomic_fetch_add(meant ? &at.taken : &at.astray, 1);
  rs->status = 201;
}

static int set_up(void **state) {
  (void)state;
  at.arena = ax_arena_new(64u << 20);
  (void)snprintf(at.folder, sizeof at.folder, "/tmp/auspex-pki-XXXXXX");
  certificates_begin(at.folder);
  (void)snprintf(at.targets, sizeof at.targets, "%s/targets.json", at.folder);
  at.server = other_server_start(take, NULL, 0);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  ax_http_server_stop(at.server);
  certificates_end(at.folder);
  ax_arena_free(at.arena);
  return 0;
}

static tls_front *front_of(const char *name) {
  return tls_front_start(at.folder, name, ax_http_server_port(at.server));
}

/* --- targets -------------------------------------------------------------- */

typedef struct {
  const char *name, *server; /* which of the fronts */
  const char *path, *ca, *certificate, *key;
  const char *why; /* what the operator reads; NULL: it is sent */
} target;

static ax_str file_member(const char *member, const char *file) {
  return file ? ax_arena_printf(at.arena, ",\"%s\":\"%s\"", member,
                                certificates_path(at.folder, file))
              : AX_STR("");
}

static ax_str describe(const target *t, unsigned port) {
  return ax_arena_printf(
      at.arena,
      "{\"name\":\"%s\",\"base\":\"https://127.0.0.1:%u/%s\"" AX_STR_FMT
          AX_STR_FMT AX_STR_FMT "}",
      t->name, port, t->path, AX_STR_ARG(file_member("ca", t->ca)),
      AX_STR_ARG(file_member("certificate", t->certificate)),
      AX_STR_ARG(file_member("key", t->key)));
}

static void write_targets(ax_str list) {
  ax_str text = AX_JOIN(at.arena, AX_STR("{\"targets\":["), list, AX_STR("]}"));
  assert_int_equal(ax_file_write(at.targets, text, NULL), AX_OK);
}

static const char *const *options(void) {
  static const char *args[] = { "--targets", NULL, NULL };
  args[1] = at.targets;
  return args;
}

static void send_sample(outside *gw, const char *mrn) {
  ax_str text = patients_sample(at.arena, "endpac-high.json", mrn, 0);
  assert_int_equal(outside_post(gw, "", text.ptr)->status, 200);
}

/* Waits until the outbox says of the target's only row what is expected. */
static void await_note(outside *gw, const target *t) {
  char path[80];
  const char *want = t->why ? t->why : "answered 201";
  int64_t until = ax_clock_mono_ns() + ax_test_ms(AWAIT_MS) * 1000000;
  (void)snprintf(path, sizeof path, "//admin/outbox?state=%s&target=%s",
                 t->why ? "waiting" : "sent", t->name);
  for (;;) {
    const outside_answer *a = outside_operate(gw, "GET", path, NULL);
    ax_str note = outside_find(a->json, "rows[0].note");
    assert_int_equal(a->status, 200);
    if (ax_str_find(note, ax_str_from(want)) != AX_STR_NONE) return;
    if (ax_clock_mono_ns() > until)
      fail_msg("%s: %.*s", t->name, AX_STR_ARG(a->body));
    ax_clock_sleep_ms(20);
  }
}

/* --- tests ---------------------------------------------------------------- */

static const target targets[] = {
  { "right", "server", "fhir", "ca.pem", "client.pem", "client.key", NULL },
  { "none", "server", "no", "ca.pem", NULL, NULL,
    "asks for a client certificate" },
  { "stranger", "server", "no", "ca.pem", "stranger.pem", "stranger.key",
    "does not know the authority of our client certificate" },
  { "late", "server", "no", "ca.pem", "late-client.pem", "late-client.key",
    "our client certificate has expired" },
  { "other-ca", "server", "no", "other-ca.pem", "client.pem", "client.key",
    "unable to get local issuer certificate" },
  { "system-ca", "server", "no", NULL, "client.pem", "client.key",
    "unable to get local issuer certificate" },
  { "late-server", "late-server", "no", "ca.pem", "client.pem", "client.key",
    "certificate has expired" },
  { "elsewhere", "elsewhere", "no", "ca.pem", "client.pem", "client.key",
    "no alternative certificate subject name matches" },
};

static void only_who_can_be_trusted_is_told_and_trusts_us(void **state) {
  (void)state;
  tls_front *fronts[AX_COUNT(targets)];
  ax_str list = AX_STR("");
  for (size_t i = 0; i < AX_COUNT(targets); i++) {
    fronts[i] = front_of(targets[i].server);
    list = AX_JOIN(at.arena, list, i ? AX_STR(",") : AX_STR(""),
                   describe(&targets[i], tls_front_port(fronts[i])));
  }
  write_targets(list);
  outside *gw = outside_start(options());
  send_sample(gw, "tls-1");
  for (size_t i = 0; i < AX_COUNT(targets); i++) await_note(gw, &targets[i]);
  assert_int_equal(atomic_load(&at.taken), 1);
  assert_int_equal(atomic_load(&at.astray), 0);
  outside_stop(gw);
  for (size_t i = 0; i < AX_COUNT(targets); i++) tls_front_stop(fronts[i]);
}

static void renew(const char *from, const char *to) {
  char pem[2][40], key[2][40];
  for (int i = 0; i < 2; i++) {
    const char *name = i ? to : from;
    (void)snprintf(pem[i], sizeof pem[i], "%s.pem", name);
    (void)snprintf(key[i], sizeof key[i], "%s.key", name);
  }
  certificates_renew(at.folder, pem[0], pem[1]);
  certificates_renew(at.folder, key[0], key[1]);
}

/* Nobody restarts the gateway for a file that was renewed. */
static void renewed_files_are_taken_without_a_restart(void **state) {
  (void)state;
  static target mine = { "ours",   "server", "fhir",       "mine-ca.pem",
                         "me.pem", "me.key", "has expired" };
  tls_front *front = front_of("server");
  renew("late-client", "me");
  renew("other-ca", "mine-ca");
  atomic_store(&at.taken, 0);
  write_targets(describe(&mine, tls_front_port(front)));
  outside *gw = outside_start(options());
  send_sample(gw, "tls-2");
  mine.why = "unable to get local issuer";
  await_note(gw, &mine);
  certificates_renew(at.folder, "ca.pem", "mine-ca.pem");
  mine.why = "our client certificate has expired";
  await_note(gw, &mine);
  certificates_renew(at.folder, "client.pem", "me.pem");
  mine.why = "private key";
  await_note(gw, &mine);
  renew("client", "me");
  mine.why = NULL;
  await_note(gw, &mine);
  assert_int_equal(atomic_load(&at.taken), 1);
  const char *down =
      strstr(outside_log(gw), "delivery_target_down target=ours");
  assert_non_null(down);
  assert_non_null(strstr(down, "private key"));
  outside_stop(gw);
  tls_front_stop(front);
}

/* All endpoints are asked with one certificate. */
static void subscriptions_show_a_certificate_too(void **state) {
  (void)state;
  tls_front *front = front_of("server");
  atomic_store(&at.taken, 0);
  ax_str config = ax_arena_printf(
      at.arena,
      "{\"subscriptions\":{\"allow\":[\"https://127.0.0.1:%u\"]" AX_STR_FMT
          AX_STR_FMT AX_STR_FMT "}}",
      tls_front_port(front), AX_STR_ARG(file_member("ca", "ca.pem")),
      AX_STR_ARG(file_member("certificate", "client.pem")),
      AX_STR_ARG(file_member("key", "client.key")));
  assert_int_equal(ax_file_write(at.targets, config, NULL), AX_OK);
  outside *gw = outside_start(options());
  ax_str hook = ax_arena_printf(
      at.arena,
      "{\"resourceType\":\"Subscription\",\"status\":\"requested\",\"reason\":"
      "\"test\",\"criteria\":\"RiskAssessment?method=endpac\",\"channel\":{"
      "\"type\":\"rest-hook\",\"payload\":\"application/fhir+json\","
      "\"endpoint\":\"https://127.0.0.1:%u/fhir\"}}",
      tls_front_port(front));
  assert_int_equal(outside_post(gw, "/Subscription", hook.ptr)->status, 201);
  send_sample(gw, "tls-3");
  int64_t until = ax_clock_mono_ns() + ax_test_ms(AWAIT_MS) * 1000000;
  while (!atomic_load(&at.taken) && ax_clock_mono_ns() < until)
    ax_clock_sleep_ms(20);
  assert_int_equal(atomic_load(&at.taken), 1);
  assert_int_equal(tls_front_let_in(front), 1);
  outside_stop(gw);
  tls_front_stop(front);
}

/* What can never work is told before anything is served. */
static void files_that_do_not_fit_are_refused_at_start(void **state) {
  (void)state;
  static const target rows[] = {
    { "key", "", "fhir", "ca.pem", "client.pem", "stranger.key",
      "stranger.key is not that of the client certificate" },
    { "no-key", "", "fhir", "ca.pem", "client.pem", NULL,
      "client.pem holds no private key" },
    { "no-certificate", "", "fhir", "ca.pem", NULL, "client.key",
      "client.key is given without a client certificate" },
    { "no-pem", "", "fhir", "ca.pem", "targets.json", "client.key",
      "targets.json holds no certificate in PEM" },
    { "no-ca", "", "fhir", "targets.json", "client.pem", "client.key",
      "targets.json holds no certificate in PEM" },
    { "away", "", "fhir", "away.pem", "client.pem", "client.key",
      "away.pem cannot be read" },
  };
  for (size_t i = 0; i < AX_COUNT(rows); i++) {
    write_targets(describe(&rows[i], 1));
    outside_run_result r = outside_run(
        (const char *const[]){ "serve", "--targets", at.targets, "--listen",
                               "127.0.0.1:0", "--data",
                               certificates_path(at.folder, "data"), NULL },
        NULL);
    if (r.code != 2) fail_msg("%d: %s", r.code, r.err);
    if (!strstr(r.err, rows[i].why)) fail_msg("%s: %s", rows[i].name, r.err);
    if (!strstr(r.err, rows[i].name)) fail_msg("%s: %s", rows[i].name, r.err);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(only_who_can_be_trusted_is_told_and_trusts_us),
    cmocka_unit_test(renewed_files_are_taken_without_a_restart),
    cmocka_unit_test(subscriptions_show_a_certificate_too),
    cmocka_unit_test(files_that_do_not_fit_are_refused_at_start),
  };
  return cmocka_run_group_tests_name("delivery_tls", tests, set_up, tear_down);
}
