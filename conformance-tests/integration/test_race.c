/*
 * Many senders want the same thing at the same moment: of a conditional create,
 * and of a request under one Idempotency-Key, there is always exactly one
 * resource, and everybody is told the same one.
 *
 * AUSPEX_RACE_ROUNDS and AUSPEX_RACE_SENDERS set how often (default 10) and how
 * many (default 16); `make race-test` runs 10,000 rounds of 64.
 */
#include "../support/outside.h"
#include "../support/patients.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SENDERS_MAX = 256, RESET_EVERY = 50 };

typedef struct {
  outside *visitor;
  const outside *gw;
  int number, rounds;
  bool keyed;
  pthread_barrier_t *start, *end;
  char told[80]; /* the id this round */
  int status;
} sender;

static int number_of(const char *name, int standard, int max) {
  const char *text = getenv(name);
  int n = text ? (int)strtol(text, NULL, 10) : standard;
  return n < 1 ? 1 : n > max ? max : n;
}

static void send_one(sender *s, int round) {
  char body[300], header[200];
  (void)snprintf(body, sizeof body,
                 "{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":"
                 "\"urn:race\",\"value\":\"%s%d\"}]}",
                 s->keyed ? "k" : "c", round);
  (void)snprintf(header, sizeof header,
                 s->keyed ? "Idempotency-Key: race-%d"
                          : "If-None-Exist: identifier=urn:race|c%d",
                 round);
  const outside_answer *a =
      outside_post_with(s->visitor, "/Patient", header, body);
  ax_str id = outside_find(a->json, "id");
  s->status = a->status;
  (void)snprintf(s->told, sizeof s->told, "%.*s", AX_STR_ARG(id));
}

static void *send_on(void *ctx) {
  sender *s = ctx;
  for (int round = 0; round < s->rounds; round++) {
    if (round % RESET_EVERY == 0) { /* a visitor keeps all its answers */
      outside_leave(s->visitor);
      s->visitor = outside_visitor(s->gw);
    }
    (void)pthread_barrier_wait(s->start);
    send_one(s, round);
    (void)pthread_barrier_wait(s->end);
  }
  outside_leave(s->visitor);
  return NULL;
}

typedef struct {
  int rounds, created, found, odd, different;
} figures;

static void look_at(const sender *senders, int count, bool keyed, figures *f) {
  int created = 0;
  for (int i = 0; i < count; i++) {
    created += senders[i].status == 201;
    f->odd += senders[i].status != 201 && senders[i].status != 200;
    f->different += strcmp(senders[i].told, senders[0].told) != 0;
  }
  f->created += created;
  f->found += count - created;
  /* Under one key everybody hears what the first one heard. */
  f->odd += created != (keyed ? count : 1);
}

static void race(bool keyed) {
  outside *gw =
      outside_start((const char *const[]){ "--threads", "320", NULL });
  int count = number_of("AUSPEX_RACE_SENDERS", 16, SENDERS_MAX);
  figures f = { .rounds = number_of("AUSPEX_RACE_ROUNDS", 10, 1000000) };
  static sender senders[SENDERS_MAX];
  pthread_t threads[SENDERS_MAX];
  pthread_barrier_t start, end;
  assert_int_equal(pthread_barrier_init(&start, NULL, (unsigned)count + 1), 0);
  assert_int_equal(pthread_barrier_init(&end, NULL, (unsigned)count + 1), 0);
  for (int i = 0; i < count; i++) {
    senders[i] = (sender){ .gw = gw,
                           .number = i,
                           .rounds = f.rounds,
                           .keyed = keyed,
                           .start = &start,
                           .end = &end };
    assert_int_equal(pthread_create(&threads[i], NULL, send_on, &senders[i]),
                     0);
  }
  for (int round = 0; round < f.rounds; round++) {
    (void)pthread_barrier_wait(&start);
    (void)pthread_barrier_wait(&end);
    look_at(senders, count, keyed, &f);
  }
  for (int i = 0; i < count; i++) (void)pthread_join(threads[i], NULL);
  (void)pthread_barrier_destroy(&start);
  (void)pthread_barrier_destroy(&end);
  const outside_answer *a =
      outside_get(gw, "/Patient?_count=0&_total=accurate");
  ax_str total = ax_json_text(AX_JSON_GET(a->json, "total"));
  char want[16];
  (void)snprintf(want, sizeof want, "%d", f.rounds);
  print_message("# race (%s): %d rounds of %d, %d told created, %d told found, "
                "%d odd answers, %d told another id, " AX_STR_FMT " stored\n",
                keyed ? "key" : "condition", f.rounds, count, f.created,
                f.found, f.odd, f.different, AX_STR_ARG(total));
  assert_int_equal(f.odd, 0);
  assert_int_equal(f.different, 0);
  assert_str(total, want);
  outside_stop(gw);
}

static void of_a_conditional_create_there_is_always_one(void **state) {
  (void)state;
  race(false);
}

static void of_a_request_under_a_key_there_is_always_one(void **state) {
  (void)state;
  race(true);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(of_a_conditional_create_there_is_always_one),
    cmocka_unit_test(of_a_request_under_a_key_there_is_always_one),
  };
  return cmocka_run_group_tests_name("race", tests, NULL, NULL);
}
