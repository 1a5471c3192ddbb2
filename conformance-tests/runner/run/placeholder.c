#include "run/placeholder.h"

#include "base/buf.h"
#include "json/json_edit.h"

/* Cuts `rest` at its first placeholder: what stands before it and its name.
 * False: there is none. */
static bool cut(ax_str *rest, ax_str *before, ax_str *name) {
  size_t from = 0;
  for (;;) {
    size_t at = ax_str_find(ax_str_skip(*rest, from), AX_STR("${"));
    if (at == AX_STR_NONE) return false;
    at += from;
    ax_str tail = ax_str_skip(*rest, at + 2);
    size_t end = ax_str_find(tail, AX_STR("}"));
    if (end == AX_STR_NONE) return false;
    from = at + 2;
    if (end == 0) continue;
    *before = (ax_str){ rest->ptr, at };
    *name = (ax_str){ tail.ptr, end };
    *rest = ax_str_skip(tail, end + 1);
    return true;
  }
}

static ax_status build(ax_str text, const ax_placeholder_source *source,
                       ax_buf *buf, ax_error *err) {
  ax_str rest = text, before, name, value;
  while (cut(&rest, &before, &name)) {
    AX_TRY(source->value(source->ctx, name, &value, err));
    ax_buf_append(buf, before);
    ax_buf_append(buf, value);
  }
  ax_buf_append(buf, rest);
  if (buf->status == AX_TOO_LARGE)
    return ax_error_set(err, AX_TOO_LARGE,
                        "with its placeholders replaced, a text is larger "
                        "than %d bytes",
                        AX_PLACEHOLDER_MAX);
  return buf->status;
}

ax_status ax_placeholder_fill(ax_arena *arena, ax_str text,
                              const ax_placeholder_source *source, ax_str *out,
                              ax_error *err) {
  *out = text;
  if (ax_str_find(text, AX_STR("${")) == AX_STR_NONE) return AX_OK;
  ax_buf buf = AX_BUF_INIT(AX_PLACEHOLDER_MAX);
  ax_status status = build(text, source, &buf, err);
  if (!status) {
    *out = ax_arena_str(arena, ax_buf_view(&buf));
    if (!out->ptr) status = AX_NOMEM;
  }
  ax_buf_free(&buf);
  return status;
}

typedef struct {
  ax_arena *arena;
  const ax_placeholder_source *source;
  ax_error *err;
  ax_status status; /* the first failure */
} fill_state;

static bool swap(void *ctx, ax_str key, ax_str value, ax_str *out) {
  fill_state *f = ctx;
  (void)key;
  if (f->status || ax_str_find(value, AX_STR("${")) == AX_STR_NONE)
    return false;
  f->status = ax_placeholder_fill(f->arena, value, f->source, out, f->err);
  return !f->status;
}

ax_status ax_placeholder_fill_tree(ax_arena *arena, const ax_json *tree,
                                   const ax_placeholder_source *source,
                                   const ax_json **out, ax_error *err) {
  fill_state f = { .arena = arena, .source = source, .err = err };
  AX_TRY(ax_json_edit_strings(arena, tree, swap, &f, out));
  return f.status;
}
