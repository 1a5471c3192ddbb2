/* requestMethod and requestURL: what was asked. */
#include "run/assert.h"

#include "base/buf.h"
#include "http/http.h"

static ax_status request_of(const ax_assert *a, ax_assert_outcome *out,
                            ax_error *err) {
  ax_source source;
  AX_TRY(ax_source_find(a->s, a->source_id, true, &source, err));
  out->exchange = source.exchange;
  if (source.exchange) return AX_OK;
  return ax_error_set(err, AX_INVALID,
                      "'" AX_STR_FMT "' is a fixture and no request",
                      AX_STR_ARG(source.name));
}

static ax_str upper(ax_arena *arena, ax_str text) {
  char *copy = ax_arena_cstr(arena, text);
  for (char *c = copy; c && *c; c++)
    if (*c >= 'a' && *c <= 'z') *c = (char)(*c - 'a' + 'A');
  return (ax_str){ copy, copy ? text.len : 0 };
}

ax_status ax_assert_request_method_judge(const ax_assert *a, ax_str text,
                                         ax_assert_outcome *out,
                                         ax_error *err) {
  AX_TRY(request_of(a, out, err));
  ax_str wanted = upper(a->s->arena, text); /* R4's codes are in lower case */
  if (!wanted.ptr) return AX_NOMEM;
  return ax_assert_compare(a, &out->exchange->method, 1, wanted, false, out);
}

/* The URL as scripts may write it: whole, its path and query, or what stands
 * behind the base; encoded or not. */
enum { FORMS = 4 };

static size_t forms_of(const ax_state *s, ax_str url, ax_str out[FORMS]) {
  size_t n = 0;
  out[n++] = url;
  size_t host = ax_str_find(url, AX_STR("://"));
  if (host != AX_STR_NONE) {
    ax_str rest = ax_str_skip(url, host + 3);
    size_t path = ax_str_find(rest, AX_STR("/"));
    if (path != AX_STR_NONE) out[n++] = ax_str_skip(rest, path);
  }
  for (size_t i = 0; i < s->options->target.destination_count; i++) {
    ax_str base = s->options->target.destinations[i].base;
    if (!ax_str_starts(url, base) || n + 1 >= FORMS) continue;
    out[n++] = ax_str_skip(url, base.len);
    out[n++] = ax_str_skip(url, base.len + 1);
    break;
  }
  return n;
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  int lower = c | 0x20;
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static ax_str decoded(ax_arena *arena, ax_str text) {
  char *copy = ax_arena_cstr(arena, text);
  size_t n = 0;
  if (!copy) return (ax_str){ NULL, 0 };
  for (size_t i = 0; i < text.len; i++) {
    int high = i + 2 < text.len ? hex_digit(text.ptr[i + 1]) : -1;
    int low = high >= 0 ? hex_digit(text.ptr[i + 2]) : -1;
    bool escape = text.ptr[i] == '%' && low >= 0;
    copy[n] = text.ptr[i];
    if (escape) copy[n] = (char)(high * 16 + low);
    n++;
    if (escape) i += 2;
  }
  return (ax_str){ copy, n };
}

ax_status ax_assert_request_url_judge(const ax_assert *a, ax_str text,
                                      ax_assert_outcome *out, ax_error *err) {
  ax_str forms[2 * FORMS];
  AX_TRY(request_of(a, out, err));
  size_t n = forms_of(a->s, out->exchange->url, forms);
  for (size_t i = 0; i < n; i++) {
    forms[n + i] = decoded(a->s->arena, forms[i]);
    if (!forms[n + i].ptr) return AX_NOMEM;
  }
  AX_TRY(ax_assert_compare(a, forms, 2 * n, text, true, out));
  return ax_assert_list(a->s->arena, forms, 1, &out->actual);
}
