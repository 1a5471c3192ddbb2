/* Unit tests of the life of a module's versions, with the real worker. */
#include "support/feature_kit.h"
#include "support/module_kit.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "scoring/golden.h"
#include "scoring/score_deploy.h"
#include "scoring/score_view.h"

enum { ACTS = 64 };

typedef struct { /* a gateway with an empty history */
  const char *plugins;
  ax_score_host *host;
  ax_arena *arena;
  ax_score_act acts[ACTS]; /* what was recorded */
  size_t act_count;
  ax_status refuse; /* what recording answers */
} world;

static ax_status keep(void *ctx, const ax_score_act *act, ax_error *err) {
  world *w = ctx;
  if (w->refuse) return ax_error_set(err, w->refuse, "the disk is full");
  assert_true(w->act_count < ACTS);
  ax_score_act *kept = &w->acts[w->act_count++];
  *kept = *act;
  ax_str *texts[] = { &kept->module, &kept->version, &kept->digest,
                      &kept->model,  &kept->row,     &kept->who,
                      &kept->why };
  for (size_t i = 0; i < AX_COUNT(texts); i++)
    *texts[i] = ax_arena_str(w->arena, *texts[i]);
  return AX_OK;
}

static void start(world *w, const char *activate) {
  ax_error err = { 0 };
  ax_score_options options = {
    .plugins = w->plugins,
    .worker = module_kit_build("bin/auspex-worker"),
    .deadline_ms = ax_test_ms(2000),
    .keys = module_kit_key,
    .staged = true,
  };
  if (ax_score_host_new(&options, &w->host, &err)) fail_msg("%s", err.text);
  ax_score_history history = { .acts = w->acts,
                               .act_count = w->act_count,
                               .activate = activate,
                               .record = keep,
                               .ctx = w };
  if (ax_score_deploy_begin(w->host, &history, &err)) fail_msg("%s", err.text);
}

static void stop(world *w) {
  ax_score_host_free(w->host);
  w->host = NULL;
}

static world *begin_world(void) {
  world *w = test_calloc(1, sizeof *w);
  w->plugins = module_kit_new();
  w->arena = ax_arena_new(16 << 20);
  return w;
}

static void end_world(world *w) {
  stop(w);
  ax_arena_free(w->arena);
  module_kit_remove(w->plugins);
  test_free(w);
}

static ax_status act(world *w, ax_score_act_kind kind, const char *target,
                     ax_error *err) {
  *err = (ax_error){ 0 };
  ax_score_order order = { kind, ax_str_from(target), AX_STR("dr.who"),
                           AX_STR("a test") };
  return ax_score_deploy_do(w->host, &order, w->arena, NULL, err);
}

#define DO(w, kind, target)                             \
  do {                                                  \
    ax_error err_;                                      \
    if (act((w), AX_SCORE_ACT_##kind, (target), &err_)) \
      fail_msg("%s", err_.text);                        \
  } while (0)

#define REFUSES(w, kind, target, status, says)                       \
  do {                                                               \
    ax_error err_;                                                   \
    assert_int_equal(act((w), AX_SCORE_ACT_##kind, (target), &err_), \
                     (status));                                      \
    if (!strstr(err_.text, (says)))                                  \
      fail_msg("'%s' lacks '%s'", err_.text, (says));                \
  } while (0)

static size_t rescan(world *w) {
  size_t found = 0;
  ax_error err = { 0 };
  if (ax_score_deploy_rescan(w->host, &found, &err)) fail_msg("%s", err.text);
  return found;
}

/* The one version whose folder this is. */
static ax_score_deployed look(world *w, const char *folder) {
  ax_score_deployed *list = NULL;
  size_t count = 0;
  assert_int_equal(ax_score_deploy_list(w->host, w->arena, &list, &count),
                   AX_OK);
  for (size_t i = 0; i < count; i++)
    if (ax_str_eq(list[i].folder, ax_str_from(folder))) return list[i];
  fail_msg("no version from folder %s", folder);
  return (ax_score_deployed){ 0 };
}

static void expect_state(world *w, const char *folder, ax_module_state want) {
  ax_score_deployed one = { 0 };
  /* what drains is put away by another thread */
  for (int i = 0; i < 2000; i++) {
    one = look(w, folder);
    if (one.state == want) return;
    nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
  }
  fail_msg("%s is %s, not %s: %.*s", folder,
           ax_score_deploy_state_name(one.state),
           ax_score_deploy_state_name(want), AX_STR_ARG(one.why));
}

/* What the model answers to 12 now, or -1 when there is none. */
static ax_score_verdict score(world *w, const ax_model *model, double x) {
  feature_kit k;
  ax_score_result out;
  ax_error err = { 0 };
  feature_kit_begin(&k);
  feature_kit_observe(&k, "718-7", "2024-01-01", x, "g/dL");
  ax_score_request request = { .model = model,
                               .subject = AX_STR("Patient/p"),
                               .facts = k.all,
                               .as_of_ms = k.as_of_ms,
                               .authored_ms = k.as_of_ms };
  if (ax_score_run(w->host, k.arena, &request,
                   ax_clock_mono_ns() + ax_test_ms(20000) * 1000000, &out,
                   &err))
    fail_msg("%s", err.text);
  feature_kit_end(&k);
  return out.verdict;
}

static ax_str data_of_active(world *w) {
  const ax_model *model = ax_score_model_named(w->host, AX_STR("faulty"));
  return model ? ax_arena_str(w->arena, model->data_digest) : AX_STR("");
}

/* --- states ------------------------------------------------------------------
 */

static void what_is_dropped_in_is_staged_and_nothing_more(void **state) {
  (void)state;
  world *w = begin_world();
  module_kit_put(w->plugins, "one", "faulty", "behaves", "1");
  start(w, NULL);
  expect_state(w, "one", AX_MODULE_STAGED);
  assert_int_equal(ax_score_model_count(w->host), 0);
  assert_int_equal(w->act_count, 1);
  assert_int_equal(w->acts[0].kind, AX_SCORE_ACT_STAGE);
  assert_str(w->acts[0].who, "gateway");
  module_kit_put(w->plugins, "two", "faulty", "behaves", "2");
  assert_int_equal(rescan(w), 1);
  assert_int_equal(rescan(w), 0);
  expect_state(w, "two", AX_MODULE_STAGED);
  assert_int_equal(ax_score_model_count(w->host), 0);
  end_world(w);
}

static void an_act_is_recorded_with_who_and_why_before_it_counts(void **state) {
  (void)state;
  world *w = begin_world();
  module_kit_put(w->plugins, "one", "faulty", "behaves", "1");
  start(w, NULL);
  w->refuse = AX_IO;
  REFUSES(w, ACTIVATE, "behaves", AX_IO, "the disk is full");
  expect_state(w, "one", AX_MODULE_STAGED);
  assert_int_equal(ax_score_model_count(w->host), 0);
  w->refuse = AX_OK;
  DO(w, ACTIVATE, "behaves");
  const ax_score_act *last = &w->acts[w->act_count - 1];
  assert_str(last->who, "dr.who");
  assert_str(last->why, "a test");
  assert_str(last->module, "behaves");
  assert_int_equal(last->digest.len, 64);
  assert_true(last->at_ms > 0);
  expect_state(w, "one", AX_MODULE_ACTIVE);
  assert_str(look(w, "one").by, "dr.who");
  assert_int_equal(score(w, ax_score_model(w->host, 0), 12), AX_SCORED);
  ax_error err = { 0 };
  ax_score_order order = { AX_SCORE_ACT_RETIRE, AX_STR("behaves"), AX_STR(""),
                           AX_STR("") };
  assert_int_equal(ax_score_deploy_do(w->host, &order, w->arena, NULL, &err),
                   AX_INVALID);
  end_world(w);
}

static void
another_version_takes_over_and_rolling_back_is_one_step(void **state) {
  (void)state;
  world *w = begin_world();
  module_kit_put(w->plugins, "one", "faulty", "behaves", "1");
  start(w, "behaves");
  ax_str first = data_of_active(w);
  assert_int_equal(first.len, 64);
  REFUSES(w, ROLLBACK, "behaves", AX_NOT_FOUND, "no earlier version");
  module_kit_put(w->plugins, "two", "faulty", "behaves", "2");
  rescan(w);
  assert_true(ax_str_eq(data_of_active(w), first));
  DO(w, ACTIVATE, "behaves");
  ax_str second = data_of_active(w);
  assert_false(ax_str_eq(first, second));
  expect_state(w, "two", AX_MODULE_ACTIVE);
  expect_state(w, "one", AX_MODULE_RETIRED);
  assert_true(look(w, "one").standby);
  DO(w, ROLLBACK, "behaves");
  assert_true(ax_str_eq(data_of_active(w), first));
  expect_state(w, "one", AX_MODULE_ACTIVE);
  expect_state(w, "two", AX_MODULE_RETIRED);
  assert_int_equal(score(w, ax_score_model(w->host, 0), 12), AX_SCORED);
  end_world(w);
}

static void what_is_held_is_scored_although_another_took_over(void **state) {
  (void)state;
  world *w = begin_world();
  ax_arena *holding = ax_arena_new(1 << 20);
  const ax_score_view *view = NULL;
  module_kit_put(w->plugins, "one", "faulty", "behaves", "1");
  module_kit_put(w->plugins, "two", "faulty", "behaves", "2");
  module_kit_put(w->plugins, "three", "faulty", "behaves", "3");
  start(w, NULL);
  ax_score_deployed one = look(w, "one"), two = look(w, "two");
  char target[100];
  (void)snprintf(target, sizeof target, "behaves@%.*s", 12, one.digest.ptr);
  DO(w, ACTIVATE, target);
  assert_int_equal(ax_score_view_hold(w->host, holding, &view), AX_OK);
  (void)snprintf(target, sizeof target, "behaves@%.*s", 12, two.digest.ptr);
  DO(w, ACTIVATE, target);
  assert_int_equal(look(w, "one").state, AX_MODULE_DRAINING);
  DO(w, ACTIVATE, "behaves"); /* the one that is left */
  assert_int_equal(look(w, "one").state, AX_MODULE_DRAINING);
  assert_int_equal(score(w, ax_score_view_model(view, 0), 12), AX_SCORED);
  ax_arena_free(holding);
  expect_state(w, "one", AX_MODULE_RETIRED);
  for (int i = 0; i < 2000 && look(w, "one").standby; i++)
    nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
  assert_false(look(w, "one").standby); /* only the last but one stays warm */
  expect_state(w, "two", AX_MODULE_RETIRED);
  assert_true(look(w, "two").standby);
  end_world(w);
}

static void a_shadow_is_offered_beside_and_by_its_own_name(void **state) {
  (void)state;
  world *w = begin_world();
  ax_arena *holding = ax_arena_new(1 << 20);
  const ax_score_view *view = NULL;
  module_kit_put(w->plugins, "one", "faulty", "behaves", "1");
  start(w, "behaves");
  module_kit_put(w->plugins, "two", "faulty", "behaves", "2");
  rescan(w);
  DO(w, SHADOW, "behaves");
  expect_state(w, "one", AX_MODULE_ACTIVE);
  expect_state(w, "two", AX_MODULE_SHADOW);
  assert_int_equal(ax_score_view_hold(w->host, holding, &view), AX_OK);
  assert_int_equal(ax_score_view_count(view), 1);
  assert_int_equal(ax_score_view_shadow_count(view), 1);
  ax_str name;
  const ax_model *shadow = ax_score_view_shadow(view, 0, &name);
  assert_true(ax_score_view_is_shadow(name));
  assert_ptr_equal(ax_score_view_named(view, name), shadow);
  assert_ptr_not_equal(ax_score_view_named(view, shadow->id), shadow);
  assert_int_equal(score(w, shadow, 12), AX_SCORED);
  ax_arena_free(holding);
  DO(w, ACTIVATE, "behaves");
  expect_state(w, "two", AX_MODULE_ACTIVE);
  assert_int_equal(ax_score_model_count(w->host), 1);
  end_world(w);
}

static void a_killed_model_stays_off_whatever_is_activated(void **state) {
  (void)state;
  world *w = begin_world();
  module_kit_put(w->plugins, "one", "faulty", "behaves", "1");
  start(w, "behaves");
  REFUSES(w, KILL, "nothing", AX_NOT_FOUND, "no model \"nothing\"");
  REFUSES(w, REVIVE, "faulty", AX_CONFLICT, "not off");
  DO(w, KILL, "faulty");
  assert_int_equal(ax_score_model_count(w->host), 0);
  assert_true(look(w, "one").models[0].killed);
  REFUSES(w, KILL, "org.auspex-gateway.faulty", AX_CONFLICT, "off already");
  module_kit_put(w->plugins, "two", "faulty", "behaves", "2");
  rescan(w);
  DO(w, ACTIVATE, "behaves");
  assert_int_equal(ax_score_model_count(w->host), 0);
  stop(w);
  start(w, NULL); /* and in the next life */
  assert_int_equal(ax_score_model_count(w->host), 0);
  DO(w, REVIVE, "faulty");
  assert_int_equal(ax_score_model_count(w->host), 1);
  end_world(w);
}

static void acts_that_fit_nothing_are_refused_with_the_reason(void **state) {
  (void)state;
  world *w = begin_world();
  module_kit_put(w->plugins, "one", "faulty", "behaves", "1");
  module_kit_put(w->plugins, "two", "faulty", "behaves", "2");
  module_kit_put(w->plugins, "bad", "faulty", "create_fails", NULL);
  module_kit_put(w->plugins, "rival", "faulty", "row", NULL);
  start(w, NULL);
  REFUSES(w, ACTIVATE, "behaves", AX_CONFLICT, "2 versions of it");
  REFUSES(w, ACTIVATE, "nobody", AX_NOT_FOUND, "no module \"nobody\"");
  REFUSES(w, ACTIVATE, "behaves@0123456789", AX_NOT_FOUND, "no version");
  REFUSES(w, ACTIVATE, "create_fails", AX_CONFLICT,
          "quarantined: create answered -2");
  REFUSES(w, STAGE, "behaves", AX_INVALID, "a rescan does it");
  DO(w, ACTIVATE, "row");
  char target[100];
  ax_score_deployed one = look(w, "one");
  (void)snprintf(target, sizeof target, "behaves@%.*s", 64, one.digest.ptr);
  REFUSES(w, ACTIVATE, target, AX_CONFLICT, "has the id or name of one of");
  DO(w, RETIRE, "row");
  DO(w, ACTIVATE, target);
  REFUSES(w, ACTIVATE, target, AX_CONFLICT, "it is active already");
  end_world(w);
}

/* --- lives -------------------------------------------------------------------
 */

static void the_next_life_begins_where_the_last_one_ended(void **state) {
  (void)state;
  world *w = begin_world();
  module_kit_put(w->plugins, "one", "faulty", "behaves", "1");
  start(w, "behaves");
  module_kit_put(w->plugins, "two", "faulty", "behaves", "2");
  rescan(w);
  DO(w, ACTIVATE, "behaves");
  ax_str second = data_of_active(w);
  size_t acts = w->act_count;
  stop(w);
  module_kit_put(w->plugins, "three", "faulty", "behaves", "3");
  start(w, "behaves"); /* counts only while nothing is recorded */
  assert_true(ax_str_eq(data_of_active(w), second));
  expect_state(w, "three", AX_MODULE_STAGED);
  assert_int_equal(w->act_count, acts + 1); /* "three" was found */
  DO(w, ROLLBACK, "behaves");
  expect_state(w, "one", AX_MODULE_ACTIVE);
  end_world(w);
}

/* Asserts that exactly one is missed, for this reason; or none (NULL). */
static void expect_missed(world *w, const char *says) {
  ax_score_missed *missed = NULL;
  size_t count = 0;
  assert_int_equal(ax_score_deploy_missing(w->host, w->arena, &missed, &count),
                   AX_OK);
  if (!says) {
    assert_int_equal(count, 0);
    return;
  }
  assert_int_equal(count, 1);
  if (ax_str_find(missed[0].why, ax_str_from(says)) == AX_STR_NONE)
    fail_msg("\"%.*s\" lacks \"%s\"", AX_STR_ARG(missed[0].why), says);
}

static void what_should_be_active_and_is_gone_is_missed(void **state) {
  (void)state;
  world *w = begin_world();
  module_kit_put(w->plugins, "one", "faulty", "behaves", "1");
  start(w, "behaves, nobody");
  expect_missed(w, "'nobody'");
  stop(w);
  module_kit_file(w->plugins, "one", "data/version.txt", "changed");
  start(w, "behaves");
  expect_state(w, "one", AX_MODULE_STAGED);
  expect_missed(w, "is staged there: `auspex plugin activate behaves@");
  DO(w, ACTIVATE, "behaves");
  expect_missed(w, NULL);
  end_world(w);
}

static void
what_is_gone_for_good_is_retired_and_not_missed_again(void **state) {
  (void)state;
  world *w = begin_world();
  module_kit_put(w->plugins, "one", "faulty", "behaves", "1");
  start(w, "behaves");
  stop(w);
  module_kit_file(w->plugins, "one", "data/version.txt", "changed");
  start(w, "behaves");
  DO(w, RETIRE, "behaves"); /* the one that is missed, not the staged one */
  expect_missed(w, NULL);
  expect_state(w, "one", AX_MODULE_STAGED);
  assert_int_equal(w->acts[w->act_count - 1].kind, AX_SCORE_ACT_RETIRE);
  assert_true(ax_str_eq(w->acts[w->act_count - 1].module, AX_STR("behaves")));
  stop(w);
  start(w, "behaves");
  expect_missed(w, NULL);
  expect_state(w, "one", AX_MODULE_STAGED); /* nobody made it active */
  end_world(w);
}

static void what_is_back_is_active_again(void **state) {
  (void)state;
  world *w = begin_world();
  module_kit_put(w->plugins, "one", "faulty", "behaves", "1");
  start(w, "behaves");
  stop(w);
  module_kit_file(w->plugins, "one", "data/version.txt", "2");
  start(w, "behaves");
  expect_missed(w, "was active");
  module_kit_put(w->plugins, "two", "faulty", "behaves", "1");
  assert_int_equal(rescan(w), 1);
  expect_missed(w, NULL);
  expect_state(w, "two", AX_MODULE_ACTIVE);
  expect_state(w, "one", AX_MODULE_STAGED);
  end_world(w);
}

static void what_lies_there_instead_and_is_bad_is_told(void **state) {
  (void)state;
  world *w = begin_world();
  module_kit_put(w->plugins, "one", "faulty", "behaves", "1");
  start(w, "behaves");
  stop(w);
  module_kit_file(w->plugins, "one", "data/version.txt", "9");
  module_kit_file(w->plugins, "one", "golden.json", "{");
  start(w, "behaves");
  expect_state(w, "one", AX_MODULE_QUARANTINED);
  expect_missed(w, "is quarantined: ");
  end_world(w);
}

/* --- poison ------------------------------------------------------------------
 */

static uint64_t deaths(world *w) {
  return look(w, "bad").workers.deaths;
}

static void a_row_that_killed_twice_is_never_sent_again(void **state) {
  (void)state;
  world *w = begin_world();
  module_kit_put(w->plugins, "bad", "faulty", "abort", NULL);
  start(w, "abort");
  assert_int_equal(score(w, ax_score_model(w->host, 0), 1000), AX_SCORE_FAILED);
  assert_int_equal(deaths(w), 2);
  const ax_score_act *last = &w->acts[w->act_count - 1];
  assert_int_equal(last->kind, AX_SCORE_ACT_POISON);
  assert_int_equal(last->row.len, 32);
  assert_int_equal(score(w, ax_score_model(w->host, 0), 1000), AX_SCORE_FAILED);
  assert_int_equal(deaths(w), 2);
  assert_int_equal(score(w, ax_score_model(w->host, 0), 12), AX_SCORED);
  stop(w);
  start(w, NULL); /* in the next life, too */
  assert_int_equal(score(w, ax_score_model(w->host, 0), 1000), AX_SCORE_FAILED);
  assert_int_equal(deaths(w), 0);
  assert_int_equal(score(w, ax_score_model(w->host, 0), 1001),
                   AX_SCORE_FAILED); /* another row is another matter */
  assert_int_equal(deaths(w), 2);
  end_world(w);
}

static ax_str statistics(world *w) {
  ax_buf text = AX_BUF_INIT(1 << 20);
  ax_json_writer j = ax_json_write_begin(&text);
  ax_score_deploy_stats(w->host, &j);
  assert_int_equal(ax_json_write_end(&j), AX_OK);
  ax_str kept = ax_arena_str(w->arena, ax_buf_view(&text));
  ax_buf_free(&text);
  return kept;
}

static void statistics_count_what_came_of_what(void **state) {
  (void)state;
  world *w = begin_world();
  module_kit_put(w->plugins, "bad", "faulty", "abort", NULL);
  start(w, "abort");
  const ax_model *model = ax_score_model(w->host, 0);
  for (int i = 0; i < 4; i++) (void)score(w, model, 10 + i);
  (void)score(w, model, 1000);
  (void)score(w, model, 1000);
  ax_str text = statistics(w);
  static const char *const parts[] = {
    "\"calls\":6",
    "\"scored\":4",
    "\"killed\":1",
    "\"poison\":1",
    "\"declined\":0",
    "\"took_us\":{\"count\":5,",
    "\"name\":\"x\",\"cells\":6,\"states\":{\"present\":6}",
    "\"results\":4,\"score\":{\"mean\":23,",
  };
  for (size_t i = 0; i < AX_COUNT(parts); i++)
    if (ax_str_find(text, ax_str_from(parts[i])) == AX_STR_NONE)
      fail_msg("%.*s lacks %s", AX_STR_ARG(text), parts[i]);
  end_world(w);
}

/* --- golden rows
 * ---------------------------------------------------------------
 */

static void put_golden(world *w, const char *folder, double answer) {
  ax_buf file = AX_BUF_INIT(1 << 20);
  char output[300];
  (void)snprintf(output, sizeof output,
                 "{\"results\":[{\"outcome\":0,\"status\":0,\"level\":0,"
                 "\"score\":%.17g,\"input\":0}]}",
                 answer);
  ax_golden_write_begin(&file);
  ax_golden_write_row(&file, AX_STR("org.auspex-gateway.faulty"), AX_STR(""),
                      AX_STR("{\"as_of_ms\":1700000000000,\"cells\":[{"
                             "\"state\":1,\"value\":12.25,\"time_ms\":5}]}"),
                      ax_str_from(output));
  assert_int_equal(ax_golden_write_end(&file), AX_OK);
  const char *text = ax_arena_cstr(w->arena, ax_buf_view(&file));
  module_kit_file(w->plugins, folder, AX_GOLDEN_FILE, text);
  ax_buf_free(&file);
}

static void golden_rows_decide_what_is_staged(void **state) {
  (void)state;
  world *w = begin_world();
  module_kit_put(w->plugins, "good", "faulty", "behaves", "1");
  put_golden(w, "good", 24.5);
  module_kit_put(w->plugins, "off", "faulty", "behaves", "2");
  put_golden(w, "off", 24.500000000000004);
  module_kit_put(w->plugins, "odd", "faulty", "behaves", "3");
  module_kit_file(w->plugins, "odd", AX_GOLDEN_FILE, "{");
  start(w, NULL);
  expect_state(w, "good", AX_MODULE_STAGED);
  assert_true(look(w, "good").golden);
  expect_state(w, "off", AX_MODULE_QUARANTINED);
  ax_score_deployed off = look(w, "off"), odd = look(w, "odd");
  assert_true(ax_str_find(off.why, AX_STR("golden row 0: results[0].score is "
                                          "24.5, not")) != AX_STR_NONE);
  assert_int_equal(odd.state, AX_MODULE_QUARANTINED);
  assert_true(ax_str_find(odd.why, AX_STR("golden.json: line 1")) !=
              AX_STR_NONE);
  DO(w, ACTIVATE, "behaves");
  end_world(w);
}

/* --- under load
 * ----------------------------------------------------------------
 */

typedef struct {
  world *w;
  atomic_bool over;
  atomic_int scored, wrong;
} load;

static void *caller(void *arg) {
  load *l = arg;
  feature_kit k;
  ax_arena *arena = ax_arena_new(4 << 20);
  feature_kit_begin(&k);
  feature_kit_observe(&k, "718-7", "2024-01-01", 12, "g/dL");
  while (!atomic_load(&l->over)) {
    const ax_score_view *view = NULL;
    ax_score_result out = { 0 };
    ax_error err = { 0 };
    if (ax_score_view_hold(l->w->host, arena, &view)) abort();
    ax_score_request request = { .model = ax_score_view_model(view, 0),
                                 .subject = AX_STR("Patient/p"),
                                 .facts = k.all,
                                 .as_of_ms = k.as_of_ms,
                                 .authored_ms = k.as_of_ms };
    ax_status status = ax_score_run(
        l->w->host, arena, &request,
        ax_clock_mono_ns() + ax_test_ms(20000) * 1000000, &out, &err);
    bool fine = status == AX_OK && out.verdict == AX_SCORED;
    atomic_fetch_add(fine ? &l->scored : &l->wrong, 1);
    ax_arena_reset(arena);
  }
  feature_kit_end(&k);
  ax_arena_free(arena);
  return NULL;
}

static void swaps_under_load_lose_nothing(void **state) {
  (void)state;
  enum { CALLERS = 4, SWAPS = 30 };
  world *w = begin_world();
  load l = { .w = w };
  pthread_t threads[CALLERS];
  module_kit_put(w->plugins, "one", "faulty", "behaves", "1");
  start(w, "behaves");
  module_kit_put(w->plugins, "two", "faulty", "behaves", "2");
  rescan(w);
  for (int i = 0; i < CALLERS; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, caller, &l), 0);
  DO(w, ACTIVATE, "behaves");
  for (int i = 0; i < SWAPS; i++) {
    int before = atomic_load(&l.scored);
    DO(w, ROLLBACK, "behaves");
    while (atomic_load(&l.scored) < before + CALLERS && !atomic_load(&l.wrong))
      sched_yield();
  }
  atomic_store(&l.over, true);
  for (int i = 0; i < CALLERS; i++) pthread_join(threads[i], NULL);
  assert_int_equal(atomic_load(&l.wrong), 0);
  assert_true(atomic_load(&l.scored) > 0);
  end_world(w);
}

int main(void) {
  ax_log_set_level(AX_LOG_ERROR);
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_dropped_in_is_staged_and_nothing_more),
    cmocka_unit_test(an_act_is_recorded_with_who_and_why_before_it_counts),
    cmocka_unit_test(another_version_takes_over_and_rolling_back_is_one_step),
    cmocka_unit_test(what_is_held_is_scored_although_another_took_over),
    cmocka_unit_test(a_shadow_is_offered_beside_and_by_its_own_name),
    cmocka_unit_test(a_killed_model_stays_off_whatever_is_activated),
    cmocka_unit_test(acts_that_fit_nothing_are_refused_with_the_reason),
    cmocka_unit_test(the_next_life_begins_where_the_last_one_ended),
    cmocka_unit_test(what_should_be_active_and_is_gone_is_missed),
    cmocka_unit_test(what_is_gone_for_good_is_retired_and_not_missed_again),
    cmocka_unit_test(what_is_back_is_active_again),
    cmocka_unit_test(what_lies_there_instead_and_is_bad_is_told),
    cmocka_unit_test(a_row_that_killed_twice_is_never_sent_again),
    cmocka_unit_test(statistics_count_what_came_of_what),
    cmocka_unit_test(golden_rows_decide_what_is_staged),
    cmocka_unit_test(swaps_under_load_lose_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
