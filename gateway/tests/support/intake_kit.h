/*
 * intake_kit.h - gateway/src/intake/ over a real store in a folder of its own,
 * with obedient fakes of validation, definitions and plug-ins: those have tests
 * of their own. The fakes take the place of the library's functions in the
 * program that includes this, so one file of each program may include it.
 */
#ifndef AX_TEST_INTAKE_KIT_H
#define AX_TEST_INTAKE_KIT_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "intake/intake.h"
#include "intake/intake_service.h"
#include "scoring/score_view.h"
#include "support/ax_test.h"
#include "json/json_parse.h"

/* --- fakes ------------------------------------------------------------------
 */

/* A member "bad" is a fault, "odd" a warning. */
static void look(const ax_json *resource, ax_str path, ax_fhir_issues *issues) {
  if (AX_JSON_GET(resource, "bad"))
    ax_fhir_issues_addf(issues, AX_ERROR, AX_ISSUE_STRUCTURE, "bad", path,
                        AX_JSON_GET(resource, "bad"), AX_STR(""), "bad");
  if (AX_JSON_GET(resource, "odd"))
    ax_fhir_issues_addf(issues, AX_WARNING, AX_ISSUE_STRUCTURE, "odd", path,
                        NULL, AX_STR(""), "odd");
}

ax_status ax_validate_run(ax_validator *validator, const ax_json *resource,
                          ax_str path, const ax_str *profiles,
                          size_t profile_count, ax_fhir_issues *issues) {
  const ax_json *entries = AX_JSON_GET(resource, "entry");
  (void)validator;
  (void)profiles;
  (void)profile_count;
  look(resource, path, issues);
  for (size_t i = 0; i < ax_json_count(entries); i++) {
    ax_str inner = ax_arena_printf(ax_fhir_issues_arena(issues),
                                   "Bundle.entry[%zu].resource", i);
    look(AX_JSON_GET(ax_json_item(entries, i), "resource"), inner, issues);
  }
  return AX_OK;
}

ax_status ax_validate_run_claimed(ax_validator *validator,
                                  const ax_json *resource, ax_str path,
                                  ax_fhir_issues *issues) {
  return ax_validate_run(validator, resource, path, NULL, 0, issues);
}

bool ax_registry_is_resource(ax_registry *registry, ax_str name) {
  (void)registry;
  return ax_str_eq(name, AX_STR("Patient")) ||
         ax_str_eq(name, AX_STR("Observation")) ||
         ax_str_eq(name, AX_STR("Practitioner"));
}

ax_status ax_registry_load(ax_registry *registry, ax_arena *arena,
                           ax_def_kind kind, ax_str url, const ax_json **out,
                           ax_error *err) {
  (void)registry;
  (void)arena;
  (void)kind;
  (void)url;
  (void)out;
  (void)err;
  return AX_NOT_FOUND;
}

/* One model that reads LOINC 1-8 and answers with one RiskAssessment. */
static ax_model fake_model;
/* Asks for results of the other one, when it is there. */
static ax_model fake_reader;
static bool fake_has_reader, fake_reads_person;
static int fake_failures; /* so many runs are UNAVAILABLE first */
static ax_status fake_failure;
static int fake_runs;
static int64_t fake_as_of; /* of the last run */
static ax_score_verdict fake_verdict;
static char *host_address;
#define HOST ((ax_score_host *)(void *)&host_address)

#define VIEW ((const ax_score_view *)(const void *)&host_address)

ax_status ax_score_view_hold(ax_score_host *host, ax_arena *arena,
                             const ax_score_view **out) {
  (void)host, (void)arena;
  *out = VIEW;
  return AX_OK;
}

size_t ax_score_view_count(const ax_score_view *view) {
  (void)view;
  return fake_has_reader ? 2 : 1;
}

const ax_model *ax_score_view_model(const ax_score_view *view, size_t i) {
  (void)view;
  return i == 0 ? &fake_model : &fake_reader;
}

size_t ax_score_view_shadow_count(const ax_score_view *view) {
  (void)view;
  return 0;
}

const ax_model *ax_score_view_shadow(const ax_score_view *view, size_t i,
                                     ax_str *name) {
  (void)view, (void)i, (void)name;
  return NULL;
}

bool ax_score_view_is_shadow(ax_str name) {
  return ax_str_starts(name, AX_STR("shadow:"));
}

const ax_model *ax_score_view_named(const ax_score_view *view, ax_str name) {
  (void)view;
  return ax_str_eq(name, fake_model.id) ? &fake_model : NULL;
}

bool ax_score_concerns(const ax_model *model, const ax_facts *facts) {
  ax_str code = model == &fake_reader ? AX_STR("own-1") : AX_STR("1-8");
  for (size_t i = 0; i < facts->count; i++)
    if (ax_str_eq(facts->items[i].code, code)) return true;
  return false;
}

bool ax_score_reads_person(const ax_model *model) {
  (void)model;
  return fake_reads_person;
}

const ax_fact_code *ax_score_codes(const ax_model *model, size_t *count) {
  static const ax_fact_code code = { AX_STR_INIT("http://loinc.org"),
                                     AX_STR_INIT("1-8"), AX_FACT_MATCH_EXACT };
  (void)model;
  *count = 1;
  return &code;
}

ax_feature_view *ax_score_host_facts(const ax_score_host *host, ax_arena *arena,
                                     const ax_facts *facts) {
  (void)host;
  return ax_feature_view_new(arena, facts, NULL);
}

ax_status ax_score_run(ax_score_host *host, ax_arena *arena,
                       const ax_score_request *request, int64_t deadline_ns,
                       ax_score_result *out, ax_error *err) {
  (void)host;
  (void)deadline_ns;
  fake_runs++;
  fake_as_of = request->as_of_ms;
  if (fake_failures > 0) {
    fake_failures--;
    return ax_error_set(err, fake_failure, "no worker");
  }
  ax_score_resource *r = AX_NEW(arena, ax_score_resource);
  if (!r) return AX_NOMEM;
  const char *type = fake_verdict == AX_SCORE_REFUSED ? "GuidanceResponse"
                     : fake_has_reader                ? "Observation"
                                                      : "RiskAssessment";
  r->type = ax_str_from(type);
  r->id = ax_arena_printf(arena, "r-%zu", request->facts.count);
  r->body =
      ax_arena_printf(arena,
                      "{\"resourceType\":\"%s\",\"id\":\"%.*s\","
                      "\"occurrenceDateTime\":\"%lld\","
                      "\"code\":{\"coding\":[{\"code\":\"own-1\"}]},"
                      "\"subject\":{\"reference\":\"%.*s\"}}",
                      type, AX_STR_ARG(r->id), (long long)ax_clock_mono_ns(),
                      AX_STR_ARG(request->subject));
  *out = (ax_score_result){ .verdict = fake_verdict,
                            .row = AX_STR("[1]"),
                            .output = AX_STR("[2]") };
  if (fake_verdict <= AX_SCORE_REFUSED) {
    out->resources = r;
    out->resource_count = 1;
  }
  return AX_OK;
}

ax_status ax_score_card(ax_score_host *host, ax_arena *arena,
                        const ax_model *model, ax_score_resource *out,
                        ax_error *err) {
  (void)host, (void)arena, (void)model, (void)out, (void)err;
  return AX_NOT_FOUND;
}

ax_status ax_score_device(ax_score_host *host, ax_arena *arena,
                          const ax_model *model, ax_score_resource *out,
                          ax_error *err) {
  (void)host;
  (void)arena;
  (void)model;
  (void)err;
  *out = (ax_score_resource){
    .type = AX_STR("Device"),
    .id = AX_STR("device"),
    .body = AX_STR("{\"resourceType\":\"Device\",\"id\":\"device\"}")
  };
  return AX_OK;
}

/* --- world ------------------------------------------------------------------
 */

/* What the packages would say, as far as these tests ask. */
static inline ax_search *few_parameters(void) {
  static const struct {
    const char *code, *type, *path, *target;
  } rows[] = {
    { "identifier", "token", "identifier", "" },
    { "code", "token", "code", "" },
    { "subject", "reference", "subject", "\"Patient\"" },
    { "patient", "reference", "subject.where(resolve() is Patient)",
      "\"Patient\"" },
    { "date", "date", "effective", "" },
    { "family", "string", "name.family", "" },
  };
  static const char *const types[] = { "Patient", "Observation", "Practitioner",
                                       "RiskAssessment" };
  const ax_search_options options = { 0 };
  ax_search *search = NULL;
  ax_arena *arena = ax_arena_new(1 << 20);
  assert_int_equal(AX_OK, ax_search_new(&options, &search, NULL));
  for (size_t t = 0; t < AX_COUNT(types); t++)
    for (size_t i = 0; i < AX_COUNT(rows); i++) {
      const ax_json *tree = NULL;
      ax_str text = ax_arena_printf(
          arena,
          "{\"resourceType\":\"SearchParameter\",\"url\":\"u/%s/%s\","
          "\"code\":\"%s\",\"base\":[\"%s\"],\"type\":\"%s\","
          "\"expression\":\"%s.%s\",\"target\":[%s]}",
          types[t], rows[i].code, rows[i].code, types[t], rows[i].type,
          types[t], rows[i].path, rows[i].target);
      assert_int_equal(AX_OK, ax_json_parse(arena, text, &tree, NULL));
      assert_int_equal(AX_OK, ax_search_add(search, tree));
    }
  ax_arena_free(arena);
  return search;
}

typedef struct {
  char folder[64];
  ax_store *store;
  ax_search *search;
  ax_intake *intake;
  ax_arena *arena;
  ax_buf answer;
  const ax_json *json; /* of the answer */
  ax_intake_result result;
} world;

static inline void open_world(world *w, ax_score_host *host, int64_t wait_ms) {
  ax_error err = { 0 };
  ax_store_options store = { .folder = w->folder };
  if (ax_store_open(&store, &w->store, &err)) fail_msg("%s", err.text);
  w->search = few_parameters();
  ax_intake_options options = { .store = w->store,
                                .search = w->search,
                                .host = host,
                                .score_wait_ms = wait_ms };
  assert_int_equal(AX_OK, ax_intake_new(&options, &w->intake, &err));
}

static inline void close_world(world *w) {
  ax_intake_free(w->intake);
  ax_store_close(w->store);
  ax_search_free(w->search);
}

static inline int begin(void **state) {
  world *w = calloc(1, sizeof *w);
  if (!w) return -1;
  fake_model = (ax_model){ .id = AX_STR("m"), .name = AX_STR("m") };
  fake_reader = (ax_model){ .id = AX_STR("reader"), .name = AX_STR("reader") };
  fake_has_reader = fake_reads_person = false;
  fake_failures = fake_runs = 0;
  fake_verdict = AX_SCORED;
  fake_failure = AX_UNAVAILABLE;
  (void)snprintf(w->folder, sizeof w->folder, "/tmp/auspex-intake-XXXXXX");
  if (!mkdtemp(w->folder)) return -1;
  w->arena = ax_arena_new(256 << 20);
  w->answer = (ax_buf)AX_BUF_INIT(64 << 20);
  open_world(w, HOST, 2000);
  *state = w;
  return 0;
}

static inline int end(void **state) {
  world *w = *state;
  char command[128];
  close_world(w);
  (void)snprintf(command, sizeof command, "rm -rf '%s'", w->folder);
  (void)!system(command); /* NOLINT(cert-env33-c): a folder of our own */
  ax_buf_free(&w->answer);
  ax_arena_free(w->arena);
  free(w);
  return 0;
}

static inline ax_intake_request request_of(world *w, const char *json) {
  ax_json_fault fault;
  ax_intake_request rq = { .arena = w->arena,
                           .source = ax_str_from(json),
                           .base = AX_STR("http://here/fhir"),
                           .request_id = AX_STR("q"),
                           .caller = AX_STR("test") };
  if (ax_json_parse(w->arena, rq.source, &rq.doc, &fault))
    fail_msg("%s in %s", fault.text, json);
  return rq;
}

/* The HTTP status, or 0 after a failure of ours. */
static inline int create(world *w, const char *type, const char *json,
                         const char *condition) {
  ax_error err = { 0 };
  ax_intake_request rq = request_of(w, json);
  if (ax_intake_create(w->intake, &rq, ax_str_from(type),
                       ax_str_from(condition), &w->result, &err))
    fail_msg("%s", err.text);
  return w->result.http_status;
}

static inline int post(world *w, const char *json) {
  ax_error err = { 0 };
  ax_json_fault fault;
  ax_intake_request rq = request_of(w, json);
  ax_buf_clear(&w->answer);
  w->json = NULL;
  if (ax_intake_bundle(w->intake, &rq, AX_STR("minimal"), &w->answer,
                       &w->result, &err))
    fail_msg("%s", err.text);
  ax_str text = ax_arena_str(w->arena, ax_buf_view(&w->answer));
  if (text.len)
    assert_int_equal(AX_OK, ax_json_parse(w->arena, text, &w->json, &fault));
  return w->result.http_status;
}

static inline const ax_json *entry(const world *w, size_t i) {
  return ax_json_item(AX_JSON_GET(w->json, "entry"), i);
}

static inline ax_str response(const world *w, size_t i, const char *member) {
  return ax_json_str(AX_JSON_GET(entry(w, i), "response"), ax_str_from(member));
}

static inline bool starts(ax_str text, const char *start) {
  return ax_str_starts(text, ax_str_from(start));
}

static inline ax_store_stats stats(world *w) {
  ax_store_stats s;
  assert_int_equal(AX_OK, ax_store_stats_read(w->store, &s, NULL));
  return s;
}

/* The body behind a location of the answer. */
static inline ax_str stored(world *w, ax_str location) {
  ax_stored found;
  ax_str type = ax_str_cut(&location, '/');
  ax_str id = ax_str_cut(&location, '/');
  assert_int_equal(
      AX_OK, ax_store_read(w->store, w->arena, type, id, 0, &found, NULL));
  return found.body;
}

static inline bool has(ax_str text, const char *part) {
  return ax_str_find(text, ax_str_from(part)) != AX_STR_NONE;
}

static inline const char *issue_path(const world *w, size_t i) {
  static char path[200];
  const ax_issue *issue = ax_fhir_issues_at(w->result.issues, i);
  assert_non_null(issue);
  (void)snprintf(path, sizeof path, AX_STR_FMT, AX_STR_ARG(issue->path));
  return path;
}

#define PATIENT "{\"resourceType\":\"Patient\",\"id\":\"mine\"}"
#define KNOWN                                            \
  "{\"resourceType\":\"Practitioner\",\"identifier\":[{" \
  "\"system\":\"s\",\"value\":\"1\"}]}"
#define POST(type) "\"request\":{\"method\":\"POST\",\"url\":\"" type "\"}"
#define BUNDLE(type, entries)                                                  \
  "{\"resourceType\":\"Bundle\",\"type\":\"" type "\",\"entry\":[" entries "]" \
  "}"
#define OBSERVATION(subject) OBSERVATION_AS("", subject)
/* `id`: "" or what stands before "status". */
#define OBSERVATION_AS(id, subject)                                         \
  "{\"resourceType\":\"Observation\"," id "\"status\":\"final\",\"code\":{" \
  "\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"1-8\"}]},"       \
  "\"subject\":{\"reference\":\"" subject "\"},\"valueQuantity\":{"         \
  "\"value\":1.50}}"

#endif
