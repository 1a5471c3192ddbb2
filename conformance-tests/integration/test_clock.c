/* From outside: the wall clock is set back and forth under a running gateway;
 * what is sent is accepted, scored and found all the same. */
#include "../support/outside.h"
#include "../support/patients.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static outside *gw;
static ax_arena *arena;
static char file[64];

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { PRELOADS = 0 }; /* the sanitizer's library must come first */
#else
enum { PRELOADS = 1 };
#endif

static void set_clock(long seconds) {
  FILE *out = fopen(file, "w");
  assert_non_null(out);
  assert_true(fprintf(out, "%ld", seconds) > 0);
  assert_int_equal(fclose(out), 0);
}

/* The dynamic linker wants the whole path. */
static void absolute(const char *folder, const char *name, char *out,
                     size_t room) {
  char here[2048] = "";
  if (*folder != '/') assert_non_null(getcwd(here, sizeof here));
  (void)snprintf(out, room, "%s%s%s/%s", here, *here ? "/" : "", folder, name);
}

static int set_up(void **state) {
  (void)state;
  const char *build = getenv("AUSPEX_BUILD");
  char own[4096];
  arena = ax_arena_new(64u << 20);
  if (!PRELOADS) return 0;
  (void)snprintf(file, sizeof file, "/tmp/auspex-jump-%d", (int)getpid());
  absolute(build ? build : "build", "tests/jump_clock.so", own, sizeof own);
  set_clock(0);
  (void)setenv("AUSPEX_JUMP", file, 1);
  (void)setenv("LD_PRELOAD", own, 1);
  gw = outside_start(NULL);
  (void)unsetenv("LD_PRELOAD");
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  outside_stop(gw);
  (void)remove(file);
  ax_arena_free(arena);
  return 0;
}

/* Data of three days ago: in the past wherever the clock jumps to. */
static void send_and_await(const char *mrn) {
  char query[200];
  ax_str text = patients_sample(arena, "endpac-high.json", mrn, -3);
  const outside_answer *a = outside_post(gw, "", text.ptr);
  if (a->status != 200) fail_msg("%.*s", AX_STR_ARG(a->body));
  (void)snprintf(query, sizeof query, "/RiskAssessment?patient=Patient/%.*s",
                 AX_STR_ARG(patients_id(gw, mrn)));
  assert_int_equal(patients_await(gw, query, 1), 1);
}

static const outside_answer *put(const char *birth_date) {
  static const char *const headers[] = { "Content-Type: application/fhir+json",
                                         NULL };
  char body[200];
  (void)snprintf(body, sizeof body,
                 "{\"resourceType\":\"Patient\",\"id\":\"clock\","
                 "\"birthDate\":\"%s\"}",
                 birth_date);
  return outside_send(gw, "PUT", "/Patient/clock", headers, body, strlen(body));
}

static const outside_answer *keyed(void) {
  return outside_post_with(gw, "/Patient", "Idempotency-Key: clock",
                           "{\"resourceType\":\"Patient\"}");
}

static void a_clock_that_jumps_loses_nothing(void **state) {
  (void)state;
  static const long jumps[] = { 0, -7200, 18000, -18000, 0 };
  char first[80] = "", updated[40] = "";
  if (!PRELOADS) skip();
  for (size_t i = 0; i < AX_COUNT(jumps); i++) {
    char mrn[30], birth_date[12];
    set_clock(jumps[i]);
    (void)snprintf(mrn, sizeof mrn, "clock-%zu", i);
    send_and_await(mrn);
    (void)snprintf(birth_date, sizeof birth_date, "195%zu-01-01", i);
    const outside_answer *a = put(birth_date);
    assert_int_equal(a->status, i ? 200 : 201);
    /* The times of one resource's versions never go back. */
    ax_str now = outside_find(a->json, "meta.lastUpdated");
    assert_true(now.len < sizeof updated &&
                ax_str_compare(now, ax_str_from(updated)) >= 0);
    (void)snprintf(updated, sizeof updated, "%.*s", AX_STR_ARG(now));
    ax_str id = outside_find(keyed()->json, "id");
    if (i == 0) (void)snprintf(first, sizeof first, "%.*s", AX_STR_ARG(id));
    assert_str(id, first);
  }
  const outside_answer *a = outside_get(gw, "/Patient/clock");
  assert_str(outside_find(a->json, "meta.versionId"), "5");
  assert_int_equal(outside_end(gw), 0);
  const char *args[] = { "check", "--data", outside_data(gw), NULL };
  assert_int_equal(outside_run(args, NULL).code, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_clock_that_jumps_loses_nothing),
  };
  return cmocka_run_group_tests_name("clock", tests, set_up, tear_down);
}
