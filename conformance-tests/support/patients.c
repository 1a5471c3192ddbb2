#include "patients.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "dates.h"

enum { SAMPLE_MAX = 8 << 20, AWAIT_MS = 10000, LINGER_MS = 300 };

ax_str patients_replace(ax_arena *arena, ax_str text, const char *old,
                        const char *with) {
  ax_str needle = ax_str_from(old);
  ax_buf out = AX_BUF_INIT(SAMPLE_MAX);
  for (size_t at; (at = ax_str_find(text, needle)) != AX_STR_NONE;) {
    ax_buf_append(&out, (ax_str){ text.ptr, at });
    ax_buf_append(&out, ax_str_from(with));
    text = ax_str_skip(text, at + needle.len);
  }
  ax_buf_append(&out, text);
  ax_str result = ax_arena_str(arena, ax_buf_view(&out));
  ax_buf_free(&out);
  assert_non_null(result.ptr);
  assert_true(result.len > 0);
  return result;
}

static ax_str own_number(ax_str text) {
  ax_str start = AX_STR("identifier=" PATIENTS_MRN "|");
  size_t at = ax_str_find(text, start);
  assert_true(at != AX_STR_NONE);
  ax_str rest = ax_str_skip(text, at + start.len);
  return ax_str_cut(&rest, '"');
}

ax_str patients_sample(ax_arena *arena, const char *name, const char *mrn,
                       int days) {
  char path[512];
  const char *root = getenv("AUSPEX_ROOT");
  (void)snprintf(path, sizeof path, "%s/fhir-profiles/examples/%s",
                 root ? root : ".", name);
  ax_str text;
  ax_error err = { 0 };
  if (ax_file_read(arena, path, SAMPLE_MAX, &text, &err) != AX_OK)
    fail_msg("%s", err.text);
  char *number = ax_arena_cstr(arena, own_number(text));
  assert_non_null(number);
  text = patients_replace(arena, text, number, mrn);
  return dates_fill(arena, text, ax_clock_wall_ms() + (int64_t)days * 86400000);
}

size_t patients_count(outside *gw, const char *query) {
  const outside_answer *a = outside_get(gw, query);
  if (a->status != 200)
    fail_msg("%s: %d " AX_STR_FMT, query, a->status, AX_STR_ARG(a->body));
  return ax_json_count(AX_JSON_GET(a->json, "entry"));
}

size_t patients_live(outside *gw, const char *query) {
  const outside_answer *a = outside_get(gw, query);
  const ax_json *entries = AX_JSON_GET(a->json, "entry");
  size_t count = 0;
  for (size_t i = 0; i < ax_json_count(entries); i++)
    count += !ax_str_eq(
        AX_JSON_STR(AX_JSON_GET(ax_json_item(entries, i), "resource"),
                    "status"),
        AX_STR("entered-in-error"));
  return count;
}

size_t patients_await(outside *gw, const char *query, size_t count) {
  int64_t until = ax_clock_mono_ns() + ax_test_ms(AWAIT_MS) * 1000000;
  while (patients_count(gw, query) < count && ax_clock_mono_ns() < until)
    ax_clock_sleep_ms(50);
  ax_clock_sleep_ms(LINGER_MS);
  return patients_count(gw, query);
}

ax_str patients_id(outside *gw, const char *mrn) {
  char query[200];
  (void)snprintf(query, sizeof query,
                 "/Patient?identifier=" PATIENTS_MRN "%%7C%s", mrn);
  const outside_answer *a = outside_get(gw, query);
  assert_int_equal(a->status, 200);
  assert_true(ax_json_count(AX_JSON_GET(a->json, "entry")) <= 1);
  return outside_find(a->json, "entry[0].resource.id");
}

ax_str patients_post(ax_arena *arena, outside *gw, const char *name,
                     const char *mrn, int days) {
  ax_str text = patients_sample(arena, name, mrn, days);
  const outside_answer *a = outside_post(gw, "", text.ptr);
  if (a->status != 200)
    fail_msg("%s: %d " AX_STR_FMT, name, a->status, AX_STR_ARG(a->body));
  ax_str id = patients_id(gw, mrn);
  assert_true(id.len > 0);
  return id;
}
