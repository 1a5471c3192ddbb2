/* From outside: the patients that the tests of each model use, sent to $score
 * as FHIR, give the results that the model owes them. */
#include "../support/outside.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ax_case_file.h"

typedef struct {
  const ax_case_file *file;
  const ax_case *now;
  const outside_answer *answer;
  size_t failed;
} sent;

static outside *gw;

static int begin(void **state) {
  (void)state;
  gw = outside_start(NULL);
  return 0;
}

static int end(void **state) {
  (void)state;
  outside_stop(gw);
  return 0;
}

/* ---- what the answer says ---- */

static const ax_json *entry(const sent *s, size_t i) {
  const ax_json *entries = AX_JSON_GET(s->answer->json, "entry");
  return AX_JSON_GET(ax_json_item(entries, i), "resource");
}

static bool is(const ax_json *resource, const char *type) {
  return ax_str_eq(AX_JSON_STR(resource, "resourceType"), ax_str_from(type));
}

/* A body that no profile takes is refused before any model sees it. */
static bool is_refused(const sent *s) {
  if (s->answer->status == 422) return true;
  for (size_t i = 0; entry(s, i); i++)
    if (is(entry(s, i), "GuidanceResponse") &&
        ax_str_eq(AX_JSON_STR(entry(s, i), "status"), AX_STR("data-required")))
      return true;
  return false;
}

static bool near(const ax_json *number, double want) {
  ax_str text = ax_json_text(number);
  char copy[64];
  if (!number || !text.len || text.len >= sizeof copy) return false;
  memcpy(copy, text.ptr, text.len);
  copy[text.len] = 0;
  return fabs(strtod(copy, NULL) - want) <= 1e-6;
}

static bool has_score(const ax_json *prediction, double want) {
  const ax_json *all = AX_JSON_GET(prediction, "extension");
  for (size_t i = 0; i < ax_json_count(all); i++)
    if (near(outside_at(ax_json_item(all, i), "valueQuantity.value"), want))
      return true;
  return false;
}

static bool predicts(const ax_json *p, const ax_case_wants *w) {
  if (strcmp(w->what, "level") == 0)
    return ax_str_eq(outside_find(p, "qualitativeRisk.coding[0].code"),
                     ax_str_from(w->value));
  double want = strtod(w->value, NULL);
  if (strcmp(w->what, "probability") == 0)
    return near(AX_JSON_GET(p, "probabilityDecimal"), want);
  if (strcmp(w->what, "risk") == 0)
    return near(AX_JSON_GET(p, "relativeRisk"), want);
  return has_score(p, want);
}

static bool measures(const ax_json *o, const ax_case_wants *w) {
  double want = strtod(w->value, NULL);
  return strcmp(w->what, "score") == 0 &&
         (near(outside_at(o, "valueQuantity.value"), want) ||
          near(AX_JSON_GET(o, "valueInteger"), want));
}

static bool is_told(const sent *s, ax_str text) {
  ax_case_wants w = ax_case_wants_of(text);
  if (strcmp(w.what, "absent") == 0) return true;
  for (size_t i = 0; entry(s, i); i++) {
    const ax_json *predictions = AX_JSON_GET(entry(s, i), "prediction");
    if (is(entry(s, i), "Observation") && measures(entry(s, i), &w))
      return true;
    for (size_t k = 0; k < ax_json_count(predictions); k++)
      if (predicts(ax_json_item(predictions, k), &w)) return true;
  }
  return false;
}

/* R4 names the types that an Observation may derive from; Conditions and
 * medications are none of them. */
static void check_sources(sent *s) {
  for (size_t i = 0; entry(s, i); i++) {
    const ax_json *all = AX_JSON_GET(entry(s, i), "derivedFrom");
    for (size_t k = 0; k < ax_json_count(all); k++) {
      ax_str ref = AX_JSON_STR(ax_json_item(all, k), "reference");
      if (ax_str_find(ref, AX_STR("/Observation/")) != AX_STR_NONE ||
          ax_str_find(ref, AX_STR("/QuestionnaireResponse/")) != AX_STR_NONE)
        continue;
      print_error("%.*s: derived from %.*s\n", AX_STR_ARG(s->now->name),
                  AX_STR_ARG(ref));
      s->failed++;
    }
  }
}

/* ---- every case of a file ---- */

static void check(sent *s, ax_str line) {
  ax_str rest;
  bool good;
  if (ax_case_begins(line, "refused ", &rest))
    good = is_refused(s);
  else if (ax_case_begins(line, "expect ", &rest))
    good = s->answer->status == 200 && is_told(s, rest);
  else
    good = s->answer->status == 200 && !entry(s, 0);
  if (good) return;
  print_error("%.*s, %.*s: not so: %.*s\n%d %.*s\n", AX_STR_ARG(s->file->model),
              AX_STR_ARG(s->now->name), AX_STR_ARG(line), s->answer->status,
              (int)(s->answer->body.len < 1000 ? s->answer->body.len : 1000),
              s->answer->body.ptr);
  s->failed++;
}

static ax_str as_of(const ax_case *one) {
  ax_str rest = AX_STR("");
  for (size_t i = 0; i < one->count; i++)
    if (ax_case_begins(one->lines[i], "as-of ", &rest)) return rest;
  return rest;
}

static void send_case(sent *s) {
  ax_patient patient;
  (void)ax_case_patient(s->now, &patient);
  ax_str bundle = ax_patient_bundle(&patient);
  ax_str date = as_of(s->now);
  ax_str body = ax_arena_printf(
      patient.arena,
      "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"model\","
      "\"valueString\":\"%.*s\"},{\"name\":\"asOf\",\"valueDateTime\":\"%.*s\"}"
      ",{\"name\":\"bundle\",\"resource\":%.*s}]}",
      AX_STR_ARG(s->file->model), AX_STR_ARG(date), AX_STR_ARG(bundle));
  s->answer = outside_post(gw, "/$score", ax_arena_cstr(patient.arena, body));
  check_sources(s);
  for (size_t i = 0; i < s->now->count; i++)
    if (ax_case_is_expectation(s->now->lines[i])) check(s, s->now->lines[i]);
  ax_patient_end(&patient);
}

static size_t send_file(const char *path, size_t *cases) {
  ax_case_file *file = ax_case_file_read(path);
  sent s = { .file = file };
  for (size_t i = 0; i < file->count; i++) {
    s.now = &file->cases[i];
    send_case(&s);
  }
  *cases += file->count;
  ax_case_file_free(file);
  return s.failed;
}

static void patients_of(const char *plugin, size_t least) {
  char folder[200], path[600];
  const char *root = getenv("AUSPEX_ROOT");
  size_t failed = 0, cases = 0, files = 0;
  (void)snprintf(folder, sizeof folder, "plugins/%s/tests/cases", plugin);
  (void)snprintf(path, sizeof path, "%s/%s", root ? root : ".", folder);
  DIR *all = opendir(path);
  assert_non_null(all);
  for (struct dirent *one; (one = readdir(all));) {
    if (!strstr(one->d_name, ".txt")) continue;
    (void)snprintf(path, sizeof path, "%s/%s", folder, one->d_name);
    failed += send_file(path, &cases);
    files++;
  }
  closedir(all);
  assert_true(files >= 1 && cases >= least);
  if (failed) fail_msg("%zu expectations did not hold", failed);
}

static void patients_of_early_diagnosis(void **state) {
  (void)state;
  patients_of("early-diagnosis", 20);
}

static void patients_of_trajectory(void **state) {
  (void)state;
  patients_of("trajectory", 36);
}

static void patients_of_qol_risk(void **state) {
  (void)state;
  patients_of("qol-risk", 28);
}

static void patients_of_external_biomarker(void **state) {
  (void)state;
  patients_of("external-biomarker", 4);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(patients_of_early_diagnosis),
    cmocka_unit_test(patients_of_trajectory),
    cmocka_unit_test(patients_of_qol_risk),
    cmocka_unit_test(patients_of_external_biomarker),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
