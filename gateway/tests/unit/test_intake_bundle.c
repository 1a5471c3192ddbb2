/* Unit tests of gateway/src/intake/ over a real store: creates, transactions,
 * batches, and tasks. Validation, definitions and plug-ins are small fakes in
 * this file: they have tests of their own, and here they must be obedient. */
#include "support/ax_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "intake/intake.h"
#include "intake/intake_service.h"
#include "scoring/score_view.h"
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
static bool fake_has_reader;
static int fake_failures; /* so many runs are UNAVAILABLE first */
static ax_status fake_failure;
static int fake_runs;
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
static ax_search *few_parameters(void) {
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

static void open_world(world *w, ax_score_host *host, int64_t wait_ms) {
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

static void close_world(world *w) {
  ax_intake_free(w->intake);
  ax_store_close(w->store);
  ax_search_free(w->search);
}

static int begin(void **state) {
  world *w = calloc(1, sizeof *w);
  if (!w) return -1;
  fake_model = (ax_model){ .id = AX_STR("m"), .name = AX_STR("m") };
  fake_reader = (ax_model){ .id = AX_STR("reader"), .name = AX_STR("reader") };
  fake_has_reader = false;
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

static int end(void **state) {
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

static ax_intake_request request_of(world *w, const char *json) {
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
static int create(world *w, const char *type, const char *json,
                  const char *condition) {
  ax_error err = { 0 };
  ax_intake_request rq = request_of(w, json);
  if (ax_intake_create(w->intake, &rq, ax_str_from(type),
                       ax_str_from(condition), &w->result, &err))
    fail_msg("%s", err.text);
  return w->result.http_status;
}

static int post(world *w, const char *json) {
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

static const ax_json *entry(const world *w, size_t i) {
  return ax_json_item(AX_JSON_GET(w->json, "entry"), i);
}

static ax_str response(const world *w, size_t i, const char *member) {
  return ax_json_str(AX_JSON_GET(entry(w, i), "response"), ax_str_from(member));
}

static bool starts(ax_str text, const char *start) {
  return ax_str_starts(text, ax_str_from(start));
}

static ax_store_stats stats(world *w) {
  ax_store_stats s;
  assert_int_equal(AX_OK, ax_store_stats_read(w->store, &s, NULL));
  return s;
}

/* The body behind a location of the answer. */
static ax_str stored(world *w, ax_str location) {
  ax_stored found;
  ax_str type = ax_str_cut(&location, '/');
  ax_str id = ax_str_cut(&location, '/');
  assert_int_equal(
      AX_OK, ax_store_read(w->store, w->arena, type, id, 0, &found, NULL));
  return found.body;
}

static bool has(ax_str text, const char *part) {
  return ax_str_find(text, ax_str_from(part)) != AX_STR_NONE;
}

static const char *issue_path(const world *w, size_t i) {
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
#define OBSERVATION(subject)                                          \
  "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{" \
  "\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"1-8\"}]}," \
  "\"subject\":{\"reference\":\"" subject "\"},\"valueQuantity\":{"   \
  "\"value\":1.50}}"

/* --- create -----------------------------------------------------------------
 */

static void a_create_gives_a_new_id_and_keeps_the_rest(void **state) {
  world *w = *state;
  assert_int_equal(201, create(w, "Patient", PATIENT, ""));
  assert_int_equal(1, w->result.receipt.version);
  assert_int_equal(36, w->result.receipt.id.len);
  assert_true(w->result.receipt.created);
  assert_int_equal(1, stats(w).resources);
}

static void a_create_of_another_type_than_the_url_is_refused(void **state) {
  world *w = *state;
  assert_int_equal(400, create(w, "Observation", PATIENT, ""));
  assert_int_equal(1, ax_fhir_issues_errors(w->result.issues));
  assert_int_equal(0, stats(w).resources);
}

static void an_invalid_resource_is_not_stored(void **state) {
  world *w = *state;
  assert_int_equal(422, create(w, "Patient",
                               "{\"resourceType\":\"Patient\",\"bad\":1}", ""));
  assert_int_equal(0, stats(w).resources);
}

static void a_conditional_create_happens_once(void **state) {
  world *w = *state;
  assert_int_equal(201, create(w, "Practitioner", KNOWN, "identifier=s|1"));
  ax_str id = w->result.receipt.id;
  assert_int_equal(200, create(w, "Practitioner", KNOWN, "identifier=s|1"));
  assert_true(ax_str_eq(id, w->result.receipt.id));
  assert_false(w->result.receipt.created);
  assert_int_equal(1, stats(w).resources);
}

static void a_condition_that_finds_several_is_refused(void **state) {
  world *w = *state;
  assert_int_equal(201, create(w, "Practitioner", KNOWN, ""));
  assert_int_equal(201, create(w, "Practitioner", KNOWN, ""));
  assert_int_equal(412, create(w, "Practitioner", KNOWN, "identifier=s|1"));
  assert_int_equal(2, stats(w).resources);
}

static void a_condition_that_is_none_is_refused(void **state) {
  world *w = *state;
  assert_int_equal(400, create(w, "Practitioner", KNOWN, "nonsense=1"));
  assert_int_equal(400, create(w, "Practitioner", KNOWN, "_count=1"));
  assert_int_equal(0, stats(w).resources);
}

/* --- transactions -----------------------------------------------------------
 */

static void a_transaction_ties_its_entries_together(void **state) {
  world *w = *state;
  assert_int_equal(
      200, post(w, BUNDLE("transaction",
                          "{\"resource\":" OBSERVATION("urn:uuid:p") "," POST(
                              "Observation") "},"
                                             "{\"fullUrl\":\"urn:uuid:p\","
                                             "\"resource\":" PATIENT
                                             "," POST("Patient") "}")));
  assert_int_equal(2, ax_json_count(AX_JSON_GET(w->json, "entry")));
  assert_str(response(w, 0, "status"), "201 Created");
  assert_true(starts(response(w, 0, "location"), "Observation/"));
  assert_true(starts(response(w, 1, "location"), "Patient/"));
  ax_str patient = response(w, 1, "location");
  (void)ax_str_cut(&patient, '/');
  ax_str body = stored(w, response(w, 0, "location"));
  assert_true(ax_str_find(body, ax_str_cut(&patient, '/')) != AX_STR_NONE);
  assert_true(has(body, "1.50"));
  assert_false(has(body, "urn:uuid:p"));
}

static void
one_fault_refuses_a_whole_transaction_and_all_are_named(void **state) {
  world *w = *state;
  assert_int_equal(
      422,
      post(w,
           BUNDLE("transaction",
                  "{\"resource\":" PATIENT "," POST(
                      "Patient") "},"
                                 "{\"resource\":{\"resourceType\":\"Patient\","
                                 "\"bad\":1}," POST(
                                     "Patient") "},"
                                                "{\"resource\":{"
                                                "\"resourceType\":\"Patient\","
                                                "\"bad\":2}," POST(
                                                    "Patient") "}")));
  assert_int_equal(2, ax_fhir_issues_errors(w->result.issues));
  assert_string_equal(issue_path(w, 0), "Bundle.entry[1].resource");
  assert_string_equal(issue_path(w, 1), "Bundle.entry[2].resource");
  assert_int_equal(0, stats(w).resources);
  assert_int_equal(0, ax_buf_view(&w->answer).len);
}

static void conditional_references_find_stored_and_new_resources(void **state) {
  world *w = *state;
  assert_int_equal(201, create(w, "Practitioner", KNOWN, ""));
  ax_str first = w->result.receipt.id;
  assert_int_equal(
      200,
      post(w,
           BUNDLE("transaction",
                  "{\"resource\":{\"resourceType\":\"Observation\","
                  "\"performer\":[{\"reference\":\"Practitioner?identifier="
                  "s|1\"},{\"reference\":\"Practitioner?identifier=s|2\"}]}"
                  "," POST(
                      "Observation") "},"
                                     "{\"resource\":{\"resourceType\":"
                                     "\"Practitioner\","
                                     "\"identifier\":[{\"system\":\"s\","
                                     "\"value\":\"2\"}]},"
                                     "\"request\":{\"method\":\"POST\",\"url\":"
                                     "\"Practitioner\",\"ifNoneExist\":"
                                     "\"identifier=s|2\"}}")));
  ax_str second = response(w, 1, "location");
  (void)ax_str_cut(&second, '/');
  ax_str body = stored(w, response(w, 0, "location"));
  assert_true(ax_str_find(body, first) != AX_STR_NONE);
  assert_true(ax_str_find(body, ax_str_cut(&second, '/')) != AX_STR_NONE);
}

static void
a_conditional_reference_to_none_or_several_fails_with_its_place(void **state) {
  world *w = *state;
  assert_int_equal(201, create(w, "Practitioner", KNOWN, ""));
  assert_int_equal(201, create(w, "Practitioner", KNOWN, ""));
  assert_int_equal(
      422,
      post(w, BUNDLE("transaction",
                     "{\"resource\":{\"resourceType\":\"Observation\","
                     "\"performer\":[{\"reference\":\"Practitioner?identifier="
                     "s|1\"},{\"reference\":\"Practitioner?identifier=s|2\"},"
                     "{\"reference\":\"Practitioner?colour=red\"}]}," POST(
                         "Observation") "}")));
  assert_int_equal(3, ax_fhir_issues_errors(w->result.issues));
  assert_string_equal(issue_path(w, 0),
                      "Bundle.entry[0].resource.performer[0].reference");
  assert_int_equal(AX_ISSUE_MULTIPLE_MATCHES,
                   ax_fhir_issues_at(w->result.issues, 0)->type);
  assert_int_equal(AX_ISSUE_NOT_FOUND,
                   ax_fhir_issues_at(w->result.issues, 1)->type);
  assert_true(has(ax_fhir_issues_at(w->result.issues, 1)->text,
                  "Practitioner?identifier=s|2"));
  assert_int_equal(2, stats(w).resources);
}

static void identities_in_a_transaction_may_not_overlap(void **state) {
  world *w = *state;
  assert_int_equal(
      400,
      post(
          w,
          BUNDLE(
              "transaction",
              "{\"fullUrl\":\"urn:uuid:p\",\"resource\":" PATIENT "," POST(
                  "Patient") "},"
                             "{\"fullUrl\":\"urn:uuid:p\",\"resource\":" PATIENT
                             "," POST("Patient") "}")));
  assert_int_equal(
      400, post(w, BUNDLE("transaction",
                          "{\"resource\":" PATIENT ",\"request\":{\"method\":"
                          "\"PUT\",\"url\":\"Patient/mine\"}},"
                          "{\"resource\":" PATIENT ",\"request\":{\"method\":"
                          "\"PUT\",\"url\":\"Patient/mine\"}}")));
  assert_int_equal(0, stats(w).resources);
}

static void
requests_that_make_no_sense_are_refused_with_their_entry(void **state) {
  static const char *const requests[] = {
    "{\"resource\":" PATIENT "}",
    "{\"resource\":" PATIENT "," POST("Observation") "}",
    "{\"resource\":" PATIENT "," POST("Nothing") "}",
    "{\"resource\":" PATIENT "," POST("Patient/$do") "}",
    "{" POST("Patient") "}",
    "{\"request\":{\"method\":\"DELETE\",\"url\":\"Patient/1/2\"}}",
    "{\"request\":{\"method\":\"PATCH\",\"url\":\"Patient/1\"}}",
    "{\"request\":{\"method\":\"get\",\"url\":\"Patient/1\"}}",
    "{\"request\":{\"method\":\"GET\",\"url\":\"Patient/1/2\"}}",
    "{\"request\":{\"method\":\"GET\",\"url\":\"Patient?colour=red\"}}",
    "{\"request\":{\"method\":\"GET\",\"url\":\"\"}}",
    "{\"resource\":" PATIENT ",\"request\":{\"method\":\"PUT\",\"url\":"
    "\"Patient/yours\"}}",
    "{\"resource\":" PATIENT ",\"request\":{\"method\":\"PUT\",\"url\":"
    "\"Patient/1/2\"}}",
    "{\"resource\":" PATIENT ",\"request\":{\"method\":\"PUT\",\"url\":"
    "\"Patient/mine\",\"ifMatch\":\"new\"}}",
    "null",
    "7",
  };
  world *w = *state;
  char json[2000];
  for (size_t i = 0; i < AX_COUNT(requests); i++) {
    (void)snprintf(json, sizeof json, BUNDLE("transaction", "%s"), requests[i]);
    assert_true(post(w, json) >= 400);
    assert_true(ax_fhir_issues_errors(w->result.issues) > 0);
    assert_true(starts(ax_str_from(issue_path(w, 0)), "Bundle.entry[0]"));
  }
  assert_int_equal(0, stats(w).resources);
}

static void only_batches_and_transactions_are_run(void **state) {
  world *w = *state;
  assert_int_equal(400, post(w, BUNDLE("collection", "")));
  assert_int_equal(400, post(w, PATIENT));
  assert_int_equal(400, post(w, "{\"resourceType\":\"Bundle\"}"));
  assert_int_equal(200, post(w, BUNDLE("transaction", "")));
  assert_int_equal(200, post(w, "{\"resourceType\":\"Bundle\",\"type\":"
                                "\"batch\"}"));
}

static void a_put_creates_and_then_updates(void **state) {
  static const char other[] = BUNDLE(
      "transaction", "{\"resource\":{\"resourceType\":\"Patient\",\"id\":"
                     "\"mine\",\"active\":true},\"request\":{\"method\":"
                     "\"PUT\",\"url\":\"Patient/mine\"}}");
  static const char put[] =
      BUNDLE("transaction", "{\"resource\":" PATIENT
                            ",\"request\":{\"method\":\"PUT\",\"url\":"
                            "\"Patient/mine\"}}");
  static const char late[] =
      BUNDLE("transaction", "{\"resource\":" PATIENT
                            ",\"request\":{\"method\":\"PUT\",\"url\":"
                            "\"Patient/mine\",\"ifMatch\":\"W/\\\"1\\\"\"}}");
  world *w = *state;
  assert_int_equal(200, post(w, put));
  assert_str(response(w, 0, "status"), "201 Created");
  assert_str(response(w, 0, "location"), "Patient/mine/_history/1");
  assert_int_equal(200, post(w, put)); /* changes nothing */
  assert_str(response(w, 0, "status"), "200 OK");
  assert_str(response(w, 0, "etag"), "W/\"1\"");
  assert_int_equal(200, post(w, other));
  assert_str(response(w, 0, "status"), "200 OK");
  assert_str(response(w, 0, "etag"), "W/\"2\"");
  assert_int_equal(412, post(w, late));
  assert_int_equal(2, stats(w).versions);
}

static void reads_see_what_the_transaction_wrote(void **state) {
  world *w = *state;
  assert_int_equal(
      200, post(w, BUNDLE("transaction",
                          "{\"request\":{\"method\":\"GET\",\"url\":"
                          "\"Patient/mine\"}},"
                          "{\"request\":{\"method\":\"GET\",\"url\":"
                          "\"/Patient?_id=mine\"}},"
                          "{\"resource\":" PATIENT ",\"request\":{\"method\":"
                          "\"PUT\",\"url\":\"Patient/mine\"}},"
                          "{\"request\":{\"method\":\"GET\",\"url\":"
                          "\"Patient/nobody\"}}")));
  assert_str(AX_JSON_STR(AX_JSON_GET(entry(w, 0), "resource"), "id"), "mine");
  const ax_json *set = AX_JSON_GET(entry(w, 1), "resource");
  assert_str(AX_JSON_STR(set, "type"), "searchset");
  assert_int_equal(1, ax_json_count(AX_JSON_GET(set, "entry")));
  assert_str(response(w, 3, "status"), "404 Not Found");
}

/* --- batches ----------------------------------------------------------------
 */

static void a_bad_entry_leaves_the_others_of_a_batch_alone(void **state) {
  world *w = *state;
  assert_int_equal(
      200,
      post(w,
           BUNDLE(
               "batch",
               "{\"resource\":" PATIENT "," POST(
                   "Patient") "},"
                              "{\"resource\":{\"resourceType\":\"Patient\","
                              "\"bad\":1}," POST(
                                  "Patient") "},"
                                             "{\"resource\":" PATIENT "},"
                                             "{\"request\":{\"method\":"
                                             "\"DELETE\",\"url\":"
                                             "\"Patient/1\"}},"
                                             "{\"resource\":" KNOWN "," POST(
                                                 "Practitioner") "},"
                                                                 "{\"request\":"
                                                                 "{\"method\":"
                                                                 "\"GET\","
                                                                 "\"url\":"
                                                                 "\"Practitione"
                                                                 "r?identifier="
                                                                 "s|1\"}}")));
  assert_str(response(w, 0, "status"), "201 Created");
  assert_str(response(w, 1, "status"), "422 Unprocessable Entity");
  assert_str(response(w, 2, "status"), "400 Bad Request");
  assert_str(response(w, 3, "status"), "204 No Content");
  assert_str(response(w, 4, "status"), "201 Created");
  assert_str(response(w, 5, "status"), "200 OK");
  assert_non_null(AX_JSON_GET(AX_JSON_GET(entry(w, 1), "response"), "outcome"));
  assert_int_equal(2, stats(w).resources);
}

static void equal_conditional_creates_in_a_batch_make_one(void **state) {
#define ONCE(condition)                                               \
  "{\"resource\":" KNOWN ",\"request\":{\"method\":\"POST\",\"url\":" \
  "\"Practitioner\",\"ifNoneExist\":\"" condition "\"}}"
  world *w = *state;
  assert_int_equal(
      200,
      post(w, BUNDLE("batch",
                     ONCE("identifier=s|1") "," ONCE(
                         "identifier=1") ",{\"resource\":" KNOWN
                                         "," POST("Practitioner") "}," ONCE(
                                             "identifier=s|1"))));
  assert_str(response(w, 0, "status"), "201 Created");
  assert_str(response(w, 1, "status"), "200 OK");
  assert_str(response(w, 2, "status"), "201 Created");
  assert_str(response(w, 3, "status"), "412 Precondition Failed");
  assert_int_equal(2, stats(w).resources);
}

static void
updates_of_one_resource_in_a_batch_come_one_after_the_other(void **state) {
#define PUT_MINE(n)                                              \
  "{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"mine\"," \
  "\"n\":" n "},\"request\":{\"method\":\"PUT\","                \
  "\"url\":\"Patient/mine\"}}"
  world *w = *state;
  assert_int_equal(200, post(w, BUNDLE("batch", PUT_MINE("1") "," PUT_MINE(
                                                    "2") "," PUT_MINE("3"))));
  assert_str(response(w, 2, "location"), "Patient/mine/_history/3");
  assert_int_equal(3, stats(w).versions);
}

/* --- tasks ------------------------------------------------------------------
 */

static void store_patient(world *w, const char *more) {
  char json[500];
  (void)snprintf(json, sizeof json,
                 BUNDLE("transaction",
                        "{\"resource\":{\"resourceType\":\"Patient\",\"id\":"
                        "\"mine\"%s},\"request\":{\"method\":\"PUT\",\"url\":"
                        "\"Patient/mine\"}}"),
                 more);
  assert_int_equal(200, post(w, json));
}

static void what_concerns_a_model_is_scored_before_the_answer(void **state) {
  world *w = *state;
  store_patient(w, "");
  fake_runs = 0;
  assert_int_equal(201,
                   create(w, "Observation", OBSERVATION("Patient/mine"), ""));
  assert_int_equal(1, fake_runs);
  assert_int_equal(0, stats(w).tasks_waiting);
  assert_int_equal(1, stats(w).evidence);
  ax_stored found;
  assert_int_equal(AX_OK,
                   ax_store_read(w->store, w->arena, AX_STR("RiskAssessment"),
                                 AX_STR("r-2"), 0, &found, NULL));
  assert_true(has(found.body, "\"versionId\":\"1\""));
}

static void a_result_feeds_the_model_that_asks_for_it(void **state) {
  world *w = *state;
  store_patient(w, "");
  fake_has_reader = true;
  assert_int_equal(201,
                   create(w, "Observation", OBSERVATION("Patient/mine"), ""));
  ax_task *tasks = NULL;
  size_t count = 0;
  assert_int_equal(AX_OK,
                   ax_store_tasks_due(w->store, w->arena, INT64_MAX / 2, 10,
                                      &tasks, &count, NULL));
  assert_int_equal(count, 1);
  assert_str(tasks[0].model, "reader");
  assert_str(tasks[0].patient, "Patient/mine");
}

static void
the_same_result_is_stored_once_and_the_task_still_ends(void **state) {
  world *w = *state;
  fake_verdict = AX_SCORE_REFUSED;
  store_patient(w, "");
  for (int i = 0; i < 2; i++)
    assert_int_equal(201,
                     create(w, "Observation",
                            OBSERVATION("http://here/fhir/Patient/mine"), ""));
  assert_int_equal(2, fake_runs);
  assert_int_equal(0, stats(w).tasks_waiting);
  assert_int_equal(4, stats(w).resources); /* 1 + 2 + one refusal */
}

static void the_dead_and_the_unknown_are_not_scored(void **state) {
  world *w = *state;
  store_patient(w, ",\"deceasedBoolean\":true");
  assert_int_equal(201,
                   create(w, "Observation", OBSERVATION("Patient/mine"), ""));
  assert_int_equal(201,
                   create(w, "Observation", OBSERVATION("Patient/none"), ""));
  assert_int_equal(201, create(w, "Observation", OBSERVATION("Group/1"), ""));
  assert_int_equal(0, fake_runs);
  assert_int_equal(0, stats(w).tasks_waiting);
}

static void a_patient_that_comes_late_is_scored_then(void **state) {
  world *w = *state;
  assert_int_equal(201,
                   create(w, "Observation", OBSERVATION("Patient/mine"), ""));
  assert_int_equal(0, fake_runs);
  store_patient(w, "");
  assert_int_equal(1, fake_runs);
}

static void one_task_for_each_patient_of_a_commit(void **state) {
  world *w = *state;
  assert_int_equal(
      200,
      post(
          w,
          BUNDLE(
              "transaction",
              "{\"fullUrl\":\"urn:uuid:p\",\"resource\":" PATIENT "," POST(
                  "Patient") "},"
                             "{\"resource\":" OBSERVATION("urn:uuid:p") "," POST(
                                 "Observation") "},"
                                                "{\"resource\""
                                                ":" OBSERVATION(
                                                    "urn:uuid:"
                                                    "p") "," POST("Observatio"
                                                                  "n") "}")));
  assert_int_equal(1, fake_runs);
  assert_int_equal(1, stats(w).tasks_done);
}

static void wait_for_tasks(world *w) {
  for (int i = 0; i < 500 && stats(w).tasks_waiting; i++) ax_clock_sleep_ms(10);
  assert_int_equal(0, stats(w).tasks_waiting);
}

static void a_task_that_finds_no_worker_is_done_later(void **state) {
  world *w = *state;
  store_patient(w, "");
  fake_failures = 1;
  assert_int_equal(201,
                   create(w, "Observation", OBSERVATION("Patient/mine"), ""));
  assert_int_equal(1, stats(w).tasks_waiting);
  assert_int_equal(AX_OK, ax_intake_start(w->intake, NULL));
  wait_for_tasks(w);
  assert_int_equal(2, fake_runs);
  assert_int_equal(2, stats(w).tasks_done); /* and one for the Patient */
}

static void a_task_that_fails_in_any_way_waits_longer_each_time(void **state) {
  world *w = *state;
  ax_task *tasks = NULL;
  size_t count = 0;
  store_patient(w, "");
  fake_failures = 1;
  fake_failure = AX_INVALID;
  assert_int_equal(201,
                   create(w, "Observation", OBSERVATION("Patient/mine"), ""));
  assert_int_equal(1, stats(w).tasks_waiting);
  assert_int_equal(AX_OK,
                   ax_store_tasks_due(w->store, w->arena, ax_clock_wall_ms(), 9,
                                      &tasks, &count, NULL));
  assert_int_equal(0, count);
  assert_int_equal(AX_OK, ax_store_tasks_due(w->store, w->arena,
                                             ax_clock_wall_ms() + 600000, 9,
                                             &tasks, &count, NULL));
  assert_int_equal(1, count);
  assert_int_equal(1, tasks[0].attempts);
  assert_str(tasks[0].note, "no worker");
}

static void tasks_left_by_a_crash_are_done_at_the_next_start(void **state) {
  world *w = *state;
  store_patient(w, "");
  close_world(w);
  open_world(w, HOST, 0); /* the request does not wait, no thread runs */
  assert_int_equal(201,
                   create(w, "Observation", OBSERVATION("Patient/mine"), ""));
  assert_int_equal(0, fake_runs);
  assert_int_equal(1, stats(w).tasks_waiting);
  close_world(w);
  open_world(w, HOST, 0);
  assert_int_equal(AX_OK, ax_intake_start(w->intake, NULL));
  wait_for_tasks(w);
  assert_int_equal(1, fake_runs);
  assert_int_equal(1, stats(w).evidence);
  assert_int_equal(4, stats(w).resources); /* with the model's Device */
}

static void without_a_host_nothing_is_planned(void **state) {
  world *w = *state;
  close_world(w);
  open_world(w, NULL, 100);
  assert_int_equal(AX_OK, ax_intake_start(w->intake, NULL));
  assert_int_equal(201,
                   create(w, "Observation", OBSERVATION("Patient/mine"), ""));
  assert_int_equal(0, stats(w).tasks_waiting);
}

/* --- $score -----------------------------------------------------------------
 */

static int score(world *w, const char *json, const char *model) {
  ax_error err = { 0 };
  ax_json_fault fault;
  ax_str name = ax_str_from(model);
  ax_intake_request rq = request_of(w, json);
  ax_fhir_issues *issues = ax_fhir_issues_new(w->arena);
  ax_buf_clear(&w->answer);
  ax_intake_inputs inputs = { rq.doc, &name, name.len ? 1 : 0, 0 };
  if (ax_intake_score(w->intake, &rq, &inputs, &w->answer, issues, &err))
    fail_msg("%s", err.text);
  if (ax_fhir_issues_errors(issues)) return 422;
  ax_str text = ax_arena_str(w->arena, ax_buf_view(&w->answer));
  assert_int_equal(AX_OK, ax_json_parse(w->arena, text, &w->json, &fault));
  return 200;
}

static void score_answers_for_each_patient_and_stores_nothing(void **state) {
  static const char two[] = BUNDLE(
      "collection",
      "{\"fullUrl\":\"urn:uuid:p\",\"resource\":" PATIENT "},"
      "{\"fullUrl\":\"urn:uuid:o\",\"resource\":" OBSERVATION(
          "urn:uuid:p") "},"
                        "{\"fullUrl\":\"urn:uuid:q\",\"resource\":" OBSERVATION(
                            "Patient/other") "}");
  world *w = *state;
  assert_int_equal(200, score(w, two, ""));
  assert_str(AX_JSON_STR(w->json, "type"), "collection");
  assert_int_equal(2, ax_json_count(AX_JSON_GET(w->json, "entry")));
  assert_str(
      AX_JSON_STR(AX_JSON_GET(AX_JSON_GET(entry(w, 0), "resource"), "subject"),
                  "reference"),
      "urn:uuid:p");
  assert_int_equal(0, stats(w).resources);
}

static void score_refuses_unknown_models_and_bad_input(void **state) {
  world *w = *state;
  assert_int_equal(422, score(w, BUNDLE("collection", ""), "nonsense"));
  assert_int_equal(422,
                   score(w,
                         BUNDLE("collection", "{\"resource\":{\"resourceType\":"
                                              "\"Patient\",\"bad\":1}}"),
                         ""));
  assert_int_equal(200, score(w, BUNDLE("collection", ""), "m"));
  assert_null(AX_JSON_GET(w->json, "entry"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
    T(a_create_gives_a_new_id_and_keeps_the_rest),
    T(a_create_of_another_type_than_the_url_is_refused),
    T(an_invalid_resource_is_not_stored),
    T(a_conditional_create_happens_once),
    T(a_condition_that_finds_several_is_refused),
    T(a_condition_that_is_none_is_refused),
    T(a_transaction_ties_its_entries_together),
    T(one_fault_refuses_a_whole_transaction_and_all_are_named),
    T(conditional_references_find_stored_and_new_resources),
    T(a_conditional_reference_to_none_or_several_fails_with_its_place),
    T(identities_in_a_transaction_may_not_overlap),
    T(requests_that_make_no_sense_are_refused_with_their_entry),
    T(only_batches_and_transactions_are_run),
    T(a_put_creates_and_then_updates),
    T(reads_see_what_the_transaction_wrote),
    T(a_bad_entry_leaves_the_others_of_a_batch_alone),
    T(equal_conditional_creates_in_a_batch_make_one),
    T(updates_of_one_resource_in_a_batch_come_one_after_the_other),
    T(what_concerns_a_model_is_scored_before_the_answer),
    T(a_result_feeds_the_model_that_asks_for_it),
    T(the_same_result_is_stored_once_and_the_task_still_ends),
    T(the_dead_and_the_unknown_are_not_scored),
    T(a_patient_that_comes_late_is_scored_then),
    T(one_task_for_each_patient_of_a_commit),
    T(a_task_that_finds_no_worker_is_done_later),
    T(a_task_that_fails_in_any_way_waits_longer_each_time),
    T(tasks_left_by_a_crash_are_done_at_the_next_start),
    T(without_a_host_nothing_is_planned),
    T(score_answers_for_each_patient_and_stores_nothing),
    T(score_refuses_unknown_models_and_bad_input),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
