/* From outside: a gateway told to end while requests run loses none of what it
 * accepted. */
#include "../support/outside.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

enum { CLIENTS = 4, POSTS_MAX = 4000 };

typedef struct {
  outside *client;
  atomic_bool *stop;
  atomic_uint accepted;
  unsigned refused, broken;
  char last[80];
} poster;

static void *post_on(void *arg) {
  poster *p = arg;
  for (unsigned i = 0; i < POSTS_MAX && !atomic_load(p->stop); i++) {
    const outside_answer *a =
        outside_post(p->client, "/Device",
                     "{\"resourceType\":\"Device\",\"identifier\":[{"
                     "\"system\":\"urn:stop\",\"value\":\"s\"}]}");
    if (a->status == 201) {
      (void)atomic_fetch_add(&p->accepted, 1);
      ax_str id = outside_find(a->json, "id");
      (void)snprintf(p->last, sizeof p->last, "/Device/%.*s", AX_STR_ARG(id));
    } else if (a->status == 503) {
      p->refused++;
    } else {
      p->broken++; /* status 0: the connection was refused or cut */
      if (a->status == 0) break;
    }
  }
  return NULL;
}

/* All are at work, however slow the gateway is. */
static void await_accepted(poster *posters) {
  int64_t until = ax_clock_mono_ns() + ax_test_ms(30000) * 1000000;
  for (size_t i = 0; i < CLIENTS; i++)
    while (!atomic_load(&posters[i].accepted) && ax_clock_mono_ns() < until)
      ax_clock_sleep_ms(2);
}

static void sigterm_loses_nothing_that_was_accepted(void **state) {
  (void)state;
  outside *gw = outside_start(NULL);
  atomic_bool stop = false;
  poster posters[CLIENTS] = { 0 };
  pthread_t threads[CLIENTS];
  for (size_t i = 0; i < CLIENTS; i++) {
    posters[i].client = outside_visitor(gw);
    posters[i].stop = &stop;
    assert_int_equal(pthread_create(&threads[i], NULL, post_on, &posters[i]),
                     0);
  }
  await_accepted(posters);
  ax_clock_sleep_ms(300);
  int64_t begin = ax_clock_mono_ns();
  int code = outside_end(gw);
  int64_t took_ms = (ax_clock_mono_ns() - begin) / 1000000;
  atomic_store(&stop, true);
  unsigned accepted = 0;
  for (size_t i = 0; i < CLIENTS; i++) {
    (void)pthread_join(threads[i], NULL);
    accepted += atomic_load(&posters[i].accepted);
  }
  assert_int_equal(code, 0);
  assert_true(took_ms < ax_test_ms(5000));
  assert_true(accepted > 0);
  outside_again(gw, NULL);
  const outside_answer *a =
      outside_get(gw, "/Device?identifier=urn:stop|s&_count=0");
  char want[32];
  (void)snprintf(want, sizeof want, "%u", accepted);
  /* An answer cut off on its way may stand for one more that was stored. */
  unsigned found = 0;
  assert_int_equal(sscanf(outside_find(a->json, "total").ptr, "%u", &found), 1);
  assert_true(found >= accepted && found <= accepted + CLIENTS);
  for (size_t i = 0; i < CLIENTS; i++) {
    if (posters[i].last[0])
      assert_int_equal(outside_get(gw, posters[i].last)->status, 200);
    outside_leave(posters[i].client);
  }
  outside_stop(gw);
}

static void sigint_ends_it_cleanly_too(void **state) {
  (void)state;
  outside *gw = outside_start(NULL);
  assert_int_equal(outside_get(gw, "//health/live")->status, 200);
  assert_int_equal(kill(outside_pid(gw), SIGINT), 0);
  outside_stop(gw);
}

static void an_idle_gateway_ends_at_once(void **state) {
  (void)state;
  outside *gw = outside_start(NULL);
  assert_int_equal(outside_get(gw, "//health/live")->status, 200);
  int64_t begin = ax_clock_mono_ns();
  int code = outside_end(gw); /* the client's connection is still open */
  int64_t took_ms = (ax_clock_mono_ns() - begin) / 1000000;
  outside_stop(gw);
  assert_int_equal(code, 0);
  assert_true(took_ms < ax_test_ms(2500));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(sigterm_loses_nothing_that_was_accepted),
    cmocka_unit_test(sigint_ends_it_cleanly_too),
    cmocka_unit_test(an_idle_gateway_ends_at_once),
  };
  return cmocka_run_group_tests_name("shutdown", tests, NULL, NULL);
}
