/* Unit tests of the facade, with the real worker and real modules. */
#include "support/feature_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "scoring/score.h"

static const char *build(const char *rest) {
  static char path[3][600];
  static unsigned turn;
  char *out = path[turn++ % 3];
  const char *folder = getenv("AUSPEX_BUILD");
  (void)snprintf(out, sizeof path[0], "%s/%s", folder ? folder : "build", rest);
  return out;
}

static ax_score_host *new_host(const char *plugins) {
  ax_score_options options = { .plugins = plugins,
                               .worker = build("bin/auspex-worker"),
                               .deadline_ms = 2000,
                               .worker_memory = 512 << 20 };
  ax_score_host *host = NULL;
  ax_error err = { 0 };
  if (ax_score_host_new(&options, &host, &err)) fail_msg("%s", err.text);
  return host;
}

/* A folder with links to some of the faulty modules. */
static const char *folder_of(const char *const *names) {
  static char folder[] = "/tmp/auspex-test-XXXXXX";
  char here[400], from[1200], to[600];
  memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
  assert_non_null(mkdtemp(folder));
  assert_non_null(getcwd(here, sizeof here));
  for (; *names; names++) {
    char part[100];
    (void)snprintf(part, sizeof part, "faulty/%s", *names);
    const char *path = build(part);
    (void)snprintf(from, sizeof from, "%s%s%s", *path == '/' ? "" : here,
                   *path == '/' ? "" : "/", path);
    (void)snprintf(to, sizeof to, "%s/%s", folder, *names);
    assert_int_equal(symlink(from, to), 0);
  }
  return folder;
}

static void remove_folder(const char *folder, const char *const *names) {
  char path[600];
  for (; *names; names++) {
    (void)snprintf(path, sizeof path, "%s/%s", folder, *names);
    (void)unlink(path);
  }
  (void)rmdir(folder);
}

static ax_score_result run(ax_score_host *host, feature_kit *k,
                           const char *model) {
  ax_error err = { 0 };
  ax_score_result out;
  ax_score_request request = { .model = ax_score_model_named(
                                   host, ax_str_from(model)),
                               .subject = AX_STR("Patient/p1"),
                               .facts = k->all,
                               .as_of_ms = k->as_of_ms,
                               .automatic = k->automatic,
                               .authored_ms = k->as_of_ms };
  assert_non_null(request.model);
  if (ax_score_run(host, k->arena, &request, ax_clock_mono_ns() + 10000000000LL,
                   &out, &err))
    fail_msg("%s", err.text);
  return out;
}

static bool says(ax_str text, const char *part) {
  return ax_str_find(text, ax_str_from(part)) != AX_STR_NONE;
}

/* A woman of 63 whose diabetes began on 2024-03-10. */
static void diabetic(feature_kit *k) {
  feature_kit_begin(k);
  feature_kit_condition(k, "http://snomed.info/sct", "44054006", "2024-03-10");
  feature_kit_observe(k, "2345-7", "2024-03-09", 165, "mg/dL");
  feature_kit_observe(k, "2345-7", "2023-03-12", 98, "mg/dL");
  feature_kit_observe(k, "29463-7", "2024-03-12", 70, "kg");
}

static void lost_weight(feature_kit *k) {
  feature_kit_observe(k, "29463-7", "2023-03-01", 76.5, "kg");
}

static void models_are_found_by_id_and_by_name(void **state) {
  ax_score_host *host = *state;
  assert_true(ax_score_model_count(host) >= 2);
  const ax_model *endpac = ax_score_model_named(host, AX_STR("endpac"));
  assert_non_null(endpac);
  assert_ptr_equal(endpac, ax_score_model_named(host, endpac->id));
  assert_str(endpac->module, "early-diagnosis");
  assert_int_equal(endpac->module_digest.len, 64);
  assert_int_equal(endpac->data_digest.len, 64);
  assert_null(ax_score_model_named(host, AX_STR("end")));
  assert_null(ax_score_model(host, ax_score_model_count(host)));
}

static void a_patient_is_scored_and_the_evidence_says_with_what(void **state) {
  ax_score_host *host = *state;
  feature_kit k;
  diabetic(&k);
  lost_weight(&k);
  ax_score_result out = run(host, &k, "endpac");
  assert_int_equal(out.verdict, AX_SCORED);
  assert_int_equal(out.resource_count, 1);
  assert_str(out.resources[0].type, "RiskAssessment");
  assert_true(says(out.resources[0].body, "\"Patient/p1\""));
  /* 98 -> 165 mg/dL: 4, six and a half kilograms lost: 6, age 63: 0 */
  assert_true(says(out.output, "\"score\":10"));
  assert_true(says(out.row, "\"value\":76.5"));
  assert_true(out.model_version.len && out.module_digest.len == 64);
  feature_kit_end(&k);
}

static void the_same_question_has_the_same_answer_and_identity(void **state) {
  ax_score_host *host = *state;
  feature_kit k;
  diabetic(&k);
  lost_weight(&k);
  ax_score_result one = run(host, &k, "endpac");
  ax_score_result two = run(host, &k, "endpac");
  assert_true(ax_str_eq(one.output, two.output));
  assert_true(ax_str_eq(one.row, two.row));
  assert_true(ax_str_eq(one.resources[0].id, two.resources[0].id));
  feature_kit_end(&k);
}

static void what_is_missing_is_asked_for(void **state) {
  ax_score_host *host = *state;
  feature_kit k;
  diabetic(&k);
  ax_score_result out = run(host, &k, "endpac");
  assert_int_equal(out.verdict, AX_SCORE_REFUSED);
  assert_str(out.resources[0].type, "GuidanceResponse");
  assert_true(says(out.resources[0].body, "data-required"));
  assert_int_equal(out.row.len, 0);
  feature_kit_end(&k);
}

static void who_is_not_in_the_population_gets_nothing(void **state) {
  ax_score_host *host = *state;
  feature_kit k;
  feature_kit_begin(&k);
  lost_weight(&k);
  ax_score_result out = run(host, &k, "endpac");
  assert_int_equal(out.verdict, AX_SCORE_NOT_APPLICABLE);
  assert_int_equal(out.resource_count, 0);
  assert_true(out.why.len > 0);
  feature_kit_end(&k);
  diabetic(&k);
  lost_weight(&k);
  feature_kit_condition(&k, "http://hl7.org/fhir/sid/icd-10-cm", "C25.9",
                        "2010-01-01");
  out = run(host, &k, "endpac");
  assert_int_equal(out.verdict, AX_SCORE_NOT_APPLICABLE);
  assert_true(says(out.why, "pancreatic cancer"));
  feature_kit_end(&k);
}

static void an_old_onset_is_not_scored_by_itself(void **state) {
  ax_score_host *host = *state;
  feature_kit k;
  diabetic(&k);
  lost_weight(&k);
  k.as_of_ms = feature_kit_ms("2025-03-11T00:00:00Z"); /* 366 days later */
  k.automatic = true;
  assert_int_equal(run(host, &k, "endpac").verdict, AX_SCORE_STALE);
  k.automatic = false;
  assert_int_equal(run(host, &k, "endpac").verdict, AX_SCORED);
  feature_kit_end(&k);
}

static void answers_become_measurements(void **state) {
  ax_score_host *host = *state;
  feature_kit k;
  feature_kit_begin(&k);
  for (int i = 1; i <= 30; i++) {
    char link[20];
    (void)snprintf(link, sizeof link, "qlq-c30-q%d", i);
    char *kept = ax_arena_cstr(k.arena, ax_str_from(link));
    feature_kit_answer(&k, "qr1", "2024-06-14T09:00:00Z", kept, i < 29 ? 1 : 7);
  }
  ax_score_result out = run(host, &k, "qlq-c30");
  assert_int_equal(out.verdict, AX_SCORED);
  assert_true(out.resource_count >= 15);
  for (size_t i = 0; i < out.resource_count; i++)
    assert_str(out.resources[i].type, "Observation"); /* all is well */
  feature_kit_end(&k);
}

static void codes_that_a_model_reads_concern_it(void **state) {
  ax_score_host *host = *state;
  const ax_model *endpac = ax_score_model_named(host, AX_STR("endpac"));
  const ax_model *qlq = ax_score_model_named(host, AX_STR("qlq-c30"));
  feature_kit k;
  feature_kit_begin(&k);
  assert_false(ax_score_concerns(endpac, &k.all)); /* a Patient alone */
  ax_fact *fact = feature_kit_observe(&k, "718-7", "2024-01-01", 1, "g/dL");
  assert_false(ax_score_concerns(endpac, &k.all));
  fact->code = AX_STR("2339-0");
  assert_true(ax_score_concerns(endpac, &k.all));
  fact->status = AX_FACT_STATUS_ERROR; /* so does taking it back */
  assert_true(ax_score_concerns(endpac, &k.all));
  fact->flags |= AX_FACT_MADE_HERE;
  assert_false(ax_score_concerns(endpac, &k.all));
  assert_false(ax_score_concerns(qlq, &k.all));
  feature_kit_answer(&k, "qr", "2024-01-01", "q1", 1);
  assert_true(ax_score_concerns(qlq, &k.all));
  size_t count = 0;
  assert_non_null(ax_score_codes(qlq, &count));
  assert_true(count > 1);
  feature_kit_end(&k);
}

/* --- modules that are no good
 * ---------------------------------------------------- */

static void broken_modules_are_reported_and_the_others_serve(void **state) {
  (void)state;
  static const char *const names[] = { "behaves", "create_fails", "row",
                                       "wrong_abi", NULL };
  const char *folder = folder_of(names);
  ax_score_host *host = new_host(folder);
  assert_int_equal(ax_score_model_count(host), 1);
  assert_int_equal(ax_score_module_count(host), 4);
  static const char *const why[] = { "", "no file coefficients.json",
                                     "has the id or name of one of module "
                                     "'behaves'",
                                     "ABI 99.7" };
  feature_kit k;
  feature_kit_begin(&k);
  for (size_t i = 0; i < 4; i++) {
    ax_score_module m;
    assert_int_equal(ax_score_module_at(host, i, k.arena, &m), AX_OK);
    assert_str(m.name, names[i]);
    assert_int_equal(m.broken, i > 0);
    assert_int_equal(m.running, i == 0);
    assert_true(says(m.detail, why[i]));
  }
  feature_kit_observe(&k, "718-7", "2024-01-01", 12, "g/dL");
  ax_score_result out = run(host, &k, "faulty");
  assert_int_equal(out.verdict, AX_SCORED);
  assert_str(out.resources[0].type, "Observation");
  feature_kit_end(&k);
  ax_score_host_free(host);
  remove_folder(folder, names);
}

static void a_crash_is_a_verdict_that_says_what_happened(void **state) {
  (void)state;
  static const char *const names[] = { "abort", NULL };
  const char *folder = folder_of(names);
  ax_score_host *host = new_host(folder);
  feature_kit k;
  feature_kit_begin(&k);
  ax_fact *fact = feature_kit_observe(&k, "718-7", "2024-01-01", 1000, "g/dL");
  ax_score_result out = run(host, &k, "faulty");
  assert_int_equal(out.verdict, AX_SCORE_FAILED);
  assert_true(says(out.why, "the worker"));
  assert_int_equal(out.resource_count, 0);
  assert_true(out.row.len > 0);
  fact->number = 12;
  assert_int_equal(run(host, &k, "faulty").verdict, AX_SCORED);
  ax_score_module m;
  assert_int_equal(ax_score_module_at(host, 0, k.arena, &m), AX_OK);
  assert_int_equal(m.deaths, 2);
  assert_int_equal(m.failed, 1);
  assert_int_equal(m.retried, 1);
  feature_kit_end(&k);
  ax_score_host_free(host);
  remove_folder(folder, names);
}

static void wrong_paths_are_named(void **state) {
  (void)state;
  ax_score_host *host = NULL;
  ax_error err = { 0 };
  ax_score_options options = { .plugins = "/nowhere/plugins",
                               .worker = build("bin/auspex-worker") };
  assert_int_equal(ax_score_host_new(&options, &host, &err), AX_NOT_FOUND);
  assert_non_null(strstr(err.text, "/nowhere/plugins"));
  err = (ax_error){ 0 };
  options = (ax_score_options){ .plugins = "/tmp", .worker = "/no/worker" };
  assert_int_equal(ax_score_host_new(&options, &host, &err), AX_NOT_FOUND);
  assert_non_null(strstr(err.text, "/no/worker"));
}

static int start(void **state) {
  *state = new_host(build("plugins"));
  return 0;
}

static int stop(void **state) {
  ax_score_host_free(*state);
  return 0;
}

int main(void) {
  ax_log_set_level(AX_LOG_ERROR);
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(models_are_found_by_id_and_by_name),
    cmocka_unit_test(a_patient_is_scored_and_the_evidence_says_with_what),
    cmocka_unit_test(the_same_question_has_the_same_answer_and_identity),
    cmocka_unit_test(what_is_missing_is_asked_for),
    cmocka_unit_test(who_is_not_in_the_population_gets_nothing),
    cmocka_unit_test(an_old_onset_is_not_scored_by_itself),
    cmocka_unit_test(answers_become_measurements),
    cmocka_unit_test(codes_that_a_model_reads_concern_it),
    cmocka_unit_test(broken_modules_are_reported_and_the_others_serve),
    cmocka_unit_test(a_crash_is_a_verdict_that_says_what_happened),
    cmocka_unit_test(wrong_paths_are_named),
  };
  return cmocka_run_group_tests(tests, start, stop);
}
