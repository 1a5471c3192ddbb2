#include "support/ax_case_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fhir/fhir_date.h"
#include "support/ax_plugin.h"

static ax_str trimmed(ax_str s) {
  while (s.len && s.ptr[0] == ' ') s = (ax_str){ s.ptr + 1, s.len - 1 };
  while (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\r'))
    s.len--;
  return s;
}

bool ax_case_begins(ax_str s, const char *word, ax_str *rest) {
  size_t n = strlen(word);
  if (s.len < n || memcmp(s.ptr, word, n) != 0) return false;
  *rest = trimmed((ax_str){ s.ptr + n, s.len - n });
  return true;
}

bool ax_case_is_expectation(ax_str line) {
  ax_str rest;
  return ax_case_begins(line, "expect ", &rest) ||
         ax_case_begins(line, "refused ", &rest) ||
         ax_case_begins(line, "not-applicable", &rest);
}

static void begin_case(ax_case_file *f, ax_str title) {
  assert_true(f->count < AX_CASES);
  ax_case *k = &f->cases[f->count];
  const char *equals = memchr(title.ptr, '=', title.len);
  k->name = trimmed(
      (ax_str){ title.ptr, equals ? (size_t)(equals - title.ptr) : title.len });
  k->count = 0;
  if (equals) {
    ax_str of = trimmed(
        (ax_str){ equals + 1, title.len - (size_t)(equals + 1 - title.ptr) });
    const ax_case *other = NULL;
    for (size_t i = 0; i < f->count; i++)
      if (ax_str_eq(f->cases[i].name, of)) other = &f->cases[i];
    if (!other) fail_msg("no case '%.*s'", AX_STR_ARG(of));
    for (size_t i = 0; i < other->count; i++)
      if (!ax_case_is_expectation(other->lines[i]))
        k->lines[k->count++] = other->lines[i];
  }
  f->count++;
}

/* A component goes with its Observation. */
static void take_away(ax_case *k, ax_str prefix) {
  size_t kept = 0, gone = 0;
  bool dropping = false;
  ax_str rest;
  for (size_t i = 0; i < k->count; i++) {
    bool part = ax_case_begins(k->lines[i], "component ", &rest);
    bool fits = k->lines[i].len >= prefix.len &&
                memcmp(k->lines[i].ptr, prefix.ptr, prefix.len) == 0;
    dropping = fits || (part && dropping);
    gone += fits;
    if (!dropping) k->lines[kept++] = k->lines[i];
  }
  k->count = kept;
  if (!gone)
    fail_msg("case '%.*s' has no line '%.*s'", AX_STR_ARG(k->name),
             AX_STR_ARG(prefix));
}

static void read_line(ax_case_file *f, ax_str line) {
  ax_str rest;
  line = trimmed(line);
  if (!line.len || line.ptr[0] == '#') return;
  if (ax_case_begins(line, "model ", &f->model)) return;
  if (ax_case_begins(line, "case ", &rest)) {
    begin_case(f, rest);
    return;
  }
  if (!f->count) fail_msg("a line before the first case");
  ax_case *k = &f->cases[f->count - 1];
  if (ax_case_begins(line, "without ", &rest)) {
    take_away(k, rest);
    return;
  }
  assert_true(k->count < AX_CASE_LINES);
  k->lines[k->count++] = line;
}

ax_case_file *ax_case_file_read(const char *path) {
  size_t length = 0;
  ax_case_file *f = calloc(1, sizeof *f);
  assert_non_null(f);
  f->text = ax_plugin_read(".", path, &length);
  for (size_t at = 0; at < length;) {
    size_t end = at;
    while (end < length && f->text[end] != '\n') end++;
    read_line(f, (ax_str){ f->text + at, end - at });
    at = end + 1;
  }
  return f;
}

void ax_case_file_free(ax_case_file *f) {
  free(f->text);
  free(f);
}

static int64_t day_ms(ax_str date) {
  ax_fhir_date d;
  if (!ax_fhir_date_parse_datetime(date, &d))
    fail_msg("'%.*s' is no date", AX_STR_ARG(date));
  return d.hi_ms;
}

int64_t ax_case_patient(const ax_case *one, ax_patient *patient) {
  int64_t as_of_ms = 0;
  size_t expectations = 0;
  ax_str rest;
  ax_patient_begin(patient);
  for (size_t i = 0; i < one->count; i++) {
    if (ax_case_begins(one->lines[i], "as-of ", &rest))
      as_of_ms = day_ms(rest);
    else if (ax_case_is_expectation(one->lines[i]))
      expectations++;
    else if (!ax_patient_line(patient, one->lines[i]))
      fail_msg("what is '%.*s'?", AX_STR_ARG(one->lines[i]));
  }
  if (!as_of_ms || !expectations)
    fail_msg("case '%.*s' needs as-of and expectations", AX_STR_ARG(one->name));
  return as_of_ms;
}

ax_case_wants ax_case_wants_of(ax_str text) {
  ax_case_wants w = { .value = "" };
  char copy[256];
  assert_true(text.len < sizeof copy);
  memcpy(copy, text.ptr, text.len);
  copy[text.len] = 0;
  if (sscanf(copy, "%63s %31s %63s", w.outcome, w.what, w.value) < 2)
    fail_msg("what is '%s'?", copy);
  return w;
}
