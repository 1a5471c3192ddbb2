/* Unit tests of gateway/src/store: results and what they rest on. */
#include "support/ax_test.h"
#include "support/ax_test_store.h"

#define MODEL AX_STR("org.example.m")

/* A result of model and patient at 77 that rests on two versions. */
static ax_write result(const char *id, uint64_t version, const ax_str *basis,
                       size_t count) {
  ax_write w = ax_test_store_write("RiskAssessment", id, version, 9);
  w.patient = AX_STR("Patient/a");
  w.model = MODEL;
  w.as_of_ms = 77;
  w.basis = basis;
  w.basis_count = count;
  return w;
}

static size_t standing_on(ax_test_store *t, const char *id, uint64_t version) {
  ax_standings all;
  assert_int_equal(ax_store_standing(t->store, t->arena, AX_STR("Observation"),
                                     ax_str_from(id), version, &all, &t->err),
                   AX_OK);
  if (all.count) {
    assert_str(all.items[0].type, "RiskAssessment");
    assert_str(all.items[0].model, "org.example.m");
    assert_str(all.items[0].patient, "Patient/a");
    assert_int_equal(all.items[0].as_of_ms, 77);
  }
  return all.count;
}

static size_t outdated(ax_test_store *t, const char *patient, int64_t as_of) {
  ax_standings all;
  assert_int_equal(ax_store_outdated(t->store, t->arena, MODEL,
                                     ax_str_from(patient), as_of, &all,
                                     &t->err),
                   AX_OK);
  return all.count;
}

static void fill(ax_test_store *t) {
  static const ax_str basis[] = { AX_STR_INIT("Observation/o1/_history/1"),
                                  AX_STR_INIT("Observation/o2/_history/1"),
                                  AX_STR_INIT("urn:uuid:no-version") };
  assert_int_equal(
      ax_test_store_put(t, ax_test_store_write("Observation", "o1", 1, 1)),
      AX_OK);
  assert_int_equal(
      ax_test_store_put(t, ax_test_store_write("Observation", "o2", 1, 1)),
      AX_OK);
  assert_int_equal(ax_test_store_put(t, result("r1", 1, basis, 3)), AX_OK);
}

static void a_result_stands_on_its_versions_until_they_are_old(void **state) {
  ax_test_store *t = *state;
  fill(t);
  assert_int_equal(standing_on(t, "o1", 1), 0);
  assert_int_equal(standing_on(t, "o1", 2), 1);
  assert_int_equal(standing_on(t, "o3", 2), 0);
  assert_int_equal(outdated(t, "Patient/a", 77), 0);
  assert_int_equal(
      ax_test_store_put(t, ax_test_store_write("Observation", "o1", 2, 2)),
      AX_OK);
  assert_int_equal(outdated(t, "Patient/a", 77), 1);
  assert_int_equal(outdated(t, "Patient/a", 78), 0);
  assert_int_equal(outdated(t, "Patient/b", 77), 0);
}

/* Another resource says something else of o1, whose version stays. */
static void new_facts_outdate_what_rests_on_the_old_ones(void **state) {
  ax_test_store *t = *state;
  ax_facts facts;
  ax_str owner;
  ax_store_report report;
  const ax_fact drugs[] = { { .kind = AX_FACT_ADMINISTRATION,
                              .system = AX_STR("atc"),
                              .code = AX_STR("L01") },
                            { .kind = AX_FACT_ADMINISTRATION,
                              .system = AX_STR("atc"),
                              .code = AX_STR("L02") } };
  fill(t);
  ax_write w = ax_test_store_write("Observation", "o1", 2, 1);
  w.patient = AX_STR("Patient/a");
  w.facts = drugs;
  w.fact_count = 2;
  ax_commit commit = { .refacts = &w, .refact_count = 1 };
  /* It has another version by now: it knows better itself. */
  assert_int_equal(ax_store_commit(t->store, &commit, &t->err), AX_OK);
  assert_int_equal(outdated(t, "Patient/a", 77), 0);
  w.version = 1;
  assert_int_equal(ax_store_commit(t->store, &commit, &t->err), AX_OK);
  assert_int_equal(outdated(t, "Patient/a", 77), 1);
  assert_int_equal(standing_on(t, "o1", 2), 1);
  assert_int_equal(ax_store_facts_of(t->store, t->arena, AX_STR("Observation"),
                                     AX_STR("o1"), &facts, &owner, &t->err),
                   AX_OK);
  assert_int_equal(facts.count, 2);
  assert_int_equal(facts.items[0].source_version, 1);
  assert_str(owner, "Patient/a");
  w.fact_count = 1;
  assert_int_equal(ax_store_commit(t->store, &commit, &t->err), AX_OK);
  assert_int_equal(ax_store_check(t->store, t->arena, &report, &t->err), AX_OK);
  assert_int_equal(report.count, 0); /* totals and rows fit together */
}

/* An address of a Patient: what rests on it rests on the new version. */
static void
a_version_that_changes_nothing_takes_its_results_over(void **state) {
  ax_test_store *t = *state;
  fill(t);
  ax_write same = ax_test_store_write("Observation", "o1", 2, 2);
  same.keeps_basis = true;
  assert_int_equal(ax_test_store_put(t, same), AX_OK);
  assert_int_equal(outdated(t, "Patient/a", 77), 0);
  assert_int_equal(standing_on(t, "o1", 2), 0);
  assert_int_equal(standing_on(t, "o1", 3), 1);
  assert_int_equal(
      ax_test_store_put(t, ax_test_store_write("Observation", "o1", 3, 3)),
      AX_OK);
  assert_int_equal(outdated(t, "Patient/a", 77), 1);
  /* What is outdated already is not taken over. */
  same.version = 4;
  assert_int_equal(ax_test_store_put(t, same), AX_OK);
  assert_int_equal(outdated(t, "Patient/a", 77), 1);
}

static void a_deleted_input_makes_its_results_old(void **state) {
  ax_test_store *t = *state;
  fill(t);
  ax_write gone = ax_test_store_write("Observation", "o2", 2, 2);
  gone.body = AX_STR("");
  assert_int_equal(ax_test_store_put(t, gone), AX_OK);
  assert_int_equal(outdated(t, "Patient/a", 77), 1);
}

static void a_result_that_was_taken_back_stands_no_more(void **state) {
  ax_test_store *t = *state;
  fill(t);
  assert_int_equal(
      ax_test_store_put(t, ax_test_store_write("Observation", "o1", 2, 2)),
      AX_OK);
  assert_int_equal(ax_test_store_put(t, result("r1", 2, NULL, 0)), AX_OK);
  assert_int_equal(outdated(t, "Patient/a", 77), 0);
  assert_int_equal(standing_on(t, "o1", 3), 0);
}

static void a_result_on_an_old_version_is_refused(void **state) {
  static const ax_str old[] = { AX_STR_INIT("Observation/o1/_history/1") };
  static const ax_str unknown[] = { AX_STR_INIT("Observation/o9/_history/1") };
  ax_test_store *t = *state;
  fill(t);
  assert_int_equal(
      ax_test_store_put(t, ax_test_store_write("Observation", "o1", 2, 2)),
      AX_OK);
  assert_int_equal(ax_test_store_put(t, result("r2", 1, old, 1)), AX_CONFLICT);
  assert_int_equal(ax_test_store_put(t, result("r2", 1, unknown, 1)),
                   AX_CONFLICT);
  ax_stored none;
  assert_int_equal(ax_store_read(t->store, t->arena, AX_STR("RiskAssessment"),
                                 AX_STR("r2"), AX_VERSION_ANY, &none, NULL),
                   AX_NOT_FOUND);
}

#define T(name)                                              \
  cmocka_unit_test_setup_teardown(name, ax_test_store_setup, \
                                  ax_test_store_teardown)

/* --- facts that become another's, and go back ------------------------------
 */

/* An Observation with one fact of `patient`. */
static ax_write with_fact(const char *id, const char *patient,
                          const ax_fact *fact) {
  ax_write w = ax_test_store_write("Observation", id, 1, 1);
  w.patient = ax_str_from(patient);
  w.facts = fact;
  w.fact_count = 1;
  return w;
}

static void adopt(ax_test_store *t, const char *from, const char *to,
                  bool back) {
  const ax_adoption one = { .from = ax_str_from(from),
                            .to = ax_str_from(to),
                            .back = back };
  ax_commit commit = { .adoptions = &one, .adoption_count = 1 };
  assert_int_equal(ax_store_commit(t->store, &commit, &t->err), AX_OK);
}

static size_t facts_of(ax_test_store *t, const char *patient) {
  ax_facts facts;
  assert_int_equal(ax_store_facts(t->store, t->arena, ax_str_from(patient),
                                  NULL, 0, &facts, &t->err),
                   AX_OK);
  return facts.count;
}

static size_t parted(ax_test_store *t, const char *patient, const char *other) {
  ax_standings all;
  assert_int_equal(ax_store_parted(t->store, t->arena, ax_str_from(patient),
                                   ax_str_from(other), &all, &t->err),
                   AX_OK);
  return all.count;
}

static void facts_go_back_to_whom_they_were_sent(void **state) {
  ax_test_store *t = *state;
  static const ax_str basis[] = { AX_STR_INIT("Observation/o1/_history/1"),
                                  AX_STR_INIT("Observation/o2/_history/1") };
  const ax_fact fact = { .kind = AX_FACT_OBSERVATION,
                         .system = AX_STR("s"),
                         .code = AX_STR("c") };
  assert_int_equal(ax_test_store_put(t, with_fact("o1", "Patient/a", &fact)),
                   AX_OK);
  assert_int_equal(ax_test_store_put(t, with_fact("o2", "Patient/x", &fact)),
                   AX_OK);
  assert_int_equal(
      ax_test_store_put(t, with_fact("o3", "identifier:i|1", &fact)), AX_OK);
  adopt(t, "identifier:i|1", "Patient/x", false); /* it waited for x */
  adopt(t, "Patient/x", "Patient/a", false);
  assert_int_equal(facts_of(t, "Patient/a"), 3);
  assert_int_equal(facts_of(t, "Patient/x"), 0);
  assert_int_equal(ax_test_store_put(t, result("r1", 1, basis, 2)), AX_OK);
  assert_int_equal(parted(t, "Patient/a", "Patient/x"), 1);
  assert_int_equal(parted(t, "Patient/a", "Patient/y"), 0);
  assert_int_equal(outdated(t, "Patient/a", 77), 0);
  adopt(t, "Patient/a", "Patient/x", true);
  assert_int_equal(facts_of(t, "Patient/a"), 1);
  assert_int_equal(facts_of(t, "Patient/x"), 2);
  assert_int_equal(outdated(t, "Patient/a", 77), 1);
  /* Once is enough. */
  adopt(t, "Patient/a", "Patient/x", true);
  assert_int_equal(facts_of(t, "Patient/a"), 1);
}

/* Merged twice: what came from the first goes with the second. */
static void facts_of_records_merged_before_go_along(void **state) {
  ax_test_store *t = *state;
  const ax_fact fact = { .kind = AX_FACT_OBSERVATION,
                         .system = AX_STR("s"),
                         .code = AX_STR("c") };
  const ax_adoption along = { .from = AX_STR("Patient/c"),
                              .to = AX_STR("Patient/b"),
                              .back = true,
                              .origin = AX_STR("Patient/a") };
  ax_commit commit = { .adoptions = &along, .adoption_count = 1 };
  assert_int_equal(ax_test_store_put(t, with_fact("o1", "Patient/a", &fact)),
                   AX_OK);
  assert_int_equal(ax_test_store_put(t, with_fact("o2", "Patient/b", &fact)),
                   AX_OK);
  adopt(t, "Patient/a", "Patient/b", false);
  adopt(t, "Patient/b", "Patient/c", false);
  assert_int_equal(facts_of(t, "Patient/c"), 2);
  adopt(t, "Patient/c", "Patient/b", true);
  assert_int_equal(ax_store_commit(t->store, &commit, &t->err), AX_OK);
  assert_int_equal(facts_of(t, "Patient/c"), 0);
  assert_int_equal(facts_of(t, "Patient/b"), 2);
  adopt(t, "Patient/b", "Patient/a", true);
  assert_int_equal(facts_of(t, "Patient/a"), 1);
  assert_int_equal(facts_of(t, "Patient/b"), 1);
}

/* A record that comes back to itself is no merge. */
static void facts_that_went_round_are_at_home(void **state) {
  ax_test_store *t = *state;
  const ax_fact fact = { .kind = AX_FACT_OBSERVATION,
                         .system = AX_STR("s"),
                         .code = AX_STR("c") };
  assert_int_equal(ax_test_store_put(t, with_fact("o1", "Patient/a", &fact)),
                   AX_OK);
  adopt(t, "Patient/a", "Patient/b", false);
  adopt(t, "Patient/b", "Patient/a", false);
  assert_int_equal(facts_of(t, "Patient/a"), 1);
  assert_int_equal(
      ax_test_store_count(t, "SELECT count(*) FROM fact WHERE sent <> 0"), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    T(a_result_stands_on_its_versions_until_they_are_old),
    T(new_facts_outdate_what_rests_on_the_old_ones),
    T(a_version_that_changes_nothing_takes_its_results_over),
    T(a_deleted_input_makes_its_results_old),
    T(a_result_that_was_taken_back_stands_no_more),
    T(a_result_on_an_old_version_is_refused),
    T(facts_go_back_to_whom_they_were_sent),
    T(facts_of_records_merged_before_go_along),
    T(facts_that_went_round_are_at_home),
  };
  return cmocka_run_group_tests_name("store_basis", tests, NULL, NULL);
}
