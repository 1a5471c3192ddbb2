/* Unit tests of gateway/src/intake/intake_history.c: which paths ask for a
 * history, and what is wrong with a question. */
#include "support/ax_test.h"

#include "intake/intake_history.h"

static ax_arena *arena;

static int begin(void **state) {
  (void)state;
  arena = ax_arena_new(1 << 20);
  return 0;
}

static int end(void **state) {
  (void)state;
  ax_arena_free(arena);
  return 0;
}

static void a_path_names_what_its_history_is_of(void **state) {
  static const struct {
    const char *path, *type, *id;
  } good[] = { { "_history", "", "" },
               { "Patient/_history", "Patient", "" },
               { "Patient/a/_history", "Patient", "a" } };
  static const char *const others[] = {
    "",          "Patient",           "Patient/_history/",
    "/_history", "Patient//_history", "Patient/a/_history/1",
    "//_history"
  };
  ax_str type, id;
  (void)state;
  for (size_t i = 0; i < AX_COUNT(good); i++) {
    assert_true(ax_intake_history_path(ax_str_from(good[i].path), &type, &id));
    assert_str(type, good[i].type);
    assert_str(id, good[i].id);
  }
  for (size_t i = 0; i < AX_COUNT(others); i++)
    assert_false(ax_intake_history_path(ax_str_from(others[i]), &type, &id));
}

/* The faults of the question; `out` is what was understood. */
static size_t faults(const char *query, bool lenient,
                     ax_intake_history_request *out) {
  ax_intake_history h = { .arena = arena,
                          .base = AX_STR("http://here/fhir"),
                          .type = AX_STR("Patient"),
                          .id = AX_STR("a"),
                          .lenient = lenient };
  ax_search_pair *pairs = NULL;
  ax_fhir_issues *issues = ax_fhir_issues_new(arena);
  assert_int_equal(AX_OK, ax_search_pairs(arena, ax_str_from(query), &pairs,
                                          &h.count, NULL));
  h.pairs = pairs;
  assert_int_equal(AX_OK, ax_intake_history_read(&h, out, issues));
  return ax_fhir_issues_errors(issues);
}

static void the_question_is_repeated_as_it_was_understood(void **state) {
  ax_intake_history_request asked;
  (void)state;
  assert_int_equal(0, faults("", false, &asked));
  assert_str(asked.self, "http://here/fhir/Patient/a/_history");
  assert_int_equal(
      0, faults("_since=2020-01-01T00:00:00%2B01:00&_count=7&_format=json",
                false, &asked));
  assert_str(asked.self,
             "http://here/fhir/Patient/a/_history?_since=2020-01-01T00:00:00"
             "%2B01:00&_count=7");
  assert_int_equal(7, asked.ask.limit);
  assert_true(asked.ask.has_since);
}

static void every_fault_of_a_question_is_named(void **state) {
  ax_intake_history_request asked;
  (void)state;
  assert_int_equal(3, faults("_since=x&_count=-1&colour=red", false, &asked));
  assert_int_equal(0, faults("colour=red", true, &asked));
  assert_int_equal(1, faults("_at=ne2020", true, &asked));
  assert_int_equal(1, faults("_after=made-up", false, &asked));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_path_names_what_its_history_is_of),
    cmocka_unit_test(the_question_is_repeated_as_it_was_understood),
    cmocka_unit_test(every_fault_of_a_question_is_named),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
