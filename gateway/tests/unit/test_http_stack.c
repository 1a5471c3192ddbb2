/* Unit tests of gateway/src/http/http_stack.c. */
#include "support/ax_test.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/http_stack.h"

/* A sanitizer takes a part of each stack for itself. */
enum { DEEP = 200 * 1024, STACK = 4 * 1024 * 1024 };

/* Resident kilobytes of the mapping with this address. */
static long resident_kb(const void *at) {
  char line[512];
  unsigned long long from = 0, to = 0;
  bool mine = false;
  long kb = -1;
  FILE *maps = fopen("/proc/self/smaps", "r");
  assert_non_null(maps);
  while (kb < 0 && fgets(line, sizeof line, maps)) {
    /* NOLINTNEXTLINE(cert-err34-c) */
    if (sscanf(line, "%llx-%llx ", &from, &to) == 2 && strchr(line, '-'))
      mine = (uintptr_t)at >= from && (uintptr_t)at < to;
    if (mine && strncmp(line, "Rss:", 4) == 0) kb = strtol(line + 4, NULL, 10);
  }
  (void)fclose(maps);
  return kb;
}

static int touch_deep(int byte) {
  volatile char room[DEEP];
  for (size_t i = 0; i < sizeof room; i++) room[i] = (char)byte;
  return room[DEEP / 2];
}

typedef struct {
  long before, deep, after;
  int again;
} seen;

static void *run(void *ctx) {
  seen *s = ctx;
  void *lowest = ax_http_stack_find();
  s->before = resident_kb(&lowest);
  (void)touch_deep(1);
  s->deep = resident_kb(&lowest);
  ax_http_stack_release(lowest);
  s->after = resident_kb(&lowest);
  s->again = touch_deep(7);
  return lowest;
}

static void a_released_stack_is_small_and_good_for_use(void **state) {
  (void)state;
  pthread_attr_t attr;
  pthread_t thread;
  void *lowest = NULL;
  seen s = { 0 };
  assert_int_equal(pthread_attr_init(&attr), 0);
  assert_int_equal(pthread_attr_setstacksize(&attr, STACK), 0);
  assert_int_equal(pthread_create(&thread, &attr, run, &s), 0);
  (void)pthread_join(thread, &lowest);
  (void)pthread_attr_destroy(&attr);
  assert_non_null(lowest);
  assert_true(s.deep >= s.before + DEEP / 1024 - 64);
  assert_true(s.after <= s.deep - DEEP / 1024 / 2);
  assert_int_equal(s.again, 7);
}

static void without_a_stack_nothing_is_done(void **state) {
  (void)state;
  ax_http_stack_release(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_released_stack_is_small_and_good_for_use),
    cmocka_unit_test(without_a_stack_nothing_is_done),
  };
  return cmocka_run_group_tests_name("http_stack", tests, NULL, NULL);
}
