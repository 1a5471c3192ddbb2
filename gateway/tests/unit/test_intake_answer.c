/* Unit tests of gateway/src/intake/: the response Bundle, stamping, queries
 * over rows, and who is exempt from scoring. */
#include "support/ax_test.h"

#include "intake/intake_answer.h"
#include "intake/intake_match.h"
#include "intake/intake_rules.h"
#include "json/json_parse.h"

static ax_arena *arena;

static int begin(void **state) {
  (void)state;
  arena = ax_arena_new(16 << 20);
  return arena ? 0 : -1;
}

static int end(void **state) {
  (void)state;
  ax_arena_free(arena);
  return 0;
}

static bool has(ax_str text, const char *part) {
  return ax_str_find(text, ax_str_from(part)) != AX_STR_NONE;
}

static ax_intake_item created(void) {
  return (ax_intake_item){ .method = AX_INTAKE_POST,
                           .type = AX_STR("Patient"),
                           .reference = AX_STR("Patient/x"),
                           .version = 1,
                           .status = 201,
                           .body = AX_STR("{\"resourceType\":\"Patient\"}"),
                           .issues = ax_fhir_issues_new(arena) };
}

static void an_answer_has_one_entry_for_each_in_order(void **state) {
  (void)state;
  ax_intake_item items[2] = { created(), created() };
  items[1].method = AX_INTAKE_NOTHING;
  items[1].status = 422;
  items[1].version = 0;
  items[1].in_bundle = true;
  ax_fhir_issues_addf(items[1].issues, AX_ERROR, AX_ISSUE_VALUE, "x",
                      AX_STR("Bundle.entry[1].resource"), NULL, AX_STR(""),
                      "wrong");
  ax_buf out = AX_BUF_INIT(1 << 20);
  assert_int_equal(AX_OK,
                   ax_intake_answer_write(items, 2, "batch-response",
                                          AX_STR("minimal"), AX_STR(""), &out));
  assert_str(
      ax_buf_view(&out),
      "{\"resourceType\":\"Bundle\",\"type\":\"batch-response\",\"entry\":["
      "{\"response\":{\"status\":\"201 Created\",\"location\":\"Patient/x/"
      "_history/1\",\"etag\":\"W/\\\"1\\\"\",\"lastModified\":"
      "\"1970-01-01T00:00:00.000Z\"}},{\"response\":{\"status\":\"422 "
      "Unprocessable Entity\",\"outcome\":{\"resourceType\":"
      "\"OperationOutcome\",\"issue\":[{\"severity\":\"error\",\"code\":"
      "\"value\",\"details\":{\"coding\":[{\"system\":"
      "\"https://auspex-gateway.org/fhir/CodeSystem/message-id\",\"code\":"
      "\"x\"}],\"text\":\"wrong\"},\"expression\":[\"Bundle.entry[1].resource\""
      "]}]}}}]}");
  ax_buf_free(&out);
}

static void prefer_adds_the_resource_or_the_outcome(void **state) {
  (void)state;
  ax_intake_item item = created();
  ax_buf out = AX_BUF_INIT(1 << 20);
  assert_int_equal(AX_OK, ax_intake_answer_write(
                              &item, 1, "transaction-response",
                              AX_STR("representation"), AX_STR(""), &out));
  assert_true(
      has(ax_buf_view(&out), "\"resource\":{\"resourceType\":\"Patient\"}"));
  assert_false(has(ax_buf_view(&out), "OperationOutcome"));
  ax_buf_clear(&out);
  assert_int_equal(AX_OK, ax_intake_answer_write(
                              &item, 1, "transaction-response",
                              AX_STR("OperationOutcome"), AX_STR(""), &out));
  assert_true(has(ax_buf_view(&out), "OperationOutcome"));
  assert_false(has(ax_buf_view(&out), "\"resource\":"));
  ax_buf_free(&out);
}

static void an_empty_answer_has_no_entries(void **state) {
  (void)state;
  ax_buf out = AX_BUF_INIT(1000);
  assert_int_equal(AX_OK, ax_intake_answer_write(NULL, 0, "batch-response",
                                                 AX_STR(""), AX_STR(""), &out));
  assert_str(ax_buf_view(&out),
             "{\"resourceType\":\"Bundle\",\"type\":\"batch-response\"}");
  ax_buf_free(&out);
}

static void an_answer_past_its_ceiling_is_an_outcome(void **state) {
  (void)state;
  ax_intake_item item = created();
  ax_buf out = AX_BUF_INIT(60);
  assert_int_equal(AX_TOO_LARGE,
                   ax_intake_answer_write(&item, 1, "batch-response",
                                          AX_STR(""), AX_STR(""), &out));
  ax_buf_free(&out);
}

/* --- stamping ---------------------------------------------------------------
 */

static ax_str stamped(const char *json) {
  ax_json_fault fault;
  const ax_json *tree = NULL;
  ax_buf out = AX_BUF_INIT(1 << 16);
  assert_int_equal(AX_OK,
                   ax_json_parse(arena, ax_str_from(json), &tree, &fault));
  tree = ax_intake_item_stamp(arena, tree, AX_STR("new"), 2, 0);
  assert_non_null(tree);
  ax_json_writer w = ax_json_write_begin(&out);
  ax_json_write_tree(&w, tree);
  assert_int_equal(AX_OK, ax_json_write_end(&w));
  ax_str copy = ax_arena_str(arena, ax_buf_view(&out));
  ax_buf_free(&out);
  return copy;
}

static void the_senders_id_and_version_are_replaced(void **state) {
  (void)state;
  assert_str(stamped("{\"resourceType\":\"Patient\",\"id\":\"old\",\"meta\":"
                     "{\"versionId\":\"9\",\"tag\":[]},\"x\":1.50}"),
             "{\"resourceType\":\"Patient\",\"id\":\"new\",\"meta\":"
             "{\"versionId\":\"2\",\"lastUpdated\":"
             "\"1970-01-01T00:00:00.000Z\",\"tag\":[]},\"x\":1.50}");
}

static void a_bare_resource_gets_id_and_meta_in_front(void **state) {
  (void)state;
  assert_str(stamped("{\"resourceType\":\"Patient\",\"active\":true}"),
             "{\"resourceType\":\"Patient\",\"id\":\"new\",\"meta\":"
             "{\"versionId\":\"2\",\"lastUpdated\":"
             "\"1970-01-01T00:00:00.000Z\"},\"active\":true}");
}

static ax_status stamp_something(ax_arena *a) {
  ax_json_member member = { .key = AX_STR_INIT("resourceType"),
                            .value = { .kind = AX_JSON_STRING } };
  ax_json tree = { .kind = AX_JSON_OBJECT, .count = 1, .u.members = &member };
  return ax_intake_item_stamp(a, &tree, AX_STR("a"), 1, 0) ? AX_OK : AX_NOMEM;
}

static void stamping_survives_every_failed_allocation(void **state) {
  (void)state;
  ax_test_torture(stamp_something, 10);
}

/* --- queries over rows ------------------------------------------------------
 */

static bool finds(ax_query_term term, const ax_index_row *row) {
  ax_query query = { .terms = &term, .term_count = 1 };
  return ax_intake_match_rows(&query, AX_STR("i"), row, 1);
}

static void a_token_matches_by_system_and_code(void **state) {
  (void)state;
  ax_index_row row = { .kind = AX_INDEX_TOKEN,
                       .param = AX_STR("identifier"),
                       .system = AX_STR("s"),
                       .code = AX_STR("c") };
  ax_query_value value = { .system = AX_STR("s"), .code = AX_STR("c") };
  ax_query_term term = { .param = AX_STR("identifier"),
                         .kind = AX_INDEX_TOKEN,
                         .values = &value,
                         .value_count = 1 };
  assert_true(finds(term, &row));
  value.system = AX_STR("other");
  assert_false(finds(term, &row));
  value.any_system = true;
  assert_true(finds(term, &row));
  value.code = AX_STR("d");
  assert_false(finds(term, &row));
  value.any_code = true;
  assert_true(finds(term, &row));
  term.param = AX_STR("code");
  assert_false(finds(term, &row));
}

static void all_terms_must_fit_and_the_id_too(void **state) {
  (void)state;
  ax_index_row rows[2] = {
    { .kind = AX_INDEX_URI, .param = AX_STR("url"), .code = AX_STR("u") },
    { .kind = AX_INDEX_DATE, .param = AX_STR("date"), .lo = 10, .hi = 20 },
  };
  ax_query_value u = { .code = AX_STR("u") };
  ax_query_value d = { .compare = AX_CMP_GE, .lo = 15, .hi = 15 };
  ax_query_term terms[2] = {
    { .param = AX_STR("url"),
      .kind = AX_INDEX_URI,
      .values = &u,
      .value_count = 1 },
    { .param = AX_STR("date"),
      .kind = AX_INDEX_DATE,
      .values = &d,
      .value_count = 1 },
  };
  ax_str id = AX_STR("i");
  ax_query query = {
    .terms = terms, .term_count = 2, .ids = &id, .id_count = 1
  };
  assert_true(ax_intake_match_rows(&query, AX_STR("i"), rows, 2));
  assert_false(ax_intake_match_rows(&query, AX_STR("j"), rows, 2));
  d.lo = d.hi = 21;
  assert_false(ax_intake_match_rows(&query, AX_STR("i"), rows, 2));
}

/* --- who is scored ----------------------------------------------------------
 */

static const char *exempt(unsigned flags) {
  ax_fact fact = { .kind = AX_FACT_PATIENT, .flags = flags };
  ax_facts facts = { &fact, 1, 0 };
  return ax_intake_rules_exempt(&facts);
}

static void nobody_dead_inactive_replaced_or_invented_is_scored(void **state) {
  (void)state;
  ax_facts none = { 0 };
  assert_null(exempt(0));
  assert_non_null(exempt(AX_FACT_PATIENT_DECEASED));
  assert_non_null(exempt(AX_FACT_PATIENT_INACTIVE));
  assert_non_null(exempt(AX_FACT_PATIENT_REPLACED));
  assert_non_null(exempt(AX_FACT_TEST_DATA));
  assert_non_null(ax_intake_rules_exempt(&none));
}

static void facts_about_somebody_else_are_left_out(void **state) {
  (void)state;
  ax_fact items[3] = { { .flags = AX_FACT_HAS_FOCUS },
                       { .code = AX_STR("keep") },
                       { .flags = AX_FACT_HAS_FOCUS } };
  ax_facts facts = { items, 3, 0 };
  ax_intake_rules_own(&facts);
  assert_int_equal(1, facts.count);
  assert_str(facts.items[0].code, "keep");
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
    T(an_answer_has_one_entry_for_each_in_order),
    T(prefer_adds_the_resource_or_the_outcome),
    T(an_empty_answer_has_no_entries),
    T(an_answer_past_its_ceiling_is_an_outcome),
    T(the_senders_id_and_version_are_replaced),
    T(a_bare_resource_gets_id_and_meta_in_front),
    T(stamping_survives_every_failed_allocation),
    T(a_token_matches_by_system_and_code),
    T(all_terms_must_fit_and_the_id_too),
    T(nobody_dead_inactive_replaced_or_invented_is_scored),
    T(facts_about_somebody_else_are_left_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
