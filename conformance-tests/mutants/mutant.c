#include "mutant.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "net/net_client.h"
#include "search/search.h"
#include "tree.h"
#include "json/json_edit.h"
#include "json/json_parse.h"
#include "json/json_write.h"

enum { BODY_MAX = 256 << 20, MEMORY = 64 << 20, ID = 36 };

static const ax_mutant_table *const tables[] = {
  &ax_mutants_http,     &ax_mutants_rest,  &ax_mutants_change,
  &ax_mutants_search,   &ax_mutants_found, &ax_mutants_bundle,
  &ax_mutants_validate, &ax_mutants_score, &ax_mutants_configured
};

size_t ax_mutant_count(void) {
  size_t count = 0;
  for (size_t i = 0; i < AX_COUNT(tables); i++) count += tables[i]->count;
  return count;
}

const ax_mutant *ax_mutant_at(size_t i) {
  for (size_t t = 0; t < AX_COUNT(tables); t++) {
    if (i < tables[t]->count) return &tables[t]->items[i];
    i -= tables[t]->count;
  }
  return NULL;
}

const ax_mutant *ax_mutant_named(ax_str key) {
  for (size_t t = 0; t < AX_COUNT(tables); t++)
    for (size_t i = 0; i < tables[t]->count; i++)
      if (ax_str_eq(key, ax_str_from(tables[t]->items[i].key)))
        return &tables[t]->items[i];
  return NULL;
}

/* --- memory --------------------------------------------------------------- */

typedef struct {
  ax_str name, value;
} memento;

struct ax_mutant_memory {
  pthread_mutex_t mutex;
  ax_arena *arena;
  AX_VEC(memento) all;
};

ax_mutant_memory *ax_mutant_memory_new(void) {
  ax_mutant_memory *memory = calloc(1, sizeof *memory);
  if (!memory) return NULL;
  (void)pthread_mutex_init(&memory->mutex, NULL);
  memory->arena = ax_arena_new(MEMORY);
  return memory;
}

void ax_mutant_memory_free(ax_mutant_memory *memory) {
  if (!memory) return;
  (void)pthread_mutex_destroy(&memory->mutex);
  ax_arena_free(memory->arena);
  free(memory);
}

static memento *find_memento(ax_mutant_memory *memory, ax_str name, bool make) {
  for (size_t i = 0; i < memory->all.count; i++)
    if (ax_str_eq(memory->all.items[i].name, name))
      return &memory->all.items[i];
  memento *slot = make ? AX_VEC_PUSH(&memory->all, memory->arena) : NULL;
  if (!slot) return NULL;
  slot->name = ax_arena_str(memory->arena, name);
  slot->value = AX_STR("");
  return slot;
}

ax_str ax_mutant_remember(ax_mutant_call *call, ax_str name,
                          const ax_str *value) {
  ax_mutant_memory *memory = call->memory;
  ax_str before = AX_STR("");
  (void)pthread_mutex_lock(&memory->mutex);
  memento *m = find_memento(memory, name, value != NULL);
  if (m) before = ax_arena_str(call->arena, m->value);
  if (m && value) m->value = ax_arena_str(memory->arena, *value);
  (void)pthread_mutex_unlock(&memory->mutex);
  return before.ptr ? before : AX_STR("");
}

/* --- addresses ------------------------------------------------------------ */

static ax_str next_segment(ax_str *rest) {
  return ax_str_cut(rest, '/');
}

static bool is_type(ax_str s) {
  return s.len && s.ptr[0] >= 'A' && s.ptr[0] <= 'Z';
}

static ax_on operation(ax_str name) {
  if (ax_str_starts(name, AX_STR("%24"))) name = ax_str_skip(name, 3);
  if (ax_str_starts(name, AX_STR("$"))) name = ax_str_skip(name, 1);
  if (ax_str_eq(name, AX_STR("validate"))) return AX_ON_VALIDATE;
  if (ax_str_eq(name, AX_STR("score"))) return AX_ON_SCORE;
  if (ax_str_eq(name, AX_STR("risk-profile"))) return AX_ON_PROFILE;
  return AX_ON_OTHER;
}

static ax_on by_method(ax_str method, bool has_id) {
  if (ax_str_eq(method, AX_STR("GET")) || ax_str_eq(method, AX_STR("HEAD")))
    return has_id ? AX_ON_READ : AX_ON_SEARCH;
  if (ax_str_eq(method, AX_STR("PUT")))
    return has_id ? AX_ON_UPDATE : AX_ON_UPDATE_IF;
  if (ax_str_eq(method, AX_STR("DELETE")))
    return has_id ? AX_ON_DELETE : AX_ON_DELETE_IF;
  if (ax_str_eq(method, AX_STR("PATCH"))) return AX_ON_PATCH;
  if (ax_str_eq(method, AX_STR("POST")) && !has_id) return AX_ON_CREATE;
  return AX_ON_OTHER;
}

static bool is_operation(ax_str segment) {
  return ax_str_starts(segment, AX_STR("$")) ||
         ax_str_starts(segment, AX_STR("%24"));
}

static ax_on below_type(ax_mutant_call *call, ax_str first, ax_str second,
                        ax_str third) {
  ax_str method = call->rq->method;
  call->type = first;
  if (ax_str_eq(second, AX_STR("_search"))) return AX_ON_SEARCH;
  if (ax_str_eq(second, AX_STR("_history"))) return AX_ON_HISTORY;
  if (is_operation(second)) return operation(second);
  call->id = second;
  if (is_operation(third)) return operation(third);
  if (ax_str_eq(third, AX_STR("_history")))
    return call->version.len ? AX_ON_VREAD : AX_ON_HISTORY;
  if (third.len) return AX_ON_OTHER;
  return by_method(method, second.len > 0);
}

void ax_mutant_address(ax_mutant_call *call) {
  ax_str rest = call->rq->path;
  call->on = AX_ON_OTHER;
  call->base = AX_STR("/fhir");
  call->type = call->id = call->version = AX_STR("");
  if (!ax_str_starts(rest, call->base)) return;
  rest = ax_str_skip(rest, call->base.len);
  if (rest.len && rest.ptr[0] != '/') return;
  (void)next_segment(&rest);
  ax_str first = next_segment(&rest);
  if (ax_str_eq(first, AX_STR("R4"))) {
    call->base = AX_STR("/fhir/R4");
    first = next_segment(&rest);
  }
  ax_str second = next_segment(&rest), third = next_segment(&rest);
  call->version = next_segment(&rest);
  bool posts = ax_str_eq(call->rq->method, AX_STR("POST"));
  if (first.len == 0)
    call->on = posts ? AX_ON_BUNDLE : AX_ON_OTHER;
  else if (is_type(first))
    call->on = below_type(call, first, second, third);
  else if (ax_str_eq(first, AX_STR("metadata")))
    call->on = AX_ON_METADATA;
  else if (ax_str_eq(first, AX_STR("_history")))
    call->on = AX_ON_HISTORY;
  else if (is_operation(first))
    call->on = operation(first);
}

/* --- passing -------------------------------------------------------------- */

ax_status ax_mutant_forward(ax_mutant_call *call) {
  return ax_proxy_forward(call->hop, call->rq, call->rs, call->err);
}

ax_status ax_mutant_pass(void *ctx, ax_proxy_hop *hop, ax_proxy_request *rq,
                         ax_proxy_response *rs, ax_error *err) {
  const ax_mutant_ctx *c = ctx;
  ax_mutant_call call = { .mutant = c->mutant,
                          .memory = c->memory,
                          .hop = hop,
                          .arena = ax_proxy_hop_arena(hop),
                          .rq = rq,
                          .rs = rs,
                          .err = err };
  if (!c->mutant) return ax_mutant_forward(&call);
  ax_mutant_address(&call);
  if (c->mutant->on && !(c->mutant->on & (unsigned)call.on))
    return ax_mutant_forward(&call);
  if (c->mutant->before) AX_TRY(c->mutant->before(&call));
  if (c->mutant->instead) return c->mutant->instead(&call);
  AX_TRY(ax_mutant_forward(&call));
  return c->mutant->after ? c->mutant->after(&call) : AX_OK;
}

ax_status ax_mutant_ask(ax_mutant_call *call, const char *method, ax_str path,
                        ax_str query, ax_str body, ax_proxy_response *out) {
  ax_proxy_request rq = { .method = ax_str_from(method),
                          .path = AX_JOIN(call->arena, call->base, path),
                          .query = query,
                          .body = body };
  if (!rq.path.ptr) return AX_NOMEM;
  ax_str host = ax_proxy_message_get(&call->rq->fields, AX_STR("Host"));
  AX_TRY(ax_proxy_message_add(call->arena, &rq.fields, AX_STR("Host"), host));
  if (body.len)
    AX_TRY(ax_proxy_message_add(call->arena, &rq.fields, AX_STR("Content-Type"),
                                AX_STR("application/fhir+json")));
  return ax_proxy_forward(call->hop, &rq, out, call->err);
}

/* --- bodies --------------------------------------------------------------- */

static const ax_json *parse(ax_arena *arena, ax_str body) {
  const ax_json *tree = NULL;
  ax_json_fault fault;
  return body.len && ax_json_parse(arena, body, &tree, &fault) == AX_OK ? tree
                                                                        : NULL;
}

const ax_json *ax_mutant_answer(ax_mutant_call *call) {
  return parse(call->arena, call->rs->body);
}

const ax_json *ax_mutant_sent(ax_mutant_call *call) {
  return parse(call->arena, call->rq->body);
}

static void free_buf(void *buf) {
  ax_buf_free(buf);
}

static ax_status write(ax_arena *arena, const ax_json *tree, ax_str *out) {
  if (!tree) return AX_NOMEM;
  ax_buf *buf = AX_NEW(arena, ax_buf);
  if (!buf || ax_arena_defer(arena, free_buf, buf) != 0) return AX_NOMEM;
  buf->ceiling = BODY_MAX;
  ax_json_writer w = ax_json_write_begin(buf);
  ax_json_write_tree(&w, tree);
  AX_TRY(ax_json_write_end(&w));
  *out = ax_buf_view(buf);
  return AX_OK;
}

ax_status ax_mutant_put_answer(ax_mutant_call *call, const ax_json *tree) {
  return write(call->arena, tree, &call->rs->body);
}

ax_status ax_mutant_put_sent(ax_mutant_call *call, const ax_json *tree) {
  return write(call->arena, tree, &call->rq->body);
}

ax_status ax_mutant_change_sent(ax_mutant_call *call, const ax_json *sent,
                                const ax_json *tree) {
  return tree == sent ? AX_OK : ax_mutant_put_sent(call, tree);
}

ax_str ax_mutant_swap(ax_arena *arena, ax_str text, const char *old,
                      const char *now) {
  ax_buf out = AX_BUF_INIT(BODY_MAX);
  ax_str from = ax_str_from(old), to = ax_str_from(now);
  for (;;) {
    size_t at = ax_str_find(text, from);
    if (at == AX_STR_NONE) break;
    ax_buf_append(&out, (ax_str){ text.ptr, at });
    ax_buf_append(&out, to);
    text = ax_str_skip(text, at + from.len);
  }
  ax_buf_append(&out, text);
  ax_str copy = ax_arena_str(arena, ax_buf_view(&out));
  ax_buf_free(&out);
  return copy.ptr ? copy : AX_STR("");
}

/* An id that no gateway of ours gave, and another one each time. */
static ax_status make_id(ax_mutant_call *call, ax_str *out) {
  static const ax_str name = AX_STR_INIT("made-up ids");
  ax_str before = ax_mutant_remember(call, name, NULL);
  uint64_t n = 0;
  (void)ax_str_uint64(before, UINT32_MAX, &n);
  ax_str now = ax_arena_printf(call->arena, "%llu", (unsigned long long)n + 1);
  if (!now.ptr) return AX_NOMEM;
  (void)ax_mutant_remember(call, name, &now);
  *out = ax_arena_printf(call->arena, "00000000-0000-4000-8000-%012llu",
                         (unsigned long long)n + 1);
  return out->ptr ? AX_OK : AX_NOMEM;
}

static ax_status pretend_body(ax_mutant_call *call, ax_str id) {
  const ax_json *sent = ax_mutant_sent(call);
  if (!ax_json_is(sent, AX_JSON_OBJECT)) {
    call->rs->body = AX_STR("{\"resourceType\":\"Basic\"}");
    return AX_OK;
  }
  ax_json members[1] = { ax_json_edit_string(AX_STR("1")) };
  ax_json empty = { .kind = AX_JSON_OBJECT };
  const ax_json *meta = AX_JSON_GET(sent, "meta");
  meta = ax_json_edit_set(call->arena, meta ? meta : &empty,
                          AX_STR("versionId"), members[0]);
  sent = ax_json_edit_set(call->arena, sent, AX_STR("id"),
                          ax_json_edit_string(id));
  if (!sent || !meta) return AX_NOMEM;
  return ax_mutant_put_answer(
      call, ax_json_edit_set(call->arena, sent, AX_STR("meta"), *meta));
}

ax_status ax_mutant_pretend(ax_mutant_call *call, int status) {
  ax_str id = call->id;
  if (!id.len) AX_TRY(make_id(call, &id));
  ax_str host = ax_proxy_message_get(&call->rq->fields, AX_STR("Host"));
  ax_str place =
      AX_JOIN(call->arena, AX_STR("http://"), host, call->base, AX_STR("/"),
              call->type, AX_STR("/"), id, AX_STR("/_history/1"));
  if (!place.ptr) return AX_NOMEM;
  *call->rs = (ax_proxy_response){ .status = status };
  ax_proxy_fields *fields = &call->rs->fields;
  AX_TRY(ax_proxy_message_add(call->arena, fields, AX_STR("Content-Type"),
                              AX_STR("application/fhir+json; charset=utf-8")));
  AX_TRY(ax_proxy_message_add(call->arena, fields, AX_STR("Location"), place));
  AX_TRY(ax_proxy_message_add(call->arena, fields, AX_STR("ETag"),
                              AX_STR("W/\"1\"")));
  AX_TRY(ax_proxy_message_add(call->arena, fields, AX_STR("Last-Modified"),
                              AX_STR("Sun, 29 Nov 2026 08:00:00 GMT")));
  AX_TRY(ax_proxy_message_add(call->arena, fields, AX_STR("X-Request-Id"),
                              AX_STR("made-up")));
  return pretend_body(call, id);
}

/* --- parameters ----------------------------------------------------------- */

bool ax_mutant_lists(const char *list, ax_str name) {
  ax_str rest = ax_str_from(list);
  while (rest.len)
    if (ax_str_eq(ax_str_cut(&rest, ' '), name)) return true;
  return false;
}

static ax_mutant_param take_param(const ax_search_pair *pair) {
  ax_mutant_param p = { pair->name, AX_STR(""), pair->value };
  /* "_has:Observation:patient:code" is one name. */
  if (ax_str_starts(p.name, AX_STR("_has:"))) return p;
  ax_str rest = p.name;
  p.name = ax_str_cut(&rest, ':');
  p.modifier = rest;
  return p;
}

static ax_str join_param(ax_arena *arena, ax_str query,
                         const ax_mutant_param *p) {
  ax_str name = p->modifier.len
                    ? AX_JOIN(arena, p->name, AX_STR(":"), p->modifier)
                    : p->name;
  return AX_JOIN(arena, query, query.len ? AX_STR("&") : AX_STR(""),
                 ax_net_client_escape(arena, name), AX_STR("="),
                 ax_net_client_escape(arena, p->value));
}

static ax_status edit_params(ax_mutant_call *call, ax_mutant_param_edit edit,
                             ax_str *query) {
  ax_search_pair *pairs = NULL;
  size_t count = 0;
  ax_str out = AX_STR("");
  bool changed = false;
  if (ax_search_pairs(call->arena, *query, &pairs, &count, NULL)) return AX_OK;
  for (size_t i = 0; i < count; i++) {
    ax_mutant_param p = take_param(&pairs[i]), before = p;
    bool kept = edit(call, &p);
    changed |= !kept || !ax_str_eq(p.name, before.name) ||
               !ax_str_eq(p.modifier, before.modifier) ||
               !ax_str_eq(p.value, before.value);
    if (kept) out = join_param(call->arena, out, &p);
    if (!out.ptr) return AX_NOMEM;
  }
  if (changed) *query = out;
  return AX_OK;
}

ax_status ax_mutant_params(ax_mutant_call *call, ax_mutant_param_edit edit) {
  if (call->rq->query.len) AX_TRY(edit_params(call, edit, &call->rq->query));
  ax_str media =
      ax_proxy_message_get(&call->rq->fields, AX_STR("Content-Type"));
  if (ax_str_starts(media, AX_STR("application/x-www-form-urlencoded")))
    AX_TRY(edit_params(call, edit, &call->rq->body));
  return AX_OK;
}

static bool keep_unlisted(ax_mutant_call *call, ax_mutant_param *param) {
  return !ax_mutant_lists(call->mutant->a, param->name);
}

ax_status ax_mutant_drop_param(ax_mutant_call *call) {
  return ax_mutant_params(call, keep_unlisted);
}

/* --- ready-made ----------------------------------------------------------- */

ax_status ax_mutant_drop_sent_field(ax_mutant_call *call) {
  ax_proxy_message_drop(&call->rq->fields, ax_str_from(call->mutant->a));
  return AX_OK;
}

ax_status ax_mutant_set_sent_field(ax_mutant_call *call) {
  return ax_proxy_message_set(call->arena, &call->rq->fields,
                              ax_str_from(call->mutant->a),
                              ax_str_from(call->mutant->b));
}

ax_status ax_mutant_drop_field(ax_mutant_call *call) {
  ax_proxy_message_drop(&call->rs->fields, ax_str_from(call->mutant->a));
  return AX_OK;
}

ax_status ax_mutant_set_field(ax_mutant_call *call) {
  return ax_proxy_message_set(call->arena, &call->rs->fields,
                              ax_str_from(call->mutant->a),
                              ax_str_from(call->mutant->b));
}

static int number(const char *text) {
  uint64_t n = 0;
  return ax_str_uint64(ax_str_from(text), 999, &n) ? (int)n : 0;
}

ax_status ax_mutant_status(ax_mutant_call *call) {
  if (call->rs->status == number(call->mutant->a))
    call->rs->status = number(call->mutant->b);
  return AX_OK;
}

ax_status ax_mutant_drop_path(ax_mutant_call *call) {
  const ax_json *tree = ax_mutant_answer(call);
  if (!tree || call->rs->status >= 300) return AX_OK;
  return ax_mutant_put_answer(
      call, ax_tree_remove(call->arena, tree, call->mutant->a));
}

ax_status ax_mutant_set_path(ax_mutant_call *call) {
  const ax_json *tree = ax_mutant_answer(call);
  ax_json text = ax_json_edit_string(ax_str_from(call->mutant->b));
  if (!tree || call->rs->status >= 300) return AX_OK;
  return ax_mutant_put_answer(
      call, ax_tree_replace(call->arena, tree, call->mutant->a, text));
}

ax_status ax_mutant_json_path(ax_mutant_call *call) {
  const ax_json *tree = ax_mutant_answer(call);
  const ax_json *value = parse(call->arena, ax_str_from(call->mutant->b));
  if (!tree || !value || call->rs->status >= 300) return AX_OK;
  return ax_mutant_put_answer(
      call, ax_tree_set(call->arena, tree, call->mutant->a, *value));
}

bool ax_mutant_cut_version(void *ctx, ax_arena *arena, const ax_json *old,
                           ax_json *out) {
  (void)ctx, (void)arena;
  if (!old) return false;
  ax_str text = ax_json_text(old);
  size_t at = ax_str_find(text, AX_STR("/_history/"));
  if (at != AX_STR_NONE) text.len = at;
  *out = ax_json_edit_string(text);
  return true;
}

static bool add_one(void *ctx, ax_arena *arena, const ax_json *old,
                    ax_json *out) {
  uint64_t n = 0;
  (void)ctx;
  if (!old) return false;
  *out = *old;
  if (!ax_str_uint64(ax_json_text(old), UINT32_MAX, &n)) return true;
  ax_str digits = ax_arena_printf(arena, "%llu", (unsigned long long)n + 1);
  if (digits.ptr) *out = ax_tree_number(digits);
  return true;
}

ax_status ax_mutant_total_off(ax_mutant_call *call) {
  const ax_json *tree = ax_mutant_answer(call);
  if (!tree) return AX_OK;
  return ax_mutant_put_answer(
      call, ax_tree_edit(call->arena, tree, "total", add_one, NULL));
}

ax_status ax_mutant_total_of_page(ax_mutant_call *call) {
  const ax_json *tree = ax_mutant_answer(call);
  ax_str digits = ax_arena_printf(call->arena, "%zu",
                                  ax_json_count(AX_JSON_GET(tree, "entry")));
  if (!digits.ptr) return AX_NOMEM;
  if (!tree) return AX_OK;
  return ax_mutant_put_answer(call, ax_tree_replace(call->arena, tree, "total",
                                                    ax_tree_number(digits)));
}

ax_status ax_mutant_drop_body(ax_mutant_call *call) {
  call->rs->body = AX_STR("");
  ax_proxy_message_drop(&call->rs->fields, AX_STR("Content-Type"));
  return AX_OK;
}
