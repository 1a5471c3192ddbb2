/* Unit tests of gateway/src/store: resources, versions, searching, opening. */
#include "support/ax_test.h"
#include "support/ax_test_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- reading and versions ---------------------------------------------------
 */

static void what_was_committed_is_read_back(void **state) {
  ax_test_store *t = *state;
  ax_stored got;
  ax_write w = ax_test_store_write("Patient", "p1", 1, 1700000000123);
  w.body = AX_STR("{\"resourceType\":\"Patient\",\"id\":\"p1\"}");
  assert_int_equal(ax_test_store_put(t, w), AX_OK);
  assert_int_equal(ax_store_read(t->store, t->arena, AX_STR("Patient"),
                                 AX_STR("p1"), 0, &got, &t->err),
                   AX_OK);
  assert_str(got.type, "Patient");
  assert_str(got.id, "p1");
  assert_str(got.body, "{\"resourceType\":\"Patient\",\"id\":\"p1\"}");
  assert_int_equal(got.version, 1);
  assert_int_equal(got.updated_ms, 1700000000123);
  assert_false(got.deleted);
}

static void long_bodies_come_back_byte_by_byte(void **state) {
  ax_test_store *t = *state;
  ax_stored got;
  enum { SIZE = 3 << 20 };
  char *body = malloc(SIZE);
  assert_non_null(body);
  for (unsigned i = 0, x = 7; i < SIZE; i++, x = x * 1103515245u + 12345u)
    body[i] = (char)(i < SIZE / 2 ? 'a' + i % 26 : x >> 16);
  ax_write w = ax_test_store_write("Binary", "b", 1, 1);
  w.body = (ax_str){ body, SIZE };
  assert_int_equal(ax_test_store_put(t, w), AX_OK);
  assert_int_equal(
      ax_store_read(t->store, t->arena, w.type, w.id, 1, &got, &t->err), AX_OK);
  assert_int_equal(got.body.len, SIZE);
  assert_memory_equal(got.body.ptr, body, SIZE);
  free(body);
}

static void nothing_there_is_not_found(void **state) {
  ax_test_store *t = *state;
  ax_stored got;
  ax_str type = AX_STR("Patient"), id = AX_STR("p1");
  assert_int_equal(
      ax_store_read(t->store, t->arena, type, id, 0, &got, &t->err),
      AX_NOT_FOUND);
  assert_int_equal(
      ax_test_store_put(t, ax_test_store_write("Patient", "p1", 1, 1)), AX_OK);
  assert_int_equal(
      ax_store_read(t->store, t->arena, type, id, 2, &got, &t->err),
      AX_NOT_FOUND);
  assert_int_equal(
      ax_store_read(t->store, t->arena, type, id, UINT64_MAX, &got, &t->err),
      AX_NOT_FOUND);
  assert_int_equal(
      ax_store_read(t->store, t->arena, type, AX_STR("P1"), 0, &got, &t->err),
      AX_NOT_FOUND);
  assert_int_equal(
      ax_store_read(t->store, t->arena, AX_STR("Group"), id, 0, &got, &t->err),
      AX_NOT_FOUND);
}

static void versions_count_up_and_old_ones_stay(void **state) {
  ax_test_store *t = *state;
  ax_stored got;
  ax_write w = ax_test_store_write("Patient", "p1", 1, 1000);
  w.body = AX_STR("{\"one\":1}");
  assert_int_equal(ax_test_store_put(t, w), AX_OK);
  w.version = 2;
  w.body = AX_STR("{\"two\":2}");
  assert_int_equal(ax_test_store_put(t, w), AX_OK);
  assert_int_equal(
      ax_store_read(t->store, t->arena, w.type, w.id, 1, &got, &t->err), AX_OK);
  assert_str(got.body, "{\"one\":1}");
  assert_int_equal(
      ax_store_read(t->store, t->arena, w.type, w.id, 0, &got, &t->err), AX_OK);
  assert_int_equal(got.version, 2);
  assert_str(got.body, "{\"two\":2}");
}

static void a_version_that_does_not_follow_is_a_conflict(void **state) {
  ax_test_store *t = *state;
  ax_write w = ax_test_store_write("Patient", "p1", 2, 1);
  assert_int_equal(ax_test_store_put(t, w), AX_CONFLICT);
  w.version = 1;
  assert_int_equal(ax_test_store_put(t, w), AX_OK);
  assert_int_equal(ax_test_store_put(t, w), AX_CONFLICT);
  assert_string_equal(t->err.text, "Patient/p1 is at version 1 now; version 1 "
                                   "cannot be made from it");
  w.version = 3;
  assert_int_equal(ax_test_store_put(t, w), AX_CONFLICT);
}

static void
a_deleted_resource_is_found_flagged_and_can_come_back(void **state) {
  ax_test_store *t = *state;
  ax_stored got;
  ax_write w = ax_test_store_write("Patient", "p1", 1, 1);
  assert_int_equal(ax_test_store_put(t, w), AX_OK);
  w.version = 2;
  w.body = AX_STR("");
  assert_int_equal(ax_test_store_put(t, w), AX_OK);
  assert_int_equal(
      ax_store_read(t->store, t->arena, w.type, w.id, 0, &got, &t->err), AX_OK);
  assert_true(got.deleted);
  assert_int_equal(got.body.len, 0);
  assert_int_equal(
      ax_store_read(t->store, t->arena, w.type, w.id, 1, &got, &t->err), AX_OK);
  assert_false(got.deleted);
  w.version = 3;
  w.body = AX_STR("{\"back\":true}");
  assert_int_equal(ax_test_store_put(t, w), AX_OK);
  assert_int_equal(
      ax_store_read(t->store, t->arena, w.type, w.id, 0, &got, &t->err), AX_OK);
  assert_false(got.deleted);
}

static void a_commit_is_whole_or_nothing(void **state) {
  ax_test_store *t = *state;
  ax_stored got;
  ax_store_stats stats;
  ax_write writes[] = { ax_test_store_write("Patient", "a", 1, 1),
                        ax_test_store_write("Patient", "b", 1, 1),
                        ax_test_store_write("Patient", "a", 1, 1) };
  ax_commit commit = { .writes = writes, .write_count = 3 };
  assert_int_equal(ax_store_commit(t->store, &commit, &t->err), AX_CONFLICT);
  assert_int_equal(ax_store_read(t->store, t->arena, AX_STR("Patient"),
                                 AX_STR("b"), 0, &got, &t->err),
                   AX_NOT_FOUND);
  commit.write_count = 2;
  assert_int_equal(ax_store_commit(t->store, &commit, &t->err), AX_OK);
  assert_int_equal(ax_store_stats_read(t->store, &stats, &t->err), AX_OK);
  assert_int_equal(stats.resources, 2);
  assert_int_equal(stats.versions, 2);
  assert_int_equal(stats.commits, 1);
}

static void senseless_writes_are_refused(void **state) {
  ax_test_store *t = *state;
  char id[66];
  memset(id, 'x', 65);
  id[65] = '\0';
  assert_int_equal(
      ax_test_store_put(t, ax_test_store_write("Patient", "", 1, 1)),
      AX_INVALID);
  assert_int_equal(
      ax_test_store_put(t, ax_test_store_write("Patient", id, 1, 1)),
      AX_INVALID);
  assert_int_equal(ax_test_store_put(t, ax_test_store_write("", "a", 1, 1)),
                   AX_INVALID);
  assert_int_equal(
      ax_test_store_put(t, ax_test_store_write("Patient", "a", 0, 1)),
      AX_INVALID);
  assert_int_equal(
      ax_test_store_put(t, ax_test_store_write("Patient", "a", 1, -1)),
      AX_INVALID);
  assert_int_equal(
      ax_test_store_put(t, ax_test_store_write("Patient", "a", 1, INT64_MAX)),
      AX_INVALID);
}

/* --- searching --------------------------------------------------------------
 */

static void put_rows(ax_test_store *t, const char *id, int64_t at,
                     const ax_index_row *rows, size_t count) {
  ax_write w = ax_test_store_write("Observation", id, 1, at);
  w.index = rows;
  w.index_count = count;
  assert_int_equal(ax_test_store_put(t, w), AX_OK);
}

/* Five Observations of two patients at seconds 1 to 5. */
static void fill(ax_test_store *t) {
  for (int i = 1; i <= 5; i++) {
    char id[8], number[8];
    (void)snprintf(id, sizeof id, "o%d", i);
    (void)snprintf(number, sizeof number, "n%d", i);
    ax_index_row rows[] = {
      ax_test_store_reference("patient", i % 2 ? "Patient/a" : "Patient/b"),
      ax_test_store_token("code", "http://loinc.org", i < 4 ? "1" : "2"),
      ax_test_store_token("code", "", "plain"),
      ax_test_store_token("identifier", "urn:sys", number),
      ax_test_store_date("date", i * 1000, i * 1000 + 999),
    };
    put_rows(t, id, i * 1000, rows, AX_COUNT(rows));
  }
}

static const char *ids_of(ax_test_store *t, const ax_query *query) {
  static char text[256];
  ax_page page;
  ax_status status = ax_store_search(t->store, t->arena, query, &page, &t->err);
  if (status) fail_msg("%s", t->err.text);
  text[0] = '\0';
  for (size_t i = 0; i < page.count; i++) {
    size_t at = strlen(text);
    (void)snprintf(text + at, sizeof text - at, "%s" AX_STR_FMT, at ? " " : "",
                   AX_STR_ARG(page.items[i].id));
  }
  if (query->want_total) {
    assert_true(page.has_total);
    size_t at = strlen(text);
    (void)snprintf(text + at, sizeof text - at, " of %d", (int)page.total);
  }
  return text;
}

static ax_query query_of(const ax_query_term *terms, size_t count) {
  return (ax_query){ .type = AX_STR("Observation"),
                     .terms = terms,
                     .term_count = count,
                     .limit = 50 };
}

static const char *find_one(ax_test_store *t, const char *param,
                            ax_index_kind kind, ax_query_value value) {
  ax_query_term term = { .param = ax_str_from(param),
                         .kind = kind,
                         .values = &value,
                         .value_count = 1 };
  ax_query q = query_of(&term, 1);
  return ids_of(t, &q);
}

static void tokens_are_found_by_system_and_code(void **state) {
  ax_test_store *t = *state;
  fill(t);
  ax_str loinc = AX_STR("http://loinc.org");
  ax_query_value v = { .system = loinc, .code = AX_STR("1") };
  assert_string_equal(find_one(t, "code", AX_INDEX_TOKEN, v), "o1 o2 o3");
  v.code = AX_STR("2");
  assert_string_equal(find_one(t, "code", AX_INDEX_TOKEN, v), "o4 o5");
  v.code = AX_STR("3");
  assert_string_equal(find_one(t, "code", AX_INDEX_TOKEN, v), "");
  v.system = AX_STR("http://elsewhere");
  v.code = AX_STR("1");
  assert_string_equal(find_one(t, "code", AX_INDEX_TOKEN, v), "");
}

static void tokens_are_found_by_code_or_system_alone(void **state) {
  ax_test_store *t = *state;
  fill(t);
  ax_query_value v = { .any_system = true, .code = AX_STR("2") };
  assert_string_equal(find_one(t, "code", AX_INDEX_TOKEN, v), "o4 o5");
  v = (ax_query_value){ .system = AX_STR(""), .code = AX_STR("plain") };
  assert_string_equal(find_one(t, "code", AX_INDEX_TOKEN, v), "o1 o2 o3 o4 o5");
  v.code = AX_STR("2"); /* "|2": without a system */
  assert_string_equal(find_one(t, "code", AX_INDEX_TOKEN, v), "");
  v = (ax_query_value){ .any_code = true, .system = AX_STR("urn:sys") };
  assert_string_equal(find_one(t, "identifier", AX_INDEX_TOKEN, v),
                      "o1 o2 o3 o4 o5");
  v.system = AX_STR("urn:other");
  assert_string_equal(find_one(t, "identifier", AX_INDEX_TOKEN, v), "");
}

static void terms_are_all_needed_and_values_any(void **state) {
  ax_test_store *t = *state;
  fill(t);
  ax_query_value a = { .code = AX_STR("Patient/a") };
  ax_query_value code = { .system = AX_STR("http://loinc.org"),
                          .code = AX_STR("1") };
  ax_query_value numbers[] = {
    { .system = AX_STR("urn:sys"), .code = AX_STR("n3") },
    { .system = AX_STR("urn:sys"), .code = AX_STR("n2") },
    { .system = AX_STR("urn:sys"), .code = AX_STR("n1") },
    { .system = AX_STR("urn:sys"), .code = AX_STR("n1") },
  };
  ax_query_term terms[] = {
    { .param = AX_STR("patient"),
      .kind = AX_INDEX_REFERENCE,
      .values = &a,
      .value_count = 1 },
    { .param = AX_STR("code"),
      .kind = AX_INDEX_TOKEN,
      .values = &code,
      .value_count = 1 },
    { .param = AX_STR("identifier"),
      .kind = AX_INDEX_TOKEN,
      .values = numbers,
      .value_count = 4 },
  };
  ax_query q = query_of(terms, 2);
  assert_string_equal(ids_of(t, &q), "o1 o3");
  q = query_of(terms + 2, 1);
  q.want_total = true;
  assert_string_equal(ids_of(t, &q), "o1 o2 o3 of 3");
  q = query_of(terms, 3);
  q.want_total = true;
  assert_string_equal(ids_of(t, &q), "o1 o3 of 2");
}

static void more_values_than_are_looked_up_still_find(void **state) {
  ax_test_store *t = *state;
  enum { MANY = 100 };
  ax_query_value values[MANY];
  char numbers[MANY][8];
  fill(t);
  for (int i = 0; i < MANY; i++) {
    char id[8];
    (void)snprintf(id, sizeof id, "x%02d", i);
    (void)snprintf(numbers[i], sizeof numbers[i], "v%d", i);
    ax_index_row row = ax_test_store_token("method", "", numbers[i]);
    put_rows(t, id, 9000 + i, &row, 1);
    values[i] = (ax_query_value){ .code = ax_str_from(numbers[i]) };
  }
  ax_query_term term = { .param = AX_STR("method"),
                         .kind = AX_INDEX_TOKEN,
                         .values = values,
                         .value_count = MANY };
  ax_query q = query_of(&term, 1);
  q.limit = 2;
  q.want_total = true;
  assert_string_equal(ids_of(t, &q), "x00 x01 of 100");
}

static const char *find_date(ax_test_store *t, ax_compare compare, int64_t lo,
                             int64_t hi) {
  return find_one(t, "date", AX_INDEX_DATE,
                  (ax_query_value){ .compare = compare, .lo = lo, .hi = hi });
}

static void dates_compare_as_intervals(void **state) {
  ax_test_store *t = *state;
  fill(t);
  /* o1 is 1000..1999, o2 is 2000..2999 and so on. */
  assert_string_equal(find_date(t, AX_CMP_EQ, 2000, 3999), "o2 o3");
  assert_string_equal(find_date(t, AX_CMP_EQ, 2500, 3999), "o3");
  assert_string_equal(find_date(t, AX_CMP_NE, 2000, 3999), "o1 o4 o5");
  assert_string_equal(find_date(t, AX_CMP_LT, 3000, 3999), "o1 o2");
  assert_string_equal(find_date(t, AX_CMP_LT, 2500, 2500), "o1 o2");
  assert_string_equal(find_date(t, AX_CMP_GT, 2500, 2500), "o2 o3 o4 o5");
  assert_string_equal(find_date(t, AX_CMP_GT, 3000, 3999), "o4 o5");
  assert_string_equal(find_date(t, AX_CMP_LE, 2000, 2999), "o1 o2");
  assert_string_equal(find_date(t, AX_CMP_GE, 4000, 4999), "o4 o5");
  assert_string_equal(find_date(t, AX_CMP_SA, 2000, 2999), "o3 o4 o5");
  assert_string_equal(find_date(t, AX_CMP_SA, 2000, 3500), "o4 o5");
  assert_string_equal(find_date(t, AX_CMP_EB, 3000, 3999), "o1 o2");
  assert_string_equal(find_date(t, AX_CMP_AP, 2500, 3500), "o2 o3");
}

static void ids_and_updates_limit_a_search(void **state) {
  ax_test_store *t = *state;
  fill(t);
  ax_str ids[] = { AX_STR_INIT("o4"), AX_STR_INIT("o2"), AX_STR_INIT("none") };
  ax_query q = query_of(NULL, 0);
  q.ids = ids;
  q.id_count = 3;
  assert_string_equal(ids_of(t, &q), "o2 o4");
  ax_query_value a = { .code = AX_STR("Patient/b") };
  ax_query_term term = { .param = AX_STR("patient"),
                         .kind = AX_INDEX_REFERENCE,
                         .values = &a,
                         .value_count = 1 };
  q.terms = &term;
  q.term_count = 1;
  q.has_updated = true;
  q.updated_lo = 3000;
  q.updated_hi = INT64_MAX;
  q.want_total = true;
  assert_string_equal(ids_of(t, &q), "o4 of 1");
  q = query_of(NULL, 0);
  q.has_updated = true;
  q.updated_lo = INT64_MIN;
  q.updated_hi = 3000;
  assert_string_equal(ids_of(t, &q), "o1 o2 o3");
  q.updated_lo = INT64_MAX;
  q.updated_hi = INT64_MAX;
  assert_string_equal(ids_of(t, &q), "");
}

static void pages_follow_each_other_both_ways(void **state) {
  ax_test_store *t = *state;
  ax_page page;
  char seen[64] = "";
  fill(t);
  ax_query q = query_of(NULL, 0);
  q.limit = 2;
  q.newest_first = true;
  do {
    assert_int_equal(ax_store_search(t->store, t->arena, &q, &page, &t->err),
                     AX_OK);
    for (size_t i = 0; i < page.count; i++)
      strncat(seen, page.items[i].id.ptr, page.items[i].id.len);
    strcat(seen, "|");
    q.after = page.next;
  } while (page.next);
  assert_string_equal(seen, "o5o4|o3o2|o1|");
  q = query_of(NULL, 0);
  q.limit = 5;
  assert_string_equal(ids_of(t, &q), "o1 o2 o3 o4 o5");
  assert_int_equal(ax_store_search(t->store, t->arena, &q, &page, &t->err),
                   AX_OK);
  assert_int_equal(page.next, 0);
  q.limit = 0;
  q.want_total = true;
  assert_string_equal(ids_of(t, &q), " of 5");
}

static void a_first_page_with_all_has_the_total_unasked(void **state) {
  ax_test_store *t = *state;
  ax_page page;
  fill(t);
  ax_query q = query_of(NULL, 0);
  assert_int_equal(ax_store_search(t->store, t->arena, &q, &page, &t->err),
                   AX_OK);
  assert_true(page.has_total);
  assert_int_equal(page.total, 5);
  q.limit = 4;
  assert_int_equal(ax_store_search(t->store, t->arena, &q, &page, &t->err),
                   AX_OK);
  assert_false(page.has_total);
}

static void a_page_survives_changes_between_pages(void **state) {
  ax_test_store *t = *state;
  ax_page page;
  fill(t);
  ax_query q = query_of(NULL, 0);
  q.limit = 2;
  assert_int_equal(ax_store_search(t->store, t->arena, &q, &page, &t->err),
                   AX_OK);
  /* The last one seen moves to the end: nobody in between is lost. */
  ax_write w = ax_test_store_write("Observation", "o2", 2, 9000);
  assert_int_equal(ax_test_store_put(t, w), AX_OK);
  q.after = page.next;
  q.limit = 50;
  assert_string_equal(ids_of(t, &q), "o3 o4 o5 o2");
}

static void only_current_versions_are_found(void **state) {
  ax_test_store *t = *state;
  fill(t);
  ax_index_row row = ax_test_store_token("identifier", "urn:sys", "new");
  ax_write w = ax_test_store_write("Observation", "o1", 2, 7000);
  w.index = &row;
  w.index_count = 1;
  assert_int_equal(ax_test_store_put(t, w), AX_OK);
  ax_query_value v = { .system = AX_STR("urn:sys"), .code = AX_STR("n1") };
  assert_string_equal(find_one(t, "identifier", AX_INDEX_TOKEN, v), "");
  v.code = AX_STR("new");
  assert_string_equal(find_one(t, "identifier", AX_INDEX_TOKEN, v), "o1");
  w = ax_test_store_write("Observation", "o1", 3, 8000);
  w.body = AX_STR("");
  assert_int_equal(ax_test_store_put(t, w), AX_OK);
  assert_string_equal(find_one(t, "identifier", AX_INDEX_TOKEN, v), "");
  ax_query q = query_of(NULL, 0);
  q.want_total = true;
  assert_string_equal(ids_of(t, &q), "o2 o3 o4 o5 of 4");
}

static void strings_are_found_by_their_beginning(void **state) {
  ax_test_store *t = *state;
  static const char *const names[] = { "ann", "anna", "bert", "an", "%" };
  for (size_t i = 0; i < AX_COUNT(names); i++) {
    char id[8];
    (void)snprintf(id, sizeof id, "s%zu", i);
    ax_index_row row = { .kind = AX_INDEX_STRING,
                         .param = AX_STR("name"),
                         .code = ax_str_from(names[i]) };
    put_rows(t, id, (int64_t)i, &row, 1);
  }
  ax_query_value v = { .code = AX_STR("ann") };
  assert_string_equal(find_one(t, "name", AX_INDEX_STRING, v), "s0 s1");
  v.code = AX_STR("%");
  assert_string_equal(find_one(t, "name", AX_INDEX_STRING, v), "s4");
}

static void numbers_compare(void **state) {
  ax_test_store *t = *state;
  for (int i = 1; i <= 3; i++) {
    char id[8];
    (void)snprintf(id, sizeof id, "q%d", i);
    ax_index_row row = { .kind = AX_INDEX_QUANTITY,
                         .param = AX_STR("value"),
                         .system = AX_STR("u"),
                         .code = AX_STR("mg"),
                         .number = i };
    put_rows(t, id, i, &row, 1);
  }
  ax_query_value v = { .number = 2,
                       .system = AX_STR("u"),
                       .code = AX_STR("mg"),
                       .compare = AX_CMP_GE };
  assert_string_equal(find_one(t, "value", AX_INDEX_QUANTITY, v), "q2 q3");
  v.code = AX_STR("kg");
  assert_string_equal(find_one(t, "value", AX_INDEX_QUANTITY, v), "");
  v.any_code = v.any_system = true;
  v.compare = AX_CMP_LT;
  assert_string_equal(find_one(t, "value", AX_INDEX_QUANTITY, v), "q1");
}

/* --- preconditions ----------------------------------------------------------
 */

static void preconditions_are_judged_when_committing(void **state) {
  ax_test_store *t = *state;
  fill(t);
  ax_query_value v = { .system = AX_STR("urn:sys"), .code = AX_STR("n1") };
  ax_query_term term = { .param = AX_STR("identifier"),
                         .kind = AX_INDEX_TOKEN,
                         .values = &v,
                         .value_count = 1 };
  ax_query q = query_of(&term, 1);
  ax_precondition p = { .query = &q, .expect_id = AX_STR("o1") };
  ax_write w = ax_test_store_write("Observation", "z", 1, 1);
  ax_commit c = {
    .writes = &w, .write_count = 1, .preconditions = &p, .precondition_count = 1
  };
  p.expect_id = AX_STR("");
  assert_int_equal(ax_store_commit(t->store, &c, &t->err), AX_CONFLICT);
  p.expect_id = AX_STR("o2");
  assert_int_equal(ax_store_commit(t->store, &c, &t->err), AX_CONFLICT);
  p.expect_id = AX_STR("o1");
  assert_int_equal(ax_store_commit(t->store, &c, &t->err), AX_OK);
  w.id = AX_STR("zz");
  v.code = AX_STR("unheard of");
  assert_int_equal(ax_store_commit(t->store, &c, &t->err), AX_CONFLICT);
  p.expect_id = AX_STR("");
  assert_int_equal(ax_store_commit(t->store, &c, &t->err), AX_OK);
}

static void two_matches_are_never_exactly_one(void **state) {
  ax_test_store *t = *state;
  fill(t);
  ax_query_value v = { .code = AX_STR("Patient/b") };
  ax_query_term term = { .param = AX_STR("patient"),
                         .kind = AX_INDEX_REFERENCE,
                         .values = &v,
                         .value_count = 1 };
  ax_query q = query_of(&term, 1);
  ax_precondition p = { .query = &q, .expect_id = AX_STR("o4") };
  ax_commit c = { .preconditions = &p, .precondition_count = 1 };
  assert_int_equal(ax_store_commit(t->store, &c, &t->err), AX_CONFLICT);
  p.expect_id = AX_STR("o2");
  t->err = (ax_error){ 0 };
  assert_int_equal(ax_store_commit(t->store, &c, &t->err), AX_CONFLICT);
  assert_string_equal(t->err.text,
                      "a condition on Observation no longer holds: "
                      "several resources are found now");
}

/* --- the folder -------------------------------------------------------------
 */

static void everything_is_there_after_opening_again(void **state) {
  ax_test_store *t = *state;
  ax_store_stats stats;
  ax_query q = query_of(NULL, 0);
  fill(t);
  ax_test_store_reopen(t);
  assert_string_equal(ids_of(t, &q), "o1 o2 o3 o4 o5");
  assert_int_equal(ax_store_stats_read(t->store, &stats, &t->err), AX_OK);
  assert_int_equal(stats.resources, 5);
  assert_true(stats.bytes > 0);
  assert_false(stats.failing);
  assert_int_equal(
      ax_test_store_put(t, ax_test_store_write("Observation", "o6", 1, 6000)),
      AX_OK);
  assert_string_equal(ids_of(t, &q), "o1 o2 o3 o4 o5 o6");
}

static void a_store_is_open_only_once(void **state) {
  ax_test_store *t = *state;
  ax_store *second = NULL;
  ax_store_options options = { .folder = t->folder };
  assert_int_equal(ax_store_open(&options, &second, &t->err), AX_CONFLICT);
  assert_non_null(strstr(t->err.text, "in use by another process"));
  pid_t child = fork();
  if (child == 0) _exit(ax_store_open(&options, &second, NULL));
  int status = 0;
  waitpid(child, &status, 0);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), AX_CONFLICT);
}

static void refuse(ax_test_store *t, const char *sql, const char *says) {
  ax_store_options options = { .folder = t->folder };
  ax_store_close(t->store);
  t->store = NULL;
  ax_test_store_sql(t, sql);
  t->err = (ax_error){ 0 };
  assert_int_equal(ax_store_open(&options, &t->store, &t->err), AX_INVALID);
  assert_non_null(strstr(t->err.text, says));
}

static void a_store_of_a_newer_version_is_refused(void **state) {
  refuse(*state, "PRAGMA user_version=9999", "version 9999");
}

static void somebody_elses_database_is_refused(void **state) {
  refuse(*state, "PRAGMA application_id=77", "not a store of Auspex");
}

static void a_file_that_is_no_database_is_refused(void **state) {
  ax_test_store *t = *state;
  char path[128];
  ax_store_options options = { .folder = t->folder };
  ax_store_close(t->store);
  t->store = NULL;
  (void)snprintf(path, sizeof path, "%s/auspex.db", t->folder);
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  for (int i = 0; i < 4096; i++) (void)fputs("not a database ", f);
  assert_int_equal(fclose(f), 0);
  assert_int_equal(ax_store_open(&options, &t->store, &t->err), AX_IO);
  assert_non_null(strstr(t->err.text, "damaged"));
}

static void a_missing_folder_is_made_and_an_impossible_one_named(void **state) {
  ax_test_store *t = *state;
  char path[128];
  ax_store *store = NULL;
  (void)snprintf(path, sizeof path, "%s/lock/below", t->folder);
  ax_store_options options = { .folder = path };
  assert_int_not_equal(ax_store_open(&options, &store, &t->err), AX_OK);
  assert_true(strlen(t->err.text) > 0);
  options.folder = "";
  assert_int_equal(ax_store_open(&options, &store, NULL), AX_INVALID);
}

/* --- inspection -------------------------------------------------------------
 */

static size_t faults_of(ax_test_store *t, ax_store_report *report) {
  assert_int_equal(ax_store_check(t->store, t->arena, report, &t->err), AX_OK);
  return report->count;
}

static void a_sound_store_has_no_faults(void **state) {
  ax_test_store *t = *state;
  ax_store_report report;
  assert_int_equal(faults_of(t, &report), 0);
  fill(t);
  ax_write w = ax_test_store_write("Observation", "o1", 2, 7000);
  w.body = AX_STR("");
  assert_int_equal(ax_test_store_put(t, w), AX_OK);
  assert_int_equal(faults_of(t, &report), 0);
  assert_int_equal(report.versions, 6);
}

static void tampering_is_noticed(void **state) {
  ax_test_store *t = *state;
  ax_store_report report;
  fill(t);
  ax_test_store_sql(t, "DELETE FROM version WHERE at >> 24 = 2");
  assert_int_equal(faults_of(t, &report), 2);
  assert_str(report.faults[0], "1 current versions without a body");
  ax_test_store_sql(t, "UPDATE version SET codec = 1 WHERE at >> 24 = 3");
  assert_int_equal(faults_of(t, &report), 3);
  ax_test_store_sql(t, "DELETE FROM resource WHERE key = 1");
  assert_true(faults_of(t, &report) > 4);
}

#define T(name)                                              \
  cmocka_unit_test_setup_teardown(name, ax_test_store_setup, \
                                  ax_test_store_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
    T(what_was_committed_is_read_back),
    T(long_bodies_come_back_byte_by_byte),
    T(nothing_there_is_not_found),
    T(versions_count_up_and_old_ones_stay),
    T(a_version_that_does_not_follow_is_a_conflict),
    T(a_deleted_resource_is_found_flagged_and_can_come_back),
    T(a_commit_is_whole_or_nothing),
    T(senseless_writes_are_refused),
    T(tokens_are_found_by_system_and_code),
    T(tokens_are_found_by_code_or_system_alone),
    T(terms_are_all_needed_and_values_any),
    T(more_values_than_are_looked_up_still_find),
    T(dates_compare_as_intervals),
    T(ids_and_updates_limit_a_search),
    T(pages_follow_each_other_both_ways),
    T(a_first_page_with_all_has_the_total_unasked),
    T(a_page_survives_changes_between_pages),
    T(only_current_versions_are_found),
    T(strings_are_found_by_their_beginning),
    T(numbers_compare),
    T(preconditions_are_judged_when_committing),
    T(two_matches_are_never_exactly_one),
    T(everything_is_there_after_opening_again),
    T(a_store_is_open_only_once),
    T(a_store_of_a_newer_version_is_refused),
    T(somebody_elses_database_is_refused),
    T(a_file_that_is_no_database_is_refused),
    T(a_missing_folder_is_made_and_an_impossible_one_named),
    T(a_sound_store_has_no_faults),
    T(tampering_is_noticed),
  };
  return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
