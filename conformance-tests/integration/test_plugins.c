/* From outside: modules come and go while the gateway serves. */
#include "../support/outside.h"
#include "support/module_kit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"

typedef struct {
  const char *plugins;
  outside *gw;
  char listen[40];
} world;

static const char *const no_args[] = { NULL };

/* With one module, of the faulty ones. */
static void begin_with(world *w, const char *module, const char *activate) {
  w->plugins = module_kit_new();
  module_kit_put(w->plugins, module, "faulty", module, "1");
  const char *const args[] = { "--plugins", w->plugins, "--activate", activate,
                               NULL };
  w->gw = outside_start(args);
  (void)snprintf(w->listen, sizeof w->listen, "127.0.0.1:%u",
                 outside_port(w->gw));
}

static void begin(world *w, const char *activate) {
  begin_with(w, "behaves", activate);
}

static void end(world *w) {
  outside_stop(w->gw);
  module_kit_remove(w->plugins);
}

static outside_run_result plugin(const world *w, const char *name,
                                 const char *target) {
  const char *const args[] = { "plugin",
                               name,
                               "--data",
                               outside_data(w->gw),
                               "--plugins",
                               w->plugins,
                               "--listen",
                               w->listen,
                               "--modules-unsigned",
                               "--log-level",
                               "error",
                               target,
                               "--who",
                               "ada",
                               NULL };
  return outside_run(args, NULL);
}

#define assert_says(text, part)                                        \
  do {                                                                 \
    if (!strstr((text), (part))) print_error("it said: %s\n", (text)); \
    assert_non_null(strstr((text), (part)));                           \
  } while (0)

static void does(const world *w, const char *name, const char *target,
                 const char *says) {
  outside_run_result r = plugin(w, name, target);
  if (r.code) print_error("%s\n", r.err);
  assert_int_equal(r.code, 0);
  assert_says(r.out, says);
}

/* A patient with one Observation that concerns the model. */
static void post_value(world *w, const char *patient, int value) {
  char body[800], when[40];
  time_t now = time(NULL) - 3600;
  struct tm t;
  gmtime_r(&now, &t);
  (void)strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &t);
  (void)snprintf(
      body, sizeof body,
      "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":["
      "{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"%s\"},\"request\":{"
      "\"method\":\"PUT\",\"url\":\"Patient/%s\"}},"
      "{\"resource\":{\"resourceType\":\"Observation\",\"status\":\"final\","
      "\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":"
      "\"718-7\"}]},\"subject\":{\"reference\":\"Patient/%s\"},"
      "\"effectiveDateTime\":\"%s\",\"valueQuantity\":{\"value\":%d,\"unit\":"
      "\"g/dL\",\"system\":\"http://unitsofmeasure.org\",\"code\":\"g/dL\"}},"
      "\"request\":{\"method\":\"POST\",\"url\":\"Observation\"}}]}",
      patient, patient, patient, when, value);
  const outside_answer *a = outside_post(w->gw, "", body);
  if (a->status != 200) print_error("%s\n", a->body.ptr);
  assert_int_equal(a->status, 200);
}

static void post(world *w, const char *patient) {
  post_value(w, patient, 12);
}

/* Observations of the patient: the one sent, and what a model made of it. */
static int observations(world *w, const char *patient) {
  char path[100];
  (void)snprintf(path, sizeof path, "/Observation?patient=%s&_summary=count",
                 patient);
  const outside_answer *a = outside_get(w->gw, path);
  assert_int_equal(a->status, 200);
  ax_str total = ax_json_text(outside_at(a->json, "total"));
  int64_t n = -1;
  (void)ax_str_int64(total, 0, 1000, &n);
  return (int)n;
}

static void a_module_dropped_in_waits_for_a_named_act(void **state) {
  (void)state;
  world w;
  begin(&w, "");
  post(&w, "p1");
  assert_int_equal(observations(&w, "p1"), 1);
  does(&w, "list", NULL, "behaves\torg.auspex-gateway.faulty\t1.0.0\tstaged\t");
  does(&w, "activate", "behaves", "activate\tbehaves\t1.0.0\t");
  does(&w, "list", NULL, "\tactive\t");
  post(&w, "p2");
  assert_int_equal(observations(&w, "p2"), 2);
  assert_int_equal(observations(&w, "p1"), 1); /* rescores nobody */
  end(&w);
}

static void it_is_swapped_rolled_back_killed_and_revived(void **state) {
  (void)state;
  world w;
  begin(&w, "behaves");
  module_kit_put(w.plugins, "next", "faulty", "behaves", "2");
  does(&w, "rescan", NULL, "1 new");
  does(&w, "activate", "behaves", "activate\tbehaves");
  does(&w, "rollback", "behaves", "rollback\tbehaves");
  does(&w, "kill", "faulty", "org.auspex-gateway.faulty");
  does(&w, "list", NULL, "\tkilled\t");
  post(&w, "p1");
  assert_int_equal(observations(&w, "p1"), 1);
  does(&w, "revive", "faulty", "revive\t");
  post(&w, "p2");
  assert_int_equal(observations(&w, "p2"), 2);
  outside_run_result r = plugin(&w, "activate", "nobody");
  assert_int_equal(r.code, 1);
  assert_says(r.err, "there is no module \"nobody\"");
  does(&w, "retire", "behaves", "retire\t");
  post(&w, "p3");
  assert_int_equal(observations(&w, "p3"), 1);
  end(&w);
}

static void what_was_done_is_there_after_a_restart(void **state) {
  (void)state;
  world w;
  begin(&w, "behaves");
  module_kit_put(w.plugins, "next", "faulty", "behaves", "2");
  assert_int_equal(kill(outside_pid(w.gw), SIGHUP), 0);
  for (int i = 0; i < 200; i++) {
    if (strstr(plugin(&w, "list", NULL).out, "staged")) break;
    nanosleep(&(struct timespec){ 0, 20000000 }, NULL);
  }
  does(&w, "activate", "behaves", "activate\t");
  const char *before = strdup(plugin(&w, "list", NULL).out);
  assert_int_equal(outside_end(w.gw), 0);
  /* nobody serves: the folder is looked into */
  assert_string_equal(plugin(&w, "list", NULL).out, before);
  does(&w, "rollback", "behaves", "from the next start of the gateway");
  const char *const args[] = { "--plugins", w.plugins, NULL };
  outside_again(w.gw, args);
  (void)snprintf(w.listen, sizeof w.listen, "127.0.0.1:%u", outside_port(w.gw));
  const char *after = plugin(&w, "list", NULL).out;
  assert_string_not_equal(after, before);
  assert_says(after, "\tactive\t");
  char path[300];
  (void)snprintf(path, sizeof path, "%s/modules.log", outside_data(w.gw));
  ax_arena *arena = ax_arena_new(1 << 20);
  ax_str ledger;
  assert_int_equal(ax_file_read(arena, path, 1 << 20, &ledger, NULL), AX_OK);
  assert_says(ledger.ptr, "\"act\":\"rollback\"");
  assert_says(ledger.ptr, "\"who\":\"ada\"");
  assert_says(ledger.ptr, "\"who\":\"configuration\"");
  ax_arena_free(arena);
  free((char *)(uintptr_t)before);
  end(&w);
}

static void readiness_tells_the_truth_about_modules(void **state) {
  (void)state;
  world w;
  begin(&w, "behaves");
  assert_int_equal(outside_get(w.gw, "//health/ready")->status, 200);
  assert_int_equal(outside_end(w.gw), 0);
  module_kit_file(w.plugins, "behaves", "data/version.txt", "changed");
  const char *const args[] = { "--plugins", w.plugins, NULL };
  outside_again(w.gw, args);
  (void)snprintf(w.listen, sizeof w.listen, "127.0.0.1:%u", outside_port(w.gw));
  const outside_answer *a = outside_get(w.gw, "//health/ready");
  assert_int_equal(a->status, 503);
  assert_says(a->body.ptr, "was active and is not");
  assert_says(a->body.ptr, "takes it into service");
  assert_says(outside_log(w.gw), "module_missing");
  does(&w, "list", NULL, "behaves\tmissing\tmodule 'behaves' version 1.0.0 (");
  does(&w, "list", NULL, "\tstaged\t");
  does(&w, "activate", "behaves", "activate\t");
  assert_int_equal(outside_get(w.gw, "//health/ready")->status, 200);
  end(&w);
}

static void a_module_taken_away_for_good_is_retired(void **state) {
  (void)state;
  world w;
  char remove[300];
  begin(&w, "behaves");
  assert_int_equal(outside_end(w.gw), 0);
  (void)snprintf(remove, sizeof remove, "rm -r '%s/behaves'", w.plugins);
  assert_int_equal(system(remove), 0);
  /* nobody serves: the command sees the same */
  does(&w, "list", NULL, "behaves\tmissing\t");
  const char *const args[] = { "--plugins", w.plugins, NULL };
  outside_again(w.gw, args);
  (void)snprintf(w.listen, sizeof w.listen, "127.0.0.1:%u", outside_port(w.gw));
  const outside_answer *a = outside_get(w.gw, "//health/ready");
  assert_int_equal(a->status, 503);
  assert_says(a->body.ptr, "`auspex plugin retire behaves`");
  does(&w, "retire", "behaves", "retire\tbehaves\t1.0.0\t");
  assert_int_equal(outside_get(w.gw, "//health/ready")->status, 200);
  assert_int_equal(outside_end(w.gw), 0);
  outside_again(w.gw, args);
  assert_int_equal(outside_get(w.gw, "//health/ready")->status, 200);
  end(&w);
}

/* Nobody listens where the configuration says, and yet a gateway has the
 * folder: a kill that only counts from its next start would be no kill. */
static void nothing_is_done_behind_a_gateway_s_back(void **state) {
  (void)state;
  world w;
  begin(&w, "behaves");
  outside_run_result r = outside_run(
      (const char *const[]){ "plugin", "kill", "faulty", "--data",
                             outside_data(w.gw), "--plugins", w.plugins,
                             "--modules-unsigned", "--listen", "127.0.0.1:9",
                             "--log-level", "error", NULL },
      NULL);
  if (r.code != 1 || !strstr(r.err, "but not on 127.0.0.1:9"))
    fail_msg("%d: %s", r.code, r.err);
  post(&w, "p1");
  assert_true(observations(&w, "p1") > 0);
  end(&w);
}

static void only_who_knows_the_token_administers(void **state) {
  (void)state;
  world w;
  begin(&w, "behaves");
  static const char *const guarded[] = {
    "//admin/outbox",  "//admin/messages/m", "//admin/unmapped",
    "//admin/metrics", "//admin/statistics", "//admin/modules"
  };
  for (size_t i = 0; i < AX_COUNT(guarded); i++)
    assert_int_equal(outside_get(w.gw, guarded[i])->status, 401);
  assert_int_equal(
      outside_send(w.gw, "POST", "//admin/outbox/1/retry", NULL, "", 0)->status,
      401);
  const char *const wrong[] = {
    "Authorization: Bearer 0000000000000000000000000000000000000000000", NULL
  };
  const char kill_it[] = "{\"act\":\"kill\",\"target\":\"faulty\",\"who\":"
                         "\"mallory\"}";
  assert_int_equal(outside_send(w.gw, "POST", "//admin/modules", no_args,
                                kill_it, sizeof kill_it - 1)
                       ->status,
                   401);
  assert_int_equal(
      outside_send(w.gw, "GET", "//admin/modules", wrong, NULL, 0)->status,
      401);
  const outside_answer *a =
      outside_operate(w.gw, "GET", "//admin/modules", NULL);
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "modules[0].module"), "behaves");
  assert_str(outside_find(a->json, "modules[0].state"), "active");
  a = outside_operate(w.gw, "POST", "//admin/modules", "{\"act\":\"x\"}");
  assert_int_equal(a->status, 400);
  a = outside_operate(w.gw, "POST", "//admin/modules", "{");
  assert_int_equal(a->status, 400);
  end(&w);
}

static void recorded_scores_come_out_again_bit_for_bit(void **state) {
  (void)state;
  world w;
  begin(&w, "behaves");
  post(&w, "p1");
  post(&w, "p2");
  assert_int_equal(observations(&w, "p2"), 2);
  does(&w, "replay", NULL, "2 recorded scores: 2 the same"); /* served, too */
  assert_int_equal(outside_end(w.gw), 0);
  does(&w, "replay", NULL, "2 recorded scores: 2 the same, 0 different");
  /* by another version nothing can be said */
  module_kit_file(w.plugins, "behaves", "data/version.txt", "changed");
  does(&w, "replay", NULL, "2 by versions that are not here");
  const char *const args[] = { "--plugins", w.plugins, NULL };
  outside_again(w.gw, args);
  end(&w);
}

/* --- strikes -----------------------------------------------------------------
 */

/* The beginning of a file in the data folder. */
static const char *kept(const world *w, const char *name) {
  static char text[4000];
  char path[300];
  (void)snprintf(path, sizeof path, "%s/%s", outside_data(w->gw), name);
  FILE *f = fopen(path, "r");
  size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
  if (f) (void)fclose(f);
  text[n] = '\0';
  return text;
}

/* Waits up to ten seconds; `how` asks. */
static bool await(world *w, bool (*how)(world *w)) {
  for (int i = 0; i < 500; i++) {
    struct timespec moment = { 0, 20000000 };
    if (how(w)) return true;
    (void)nanosleep(&moment, NULL);
  }
  return false;
}

static bool one_worker_ended(world *w) {
  return strstr(kept(w, "suspects"), " 1\n") != NULL;
}

static bool p3_is_scored(world *w) {
  return observations(w, "p3") == 2;
}

static bool it_is_poison(world *w) {
  return strstr(kept(w, "modules.log"), "\"act\":\"poison\"") != NULL;
}

static int deaths(world *w) {
  const outside_answer *a =
      outside_operate(w->gw, "GET", "//admin/modules", NULL);
  int64_t n = -1;
  (void)ax_str_int64(
      ax_json_text(outside_at(a->json, "modules[0].workers.deaths")), 0, 100,
      &n);
  return (int)n;
}

/* The first strike was given by a gateway that was killed; the second ends it.
 */
static void a_strike_survives_the_gateway(void **state) {
  (void)state;
  world w = { .plugins = module_kit_new() };
  module_kit_put(w.plugins, "loop", "faulty", "loop", NULL);
  const char *const args[] = {
    "--plugins", w.plugins,      "--activate", "loop", "--score-deadline",
    "1s",        "--score-wait", "0",          NULL
  };
  w.gw = outside_start(args);
  post_value(&w, "p1", 1000);
  assert_true(await(&w, one_worker_ended));
  outside_kill(w.gw);
  outside_again(w.gw, args);
  (void)snprintf(w.listen, sizeof w.listen, "127.0.0.1:%u", outside_port(w.gw));
  assert_true(await(&w, it_is_poison));
  assert_int_equal(deaths(&w), 1);
  /* Known for good now: nothing is held against it twice. */
  assert_null(strstr(kept(&w, "suspects"), " 1\n"));
  assert_null(strstr(kept(&w, "suspects"), " 2\n"));
  outside_kill(w.gw);
  outside_again(w.gw, args);
  (void)snprintf(w.listen, sizeof w.listen, "127.0.0.1:%u", outside_port(w.gw));
  post_value(&w, "p2", 1000);
  post_value(&w, "p3", 12);
  assert_true(await(&w, p3_is_scored));
  assert_int_equal(deaths(&w), 0);
  end(&w);
}

static outside_run_result ask_stats(const world *w, const char *word) {
  const char *const args[] = { "plugin",   "stats",
                               "--data",   outside_data(w->gw),
                               "--listen", w->listen,
                               word,       NULL };
  return outside_run(args, NULL);
}

static void stats(const world *w, const char *word, const char *says) {
  outside_run_result r = ask_stats(w, word);
  if (r.code) print_error("%s\n", r.err);
  assert_int_equal(r.code, 0);
  assert_says(r.out, says);
}

static void what_a_model_counts_is_in_its_statistics(void **state) {
  (void)state;
  world w;
  begin_with(&w, "counting", "counting");
  post(&w, "p1");
  post(&w, "p2");
  const outside_answer *a =
      outside_operate(w.gw, "GET", "//admin/statistics", NULL);
  assert_str(ax_json_text(outside_at(a->json, "models[0].counters.batches")),
             "2");
  stats(&w, NULL, "  counted: batches 2\n");
  end(&w);
}

static void statistics_are_told_to_operators(void **state) {
  (void)state;
  world w;
  begin(&w, "behaves");
  post(&w, "p1");
  assert_int_equal(
      outside_send(w.gw, "GET", "//admin/statistics", no_args, NULL, 0)->status,
      401);
  const outside_answer *a =
      outside_operate(w.gw, "GET", "//admin/statistics", NULL);
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "models[0].model"),
             "org.auspex-gateway.faulty");
  assert_str(ax_json_text(outside_at(a->json, "models[0].ends.scored")), "1");
  a = outside_operate(w.gw, "GET", "//admin/metrics", NULL);
  assert_int_equal(a->status, 200);
  assert_says(a->head, "text/plain");
  assert_says(a->body.ptr, "auspex_module_rows_total{module=\"behaves\",");
  assert_says(a->body.ptr, "state=\"active\"} 1\n");
  stats(&w, NULL, "org.auspex-gateway.faulty 1.0.0  (module behaves, ");
  stats(&w, "faulty", "  calls: 1; 1 scored\n");
  stats(&w, "org.auspex-gateway.faulty", ": 1 present; mean 12");
  stats(&w, "--json", "\"ends\":{\"scored\":1,");
  /* Its input declares none. */
  assert_null(strstr(ask_stats(&w, NULL).out, "in training"));
  assert_int_equal(ask_stats(&w, "nobody").code, 1);
  assert_int_equal(outside_end(w.gw), 0);
  outside_run_result gone = ask_stats(&w, NULL);
  assert_int_equal(gone.code, 6);
  assert_says(gone.err, "no gateway runs on ");
  const char *const args[] = { "--plugins", w.plugins, NULL };
  outside_again(w.gw, args);
  end(&w);
}

static void a_shadow_gives_nothing_out(void **state) {
  (void)state;
  world w;
  begin(&w, "");
  does(&w, "shadow", "behaves", "shadow\tbehaves");
  post(&w, "p1");
  /* its task is the background's; the row shows in the workers' counts */
  for (int i = 0; i < 500; i++) {
    nanosleep(&(struct timespec){ 0, 20000000 }, NULL);
    const outside_answer *a =
        outside_operate(w.gw, "GET", "//admin/modules", NULL);
    ax_str rows = ax_json_text(outside_at(a->json, "modules[0].workers.rows"));
    if (ax_str_eq(rows, AX_STR("1"))) break;
    if (i == 499) fail_msg("the shadow was never asked");
  }
  assert_int_equal(observations(&w, "p1"), 1);
  assert_int_equal(outside_end(w.gw), 0);
  does(&w, "replay", NULL, "1 recorded scores: 1 the same"); /* but recorded */
  const char *const args[] = { "--plugins", w.plugins, NULL };
  outside_again(w.gw, args);
  end(&w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_module_dropped_in_waits_for_a_named_act),
    cmocka_unit_test(it_is_swapped_rolled_back_killed_and_revived),
    cmocka_unit_test(what_was_done_is_there_after_a_restart),
    cmocka_unit_test(readiness_tells_the_truth_about_modules),
    cmocka_unit_test(a_module_taken_away_for_good_is_retired),
    cmocka_unit_test(nothing_is_done_behind_a_gateway_s_back),
    cmocka_unit_test(only_who_knows_the_token_administers),
    cmocka_unit_test(recorded_scores_come_out_again_bit_for_bit),
    cmocka_unit_test(a_strike_survives_the_gateway),
    cmocka_unit_test(statistics_are_told_to_operators),
    cmocka_unit_test(what_a_model_counts_is_in_its_statistics),
    cmocka_unit_test(a_shadow_gives_nothing_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
