/*
 * kill -9 under mixed load, again and again: what was accepted is there, what
 * was not is there wholly or not at all, what is sent again under a key or a
 * condition is there once, and each patient has exactly the results it would
 * have had.
 *
 * AUSPEX_CRASH_ROUNDS sets how often (default 3); `make crash-test` 1,000.
 */
#include "../support/outside.h"
#include "../support/patients.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"

enum { SENDERS = 3, PER_ROUND = 4000, ENTRIES = 10, NAME = 40 };

/* So large that it is written in steps; some are. */
enum { LARGE_ENTRIES = 1000, LARGE_EVERY = 70, LARGE_BYTES = 600 * 1024 };

typedef enum {
  TRANSACTION, /* of ten entries, never sent again */
  SINGLE,      /* a create, never sent again */
  CONDITIONAL, /* a create with If-None-Exist, sent again when not heard of */
  KEYED,       /* a transaction with an Idempotency-Key, sent again always */
  KINDS,
  LARGE /* a transaction of a thousand entries, never sent again */
} kind;

typedef struct {
  char mrn[NAME];
  kind kind;
  bool accepted;
  char location[80]; /* of its first Observation or itself, where accepted */
} sent;

typedef struct {
  outside *visitor;
  ax_arena *arena;
  ax_str sample;
  int number, round;
  sent *log;
  size_t count;
} sender;

static atomic_bool killed;
static atomic_size_t accepted; /* over all rounds */

static const outside_answer *send_bundle(sender *s, const sent *entry) {
  char header[100];
  ax_str text = patients_replace(s->arena, s->sample, "MRN-HERE", entry->mrn);
  (void)snprintf(header, sizeof header, "Idempotency-Key: %s", entry->mrn);
  return outside_post_with(s->visitor, "", entry->kind == KEYED ? header : NULL,
                           text.ptr);
}

static const outside_answer *send_patient(sender *s, const sent *entry) {
  char header[200], body[300];
  (void)snprintf(header, sizeof header,
                 "If-None-Exist: identifier=" PATIENTS_MRN "|%s", entry->mrn);
  (void)snprintf(body, sizeof body,
                 "{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":"
                 "\"" PATIENTS_MRN "\",\"value\":\"%s\"}]}",
                 entry->mrn);
  return outside_post_with(s->visitor, "/Patient",
                           entry->kind == CONDITIONAL ? header : NULL, body);
}

static const outside_answer *send_large(sender *s, const sent *entry) {
  ax_buf body = AX_BUF_INIT(LARGE_BYTES);
  ax_buf_printf(&body,
                "{\"resourceType\":\"Bundle\",\"type\":\"transaction\","
                "\"entry\":[{\"fullUrl\":\"urn:uuid:c7a5b000-0000-4000-8000-"
                "000000000000\",\"resource\":{\"resourceType\":\"Patient\","
                "\"identifier\":[{\"system\":\"" PATIENTS_MRN
                "\",\"value\":\"%s\"}]},\"request\":{\"method\":\"POST\","
                "\"url\":\"Patient\"}}",
                entry->mrn);
  for (int i = 1; i < LARGE_ENTRIES; i++)
    ax_buf_printf(&body,
                  ",{\"resource\":{\"resourceType\":\"Observation\","
                  "\"status\":\"final\",\"code\":{\"coding\":[{\"system\":"
                  "\"urn:crash\",\"code\":\"x\"}]},\"subject\":{"
                  "\"reference\":\"urn:uuid:c7a5b000-0000-4000-8000-"
                  "000000000000\"},\"effectiveDateTime\":\"2024-05-11\","
                  "\"valueInteger\":%d},\"request\":{\"method\":\"POST\","
                  "\"url\":\"Observation\"}}",
                  i);
  ax_buf_append(&body, AX_STR("]}"));
  ax_buf_append_char(&body, '\0');
  assert_int_equal(body.status, AX_OK);
  const outside_answer *a = outside_post(s->visitor, "", body.bytes);
  ax_buf_free(&body);
  return a;
}

static bool is_bundle(const sent *entry) {
  return entry->kind == TRANSACTION || entry->kind == KEYED;
}

static void send_entry(sender *s, sent *entry) {
  ax_arena_mark mark = ax_arena_mark_here(s->arena);
  const outside_answer *a = entry->kind == LARGE ? send_large(s, entry)
                            : is_bundle(entry)   ? send_bundle(s, entry)
                                                 : send_patient(s, entry);
  entry->accepted = a->status == 200 || a->status == 201;
  if (entry->accepted) (void)atomic_fetch_add(&accepted, 1);
  ax_str place = is_bundle(entry)
                     ? outside_find(a->json, "entry[3].response.location")
                     : AX_STR("");
  if (place.len < sizeof entry->location && place.len)
    memcpy(entry->location, place.ptr, place.len);
  ax_arena_rewind(s->arena, mark);
}

static void send_one(sender *s) {
  sent *entry = &s->log[s->count++];
  entry->kind =
      s->count % LARGE_EVERY == 9 ? LARGE : (kind)(s->count % KINDS);
  (void)snprintf(entry->mrn, sizeof entry->mrn, "crash-%d-%d-%zu", s->round,
                 s->number, s->count);
  send_entry(s, entry);
}

/* What a careful sender does after a time-out; and one that is too careful. */
static void send_again(sender *s) {
  for (size_t n = 0; n < s->count; n++) {
    sent *entry = &s->log[n];
    sent before = *entry;
    bool again = entry->kind == KEYED ||
                 (entry->kind == CONDITIONAL && !entry->accepted);
    if (!again) continue;
    send_entry(s, entry);
    if (!entry->accepted) fail_msg("%s was refused when repeated", entry->mrn);
    if (before.accepted && strcmp(before.location, entry->location) != 0)
      fail_msg("%s was answered otherwise when repeated", entry->mrn);
  }
}

static void *send_on(void *ctx) {
  sender *s = ctx;
  while (!atomic_load(&killed) && s->count < PER_ROUND) send_one(s);
  return NULL;
}

/* --- after the crash ------------------------------------------------------ */

typedef struct {
  size_t sent, accepted, stored, results, large;
} figures;

static size_t count_of(outside *gw, const char *type, ax_str id) {
  char query[200];
  (void)snprintf(query, sizeof query,
                 "/%s?patient=Patient/" AX_STR_FMT "&_count=100", type,
                 AX_STR_ARG(id));
  return patients_count(gw, query);
}

static void check_results(outside *gw, ax_str id, const char *mrn) {
  char query[200];
  (void)snprintf(query, sizeof query,
                 "/RiskAssessment?patient=Patient/" AX_STR_FMT, AX_STR_ARG(id));
  int64_t until = ax_clock_mono_ns() + INT64_C(60000000000);
  size_t count = patients_count(gw, query);
  while (count < 1 && ax_clock_mono_ns() < until) {
    ax_clock_sleep_ms(50);
    count = patients_count(gw, query);
  }
  if (count != 1) fail_msg("%s has %zu results, not 1", mrn, count);
}

static uint64_t total_of(outside *gw, const char *query) {
  const outside_answer *a = outside_get(gw, query);
  uint64_t total = 0;
  assert_int_equal(a->status, 200);
  assert_true(ax_str_uint64(ax_json_text(AX_JSON_GET(a->json, "total")),
                            SIZE_MAX, &total));
  return total;
}

static void check_large(outside *gw, ax_str id, const char *mrn) {
  char query[200];
  (void)snprintf(query, sizeof query,
                 "/Observation?patient=Patient/" AX_STR_FMT
                 "&_count=0&_total=accurate",
                 AX_STR_ARG(id));
  uint64_t count = total_of(gw, query);
  if (count != LARGE_ENTRIES - 1)
    fail_msg("%s is stored by a part: %d Observations", mrn, (int)count);
}

/* All of the Bundle or nothing of it, and one result. */
static void check_one(outside *gw, const sent *entry, figures *f) {
  ax_str id = patients_id(gw, entry->mrn);
  f->sent++;
  f->accepted += entry->accepted;
  if (entry->accepted && id.len == 0)
    fail_msg("%s was accepted and is lost", entry->mrn);
  if (id.len == 0) return;
  f->stored++;
  f->large += entry->kind == LARGE;
  if (entry->kind == LARGE) check_large(gw, id, entry->mrn);
  if (!is_bundle(entry)) return; /* patients_id() asserts that it is one */
  size_t conditions = count_of(gw, "Condition", id);
  size_t observations = count_of(gw, "Observation", id);
  if (conditions + observations != ENTRIES - 2)
    fail_msg("%s is stored by half: %zu of %d", entry->mrn,
             conditions + observations, ENTRIES - 2);
  if (entry->location[0]) {
    char path[100];
    (void)snprintf(path, sizeof path, "/%s", entry->location);
    assert_int_equal(outside_get(gw, path)->status, 200);
  }
  check_results(gw, id, entry->mrn);
  f->results++;
}

/* Clients keep all their answers: after some of them there is a new one. */
static void check_sender(outside *gw, const sender *s, figures *f) {
  enum { LOOKS = 50 };
  for (size_t n = 0; n < s->count; n += LOOKS) {
    outside *visitor = outside_visitor(gw);
    for (size_t i = n; i < n + LOOKS && i < s->count; i++)
      check_one(visitor, &s->log[i], f);
    outside_leave(visitor);
  }
}

/* --- rounds --------------------------------------------------------------- */

static void start_senders(outside *gw, ax_arena *arena, sender *senders,
                          pthread_t *threads, int round) {
  ax_str sample = patients_sample(arena, "endpac-low.json", "MRN-HERE", 0);
  atomic_store(&killed, false);
  for (int i = 0; i < SENDERS; i++) {
    senders[i] = (sender){ .visitor = outside_visitor(gw),
                           .arena = ax_arena_new(64 << 20),
                           .sample = sample,
                           .number = i,
                           .round = round,
                           .log = calloc(PER_ROUND, sizeof(sent)) };
    assert_non_null(senders[i].log);
    assert_int_equal(pthread_create(&threads[i], NULL, send_on, &senders[i]),
                     0);
  }
}

/* Sleeps till a moment that differs from round to round. The first kill waits
 * for something that can be lost, however slow the gateway is. */
static void await_moment(int round) {
  int64_t until = ax_clock_mono_ns() + ax_test_ms(60000) * 1000000;
  ax_clock_sleep_ms(100 + (int64_t)((unsigned)round * 7919u % 400u));
  while (atomic_load(&accepted) == 0 && ax_clock_mono_ns() < until)
    ax_clock_sleep_ms(5);
}

static void run_round(outside *gw, ax_arena *arena, int round, figures *f) {
  sender senders[SENDERS];
  pthread_t threads[SENDERS];
  static const char *const args[] = { "--score-wait", "20ms", NULL };
  start_senders(gw, arena, senders, threads, round);
  await_moment(round);
  outside_kill(gw);
  atomic_store(&killed, true);
  for (int i = 0; i < SENDERS; i++) (void)pthread_join(threads[i], NULL);
  outside_again(gw, args);
  for (int i = 0; i < SENDERS; i++) {
    outside_leave(senders[i].visitor); /* another port */
    senders[i].visitor = outside_visitor(gw);
    send_again(&senders[i]);
    outside_leave(senders[i].visitor);
    check_sender(gw, &senders[i], f);
    ax_arena_free(senders[i].arena);
    free(senders[i].log);
  }
}

/* Over all rounds: not one result more than there are patients. */
static void check_total(outside *gw, size_t results) {
  assert_int_equal(
      total_of(gw, "/RiskAssessment?_count=0&_total=accurate"), results);
}

static void nothing_accepted_is_lost_halved_or_doubled(void **state) {
  (void)state;
  const char *wanted = getenv("AUSPEX_CRASH_ROUNDS");
  int rounds = wanted ? atoi(wanted) : 3; /* NOLINT(cert-err34-c) */
  figures f = { 0 };
  outside *gw = outside_start(NULL);
  for (int round = 0; round < rounds; round++) {
    ax_arena *arena = ax_arena_new(64 << 20);
    assert_non_null(arena);
    run_round(gw, arena, round, &f);
    ax_arena_free(arena);
    if (round % 100 == 99)
      print_message("# crash: %d kills so far, %zu accepted\n", round + 1,
                    f.accepted);
  }
  print_message("# crash: %d kills, %zu sent, %zu accepted, %zu stored, "
                "%zu patients of Bundles with their one result, %zu of Bundles "
                "of %d; 0 lost, 0 halves, 0 doubles\n",
                rounds, f.sent, f.accepted, f.stored, f.results, f.large,
                LARGE_ENTRIES);
  assert_true(f.accepted > 0);
  check_total(gw, f.results);
  outside_stop(gw);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(nothing_accepted_is_lost_halved_or_doubled),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
