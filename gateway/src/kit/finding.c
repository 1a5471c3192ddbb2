#include "kit/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "json/json_write.h"

static const char *const words[] = { [AX_FINDING_NOTE] = "note",
                                     [AX_FINDING_WARNING] = "warning",
                                     [AX_FINDING_ERROR] = "error" };

void ax_finding_add(ax_findings *findings, ax_finding_severity severity,
                    const char *rule, ax_str place, const char *format, ...) {
  char text[1000];
  va_list args;
  va_start(args, format);
  (void)vsnprintf(text, sizeof text, format, args);
  va_end(args);
  findings->errors += severity == AX_FINDING_ERROR;
  findings->warnings += severity == AX_FINDING_WARNING;
  ax_finding *one = AX_VEC_PUSH(&findings->list, findings->arena);
  if (one)
    *one = (ax_finding){ severity, rule, ax_arena_str(findings->arena, place),
                         ax_arena_str(findings->arena, ax_str_from(text)) };
  if (!one || !one->place.ptr || !one->text.ptr) findings->nomem = true;
}

/* "WHEN: WHAT": the same may happen in many ways. */
static ax_str what_of(const ax_finding *f, ax_str *when) {
  size_t at = ax_str_find(f->text, AX_STR(": "));
  *when = (ax_str){ f->text.ptr, at == AX_STR_NONE ? 0 : at };
  return at == AX_STR_NONE ? f->text : ax_str_skip(f->text, at + 2);
}

static bool is_like(const ax_finding *a, const ax_finding *b) {
  ax_str when, other;
  ax_str what = what_of(a, &when), same = what_of(b, &other);
  return a->severity == b->severity && strcmp(a->rule, b->rule) == 0 &&
         when.len && other.len && ax_str_eq(a->place, b->place) &&
         ax_str_eq(what, same);
}

/* The first of its like says when else it happens. */
static void print_likes(const ax_findings *findings, size_t first,
                        ax_buf *out) {
  enum { NAMED = 3 };
  size_t count = 0;
  for (size_t i = first + 1; i < findings->list.count; i++) {
    ax_str when;
    const ax_finding *f = &findings->list.items[i];
    if (!is_like(&findings->list.items[first], f)) continue;
    (void)what_of(f, &when);
    if (count++ < NAMED)
      ax_buf_printf(out, "%s" AX_STR_FMT, count == 1 ? "  also: " : "; ",
                    AX_STR_ARG(when));
  }
  if (count > NAMED) ax_buf_printf(out, "; and %zu more", count - NAMED);
  if (count) ax_buf_append_char(out, '\n');
}

void ax_finding_print(const ax_findings *findings, ax_buf *out) {
  for (size_t i = 0; i < findings->list.count; i++) {
    const ax_finding *f = &findings->list.items[i];
    bool told = false;
    for (size_t k = 0; k < i && !told; k++)
      told = is_like(&findings->list.items[k], f);
    if (told) continue;
    ax_buf_printf(out, "%s: " AX_STR_FMT ": " AX_STR_FMT " [%s]\n",
                  words[f->severity], AX_STR_ARG(f->place), AX_STR_ARG(f->text),
                  f->rule);
    print_likes(findings, i, out);
  }
  ax_buf_printf(out, "%zu errors, %zu warnings\n", findings->errors,
                findings->warnings);
}

void ax_finding_json(const ax_findings *findings, ax_buf *out) {
  ax_json_writer w = ax_json_write_begin(out);
  ax_json_write_object(&w);
  ax_json_write_key(&w, AX_STR("findings"));
  ax_json_write_array(&w);
  for (size_t i = 0; i < findings->list.count; i++) {
    const ax_finding *f = &findings->list.items[i];
    ax_json_write_object(&w);
    ax_json_write_member(&w, AX_STR("severity"),
                         ax_str_from(words[f->severity]));
    ax_json_write_member(&w, AX_STR("rule"), ax_str_from(f->rule));
    ax_json_write_member(&w, AX_STR("place"), f->place);
    ax_json_write_member(&w, AX_STR("text"), f->text);
    ax_json_write_close(&w);
  }
  ax_json_write_close(&w);
  ax_json_write_key(&w, AX_STR("errors"));
  ax_json_write_int(&w, (int64_t)findings->errors);
  ax_json_write_key(&w, AX_STR("warnings"));
  ax_json_write_int(&w, (int64_t)findings->warnings);
  ax_json_write_close(&w);
  if (ax_json_write_end(&w) == AX_OK) ax_buf_append_char(out, '\n');
}
