/* FHIRPath 5.6: strings. Positions count Unicode characters. */
#include "base/utf8.h"
#include "fhirpath/fp_case.h"
#include "fhirpath/fp_function.h"

/* Texts longer than this are not built: replace() could double them. */
static const size_t TEXT_MAX = (size_t)16 * 1024 * 1024;

static ax_str input_of(const ax_fp_call *call) {
  return call->input.items[0].u.text;
}

static ax_str text_arg(const ax_fp_call *call, size_t i) {
  return call->args[i].items[0].u.text;
}

static ax_status push_integer(ax_fp_call *call, size_t value) {
  return ax_fp_run_push_integer(call->run, call->out, (int64_t)value);
}

static ax_status push_text(ax_fp_call *call, ax_str text) {
  return ax_fp_run_push_text(call->run, call->out, text);
}

static ax_status push_truth(ax_fp_call *call, bool truth) {
  return ax_fp_run_push(call->run, call->out, ax_fp_value_boolean(truth));
}

/* Looking for a long text in a long one may compare each byte of the one with
 * each of the other. */
static ax_status spend(ax_fp_call *call, ax_str text, ax_str part) {
  return ax_fp_run_spend(call->run, call->node,
                         text.len / 64 * (part.len / 64 + 1));
}

static ax_str before(ax_str text, size_t at) {
  return (ax_str){ text.ptr, at };
}

ax_status ax_fp_strings_index_of(ax_fp_call *call) {
  ax_str text = input_of(call);
  AX_TRY(spend(call, text, text_arg(call, 0)));
  size_t at = ax_str_find(text, text_arg(call, 0));
  if (at == AX_STR_NONE)
    return ax_fp_run_push_integer(call->run, call->out, -1);
  return push_integer(call, ax_utf8_length(before(text, at)));
}

ax_status ax_fp_strings_last_index_of(ax_fp_call *call) {
  ax_str text = input_of(call), part = text_arg(call, 0);
  AX_TRY(spend(call, text, part));
  if (!part.len) return push_integer(call, 0);
  if (part.len <= text.len)
    for (size_t at = text.len - part.len + 1; at-- > 0;)
      if (ax_str_starts(ax_str_skip(text, at), part))
        return push_integer(call, ax_utf8_length(before(text, at)));
  return ax_fp_run_push_integer(call->run, call->out, -1);
}

/* `text` without its first `n` characters; false when it has no more than n. */
static bool skip_chars(ax_str *text, int64_t n) {
  for (int64_t i = 0; i < n && text->len; i++) (void)ax_utf8_next(text);
  return text->len > 0;
}

ax_status ax_fp_strings_substring(ax_fp_call *call) {
  ax_str rest = input_of(call);
  int64_t start = call->args[0].items[0].u.integer;
  if (start < 0 || !skip_chars(&rest, start)) return AX_OK;
  if (!call->args[1].count) return push_text(call, rest);
  int64_t length = call->args[1].items[0].u.integer;
  if (length <= 0) return push_text(call, AX_STR(""));
  ax_str end = rest;
  (void)skip_chars(&end, length);
  return push_text(call, before(rest, rest.len - end.len));
}

ax_status ax_fp_strings_starts_with(ax_fp_call *call) {
  return push_truth(call, ax_str_starts(input_of(call), text_arg(call, 0)));
}

ax_status ax_fp_strings_ends_with(ax_fp_call *call) {
  return push_truth(call, ax_str_ends(input_of(call), text_arg(call, 0)));
}

ax_status ax_fp_strings_contains(ax_fp_call *call) {
  AX_TRY(spend(call, input_of(call), text_arg(call, 0)));
  return push_truth(call, ax_str_find(input_of(call), text_arg(call, 0)) !=
                              AX_STR_NONE);
}

static ax_status push_mapped(ax_fp_call *call, uint32_t (*map)(uint32_t c)) {
  ax_str rest = input_of(call);
  char *text = AX_TAKE_ARRAY(call->run->arena, char, rest.len * 2 + 4);
  if (!text) return AX_NOMEM;
  size_t len = 0;
  while (rest.len) len += ax_utf8_encode(map(ax_utf8_next(&rest)), text + len);
  return push_text(call, (ax_str){ text, len });
}

ax_status ax_fp_strings_upper(ax_fp_call *call) {
  return push_mapped(call, ax_fp_case_upper);
}

ax_status ax_fp_strings_lower(ax_fp_call *call) {
  return push_mapped(call, ax_fp_case_lower);
}

/* --- building ---------------------------------------------------------------
 */

typedef struct {
  char *text;
  size_t len;
} builder;

static void put(builder *to, ax_str piece) {
  if (to->text)
    for (size_t i = 0; i < piece.len; i++) to->text[to->len + i] = piece.ptr[i];
  to->len += piece.len;
}

/* An empty pattern stands around every character (5.6.8). */
static void put_around(builder *to, ax_str text, ax_str with) {
  put(to, with);
  while (text.len) {
    const char *start = text.ptr;
    (void)ax_utf8_next(&text);
    put(to, (ax_str){ start, (size_t)(text.ptr - start) });
    put(to, with);
  }
}

static void put_replaced(builder *to, ax_str text, ax_str what, ax_str with) {
  if (!what.len) {
    put_around(to, text, with);
    return;
  }
  for (;;) {
    size_t at = ax_str_find(text, what);
    if (at == AX_STR_NONE) break;
    put(to, before(text, at));
    put(to, with);
    text = ax_str_skip(text, at + what.len);
  }
  put(to, text);
}

static ax_status too_long(ax_fp_call *call) {
  return ax_fp_fault_set(call->run->fault, AX_FP_LIMIT,
                         call->run->program->source, call->node->at,
                         "a text grows above %zu bytes", TEXT_MAX);
}

ax_status ax_fp_strings_replace(ax_fp_call *call) {
  ax_str text = input_of(call);
  builder size = { .text = NULL };
  AX_TRY(spend(call, text, text_arg(call, 0)));
  put_replaced(&size, text, text_arg(call, 0), text_arg(call, 1));
  if (size.len > TEXT_MAX) return too_long(call);
  builder to = { AX_TAKE_ARRAY(call->run->arena, char, size.len + 1), 0 };
  if (!to.text) return AX_NOMEM;
  put_replaced(&to, text, text_arg(call, 0), text_arg(call, 1));
  return push_text(call, (ax_str){ to.text, to.len });
}

ax_status ax_fp_strings_length(ax_fp_call *call) {
  return push_integer(call, ax_utf8_length(input_of(call)));
}

ax_status ax_fp_strings_to_chars(ax_fp_call *call) {
  ax_str rest = input_of(call);
  while (rest.len) {
    const char *start = rest.ptr;
    (void)ax_utf8_next(&rest);
    AX_TRY(push_text(call, (ax_str){ start, (size_t)(rest.ptr - start) }));
  }
  return AX_OK;
}

ax_status ax_fp_strings_trim(ax_fp_call *call) {
  return push_text(call, ax_str_trim(input_of(call)));
}

ax_status ax_fp_strings_split(ax_fp_call *call) {
  ax_str rest = input_of(call), by = text_arg(call, 0);
  AX_TRY(spend(call, rest, by));
  if (!by.len) return ax_fp_strings_to_chars(call);
  for (;;) {
    size_t at = ax_str_find(rest, by);
    if (at == AX_STR_NONE) return push_text(call, rest);
    AX_TRY(push_text(call, before(rest, at)));
    rest = ax_str_skip(rest, at + by.len);
  }
}

static ax_status put_joined(ax_fp_call *call, builder *to, ax_str by) {
  for (size_t i = 0; i < call->input.count; i++) {
    ax_fp_item item;
    AX_TRY(ax_fp_value_system(call->run->arena, &call->input.items[i], &item));
    if (item.kind != AX_FP_STRING)
      return ax_fp_run_fault(
          call->run, call->node,
          "join() takes Strings, not a value of type " AX_STR_FMT,
          AX_STR_ARG(ax_fp_value_type_name(&item)));
    if (i) put(to, by);
    put(to, item.u.text);
  }
  return AX_OK;
}

ax_status ax_fp_strings_join(ax_fp_call *call) {
  ax_str by = call->node->arg_count ? text_arg(call, 0) : AX_STR("");
  builder size = { .text = NULL };
  if (!call->input.count) return AX_OK;
  AX_TRY(put_joined(call, &size, by));
  if (size.len > TEXT_MAX) return too_long(call);
  builder to = { AX_TAKE_ARRAY(call->run->arena, char, size.len + 1), 0 };
  if (!to.text) return AX_NOMEM;
  AX_TRY(put_joined(call, &to, by));
  return push_text(call, (ax_str){ to.text, to.len });
}
