#include "report/report_keep.h"

#include <inttypes.h>

#include "base/map.h"
#include "base/utf8.h"
#include "report/report.h"
#include "report/report_text.h"

typedef struct {
  const ax_report_keep_options *options;
  ax_arena *scratch, *arena;
  ax_map *exchanges; /* bytes of the original's address to its copy */
} keeper;

/* What ax_result_complete looks at is whether there was a script at all. */
static const ax_script loaded;

/* --- texts ---------------------------------------------------------------- */

/* The first `max` bytes, back to where a character begins. */
static size_t cut_at(ax_str text, size_t max) {
  size_t at = max;
  while (at > 0 && max - at < 4 && ((unsigned char)text.ptr[at] & 0xC0) == 0x80)
    at--;
  return at;
}

static ax_status keep_cut(keeper *k, size_t max, ax_str *text) {
  if (max && text->len > max) {
    size_t at = cut_at(*text, max);
    ax_str head = { text->ptr, at };
    ax_str tail = ax_arena_printf(k->scratch, "\n[%zu" AX_REPORT_TEXT_CUT,
                                  text->len - at);
    if (!tail.ptr) return AX_NOMEM;
    *text = AX_JOIN(k->arena, head, tail);
  } else {
    *text = ax_arena_str(k->arena, *text);
  }
  return text->ptr ? AX_OK : AX_NOMEM;
}

static ax_status keep_text(keeper *k, size_t max, ax_str *text) {
  if (!text->len) {
    *text = AX_STR("");
    return AX_OK;
  }
  AX_TRY(ax_report_mask_text(k->options->masker, k->scratch, *text, text));
  return keep_cut(k, max, text);
}

static ax_status keep_texts(keeper *k, ax_str *const *texts, size_t count) {
  for (size_t i = 0; i < count; i++)
    AX_TRY(keep_text(k, k->options->text_max, texts[i]));
  return AX_OK;
}

ax_status ax_report_keep_text(const ax_report_keep_options *options,
                              ax_arena *scratch, ax_arena *arena,
                              ax_str *text) {
  keeper k = { .options = options, .scratch = scratch, .arena = arena };
  return keep_text(&k, options->text_max, text);
}

/* --- exchanges ------------------------------------------------------------ */

static ax_status keep_headers(keeper *k, const ax_result_header *in,
                              size_t count, ax_result_header **out) {
  *out = NULL;
  if (!count) return AX_OK;
  *out = AX_NEW_ARRAY(k->arena, ax_result_header, count);
  if (!*out) return AX_NOMEM;
  for (size_t i = 0; i < count; i++) {
    ax_result_header *h = &(*out)[i];
    *h = in[i];
    AX_TRY(ax_report_mask_header(k->options->masker, k->scratch, h->name,
                                 h->value, &h->value));
    AX_TRY(keep_cut(k, k->options->text_max, &h->value));
    AX_TRY(keep_text(k, k->options->text_max, &h->name));
  }
  return AX_OK;
}

static ax_status copy_exchange(keeper *k, const ax_result_exchange *in,
                               ax_result_exchange *out) {
  *out = *in;
  out->request_json = out->response_json = NULL;
  ax_str *const texts[] = { &out->method, &out->url, &out->failure };
  AX_TRY(keep_texts(k, texts, AX_COUNT(texts)));
  AX_TRY(keep_headers(k, in->request_headers.items, in->request_headers.count,
                      &out->request_headers.items));
  AX_TRY(keep_headers(k, in->response_headers.items, in->response_headers.count,
                      &out->response_headers.items));
  AX_TRY(keep_text(k, k->options->body_max, &out->request_body));
  return keep_text(k, k->options->body_max, &out->response_body);
}

/* Several actions look at one exchange: it is copied once. */
static ax_status keep_exchange(keeper *k, const ax_result_exchange **slot) {
  const ax_result_exchange *in = *slot;
  if (!in) return AX_OK;
  ax_str key =
      ax_arena_str(k->scratch, (ax_str){ (const char *)&in, sizeof in });
  if (!key.ptr) return AX_NOMEM;
  ax_result_exchange *copy = ax_map_get(k->exchanges, key);
  if (!copy) {
    copy = AX_NEW(k->arena, ax_result_exchange);
    if (!copy) return AX_NOMEM;
    AX_TRY(copy_exchange(k, in, copy));
    AX_TRY(ax_map_put(k->exchanges, key, copy));
  }
  *slot = copy;
  return AX_OK;
}

/* --- the tree of results -------------------------------------------------- */

/* A copy of `count` things of `size` bytes, or NULL with `*status` set. */
static void *copy_items(keeper *k, const void *items, size_t count, size_t size,
                        ax_status *status) {
  *status = AX_OK;
  if (!count) return NULL;
  void *copy = ax_arena_alloc(k->arena, count, size, alignof(max_align_t));
  if (copy)
    memcpy(copy, items, count * size);
  else
    *status = AX_NOMEM;
  return copy;
}

static ax_status keep_action(keeper *k, ax_result_action *a) {
  ax_str *const texts[] = { &a->label,  &a->description, &a->place,
                            &a->rule,   &a->message,     &a->expected,
                            &a->actual, &a->requirement, &a->requirement_url };
  AX_TRY(keep_texts(k, texts, AX_COUNT(texts)));
  return keep_exchange(k, &a->exchange);
}

static ax_status keep_phase(keeper *k, ax_result_phase *p) {
  ax_status status;
  ax_str *const texts[] = { &p->id, &p->name, &p->description, &p->message };
  AX_TRY(keep_texts(k, texts, AX_COUNT(texts)));
  p->actions.items = copy_items(k, p->actions.items, p->actions.count,
                                sizeof *p->actions.items, &status);
  p->actions.capacity = p->actions.count;
  for (size_t i = 0; !status && i < p->actions.count; i++)
    status = keep_action(k, &p->actions.items[i]);
  return status;
}

static ax_status keep_notices(keeper *k, ax_result_script *s) {
  ax_status status;
  s->notices.items = copy_items(k, s->notices.items, s->notices.count,
                                sizeof *s->notices.items, &status);
  s->notices.capacity = s->notices.count;
  for (size_t i = 0; !status && i < s->notices.count; i++) {
    ax_str *const texts[] = { &s->notices.items[i].place,
                              &s->notices.items[i].text };
    status = keep_texts(k, texts, AX_COUNT(texts));
  }
  return status;
}

ax_status ax_report_keep(const ax_result_script *in,
                         const ax_report_keep_options *options,
                         ax_arena *scratch, ax_arena *arena,
                         ax_result_script *out) {
  keeper k = { options, scratch, arena, ax_map_new(scratch) };
  ax_status status;
  if (!k.exchanges) return AX_NOMEM;
  *out = *in;
  if (in->script) out->script = &loaded;
  ax_str *const texts[] = { &out->file,  &out->id,  &out->name,
                            &out->title, &out->url, &out->message };
  AX_TRY(keep_texts(&k, texts, AX_COUNT(texts)));
  AX_TRY(keep_notices(&k, out));
  out->phases.items = copy_items(&k, in->phases.items, in->phases.count,
                                 sizeof *in->phases.items, &status);
  out->phases.capacity = out->phases.count;
  for (size_t i = 0; !status && i < out->phases.count; i++)
    status = keep_phase(&k, &out->phases.items[i]);
  return status;
}

ax_status ax_report_mask(ax_arena *arena, ax_result_run *run,
                         const ax_str *secrets, size_t secret_count) {
  ax_report_masker *masker;
  AX_TRY(ax_report_mask_new(arena, secrets, secret_count, &masker));
  const ax_report_keep_options options = { .masker = masker };
  ax_str *const texts[] = { &run->target, &run->suite, &run->runner };
  for (size_t i = 0; i < AX_COUNT(texts); i++)
    AX_TRY(ax_report_keep_text(&options, arena, arena, texts[i]));
  for (size_t i = 0; i < run->scripts.count; i++)
    AX_TRY(ax_report_keep(&run->scripts.items[i], &options, arena, arena,
                          &run->scripts.items[i]));
  return AX_OK;
}
