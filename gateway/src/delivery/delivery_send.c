#include "delivery/delivery_send.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/vec.h"
#include "delivery/delivery_refs.h"
#include "fhir/fhir_reference.h"
#include "json/json_parse.h"
#include "json/json_write.h"

enum { HEADERS_MAX = 24, BUNDLE_MAX = 64 << 20, WAIT_MAX_S = 3600 };

typedef struct {
  const ax_delivery_channel *channel;
  ax_arena *arena;
  const ax_outbox *row;
  ax_delivery_outcome *out;
  ax_stored stored;
  const ax_json *tree;
  ax_str body;   /* with references as the target shall have them */
  ax_map *along; /* "Type/id" of what is in the same transaction */

  ax_net_request rq;
  ax_net_header headers[HEADERS_MAX];
} sending;

static bool end(sending *s, ax_delivery_verdict verdict, const char *fmt, ...)
    AX_PRINTF(3, 4);

/* Settles the outcome; false, so that `return end(...)` reads well. */
static bool end(sending *s, ax_delivery_verdict verdict, const char *fmt, ...) {
  va_list args;
  s->out->verdict = verdict;
  va_start(args, fmt);
  (void)vsnprintf(s->out->note, sizeof s->out->note, fmt, args);
  va_end(args);
  return false;
}

static bool no_memory(sending *s) {
  return end(s, AX_DELIVERY_LATER, "there was no memory to send it");
}

static bool add_header(sending *s, ax_str name, ax_str value) {
  if (s->rq.header_count == HEADERS_MAX)
    return end(s, AX_DELIVERY_NEVER, "there are too many headers to send");
  s->headers[s->rq.header_count++] = (ax_net_header){ name, value };
  return true;
}

static bool set_url(sending *s, ax_str base, ax_str path) {
  while (base.len && base.ptr[base.len - 1] == '/') base.len--;
  s->rq.url = AX_JOIN(s->arena, base, path);
  return s->rq.url.ptr ? true : no_memory(s);
}

static ax_str path_of(const sending *s) {
  return AX_JOIN(s->arena, AX_STR("/"), s->row->type, AX_STR("/"), s->row->id);
}

/* --- what is sent ----------------------------------------------------------
 */

static bool read_version(sending *s, ax_str type, ax_str id, uint64_t version,
                         ax_stored *out) {
  ax_error err = { 0 };
  ax_status status =
      ax_store_read(s->channel->store, s->arena, type, id, version, out, &err);
  if (status == AX_NOT_FOUND)
    return end(s, AX_DELIVERY_NEVER, "it is not stored any more");
  if (status)
    return end(s, AX_DELIVERY_LATER, "it cannot be read: %s",
               err.text[0] ? err.text : ax_error_name(status));
  return true;
}

static bool read_result(sending *s) {
  ax_json_fault fault;
  if (!read_version(s, s->row->type, s->row->id, s->row->version, &s->stored))
    return false;
  if (s->stored.deleted || s->stored.body.len == 0)
    return end(s, AX_DELIVERY_NEVER, "it was deleted");
  if (ax_json_parse(s->arena, s->stored.body, &s->tree, &fault))
    return no_memory(s);
  return true;
}

static ax_status write_settled(sending *s, const ax_json *tree, ax_str *out) {
  ax_buf text = AX_BUF_INIT(BUNDLE_MAX);
  AX_TRY(ax_delivery_refs_settle(s->arena, tree, ax_str_from(s->channel->base),
                                 s->along, &tree));
  ax_json_writer w = ax_json_write_begin(&text);
  ax_json_write_tree(&w, tree);
  ax_status status = ax_json_write_end(&w);
  *out = ax_arena_str(s->arena, ax_buf_view(&text));
  ax_buf_free(&text);
  return status ? status : out->ptr ? AX_OK : AX_NOMEM;
}

/* The stored body with its references settled. */
static ax_status settle_body(sending *s, ax_str stored, ax_str *out) {
  ax_json_fault fault;
  const ax_json *tree = NULL;
  *out = stored;
  if (!s->channel->base) return AX_OK;
  AX_TRY(ax_json_parse(s->arena, stored, &tree, &fault));
  return write_settled(s, tree, out);
}

static bool settle_result(sending *s) {
  ax_status status = settle_body(s, s->stored.body, &s->body);
  return status ? no_memory(s) : true;
}

static bool set_put(sending *s, ax_str base) {
  ax_str path = path_of(s);
  if (!settle_result(s)) return false;
  s->rq.method = AX_NET_PUT;
  s->rq.body = s->body;
  return path.ptr ? set_url(s, base, path) : no_memory(s);
}

static bool set_post(sending *s, ax_str base) {
  const ax_json *identifier =
      ax_json_item(AX_JSON_GET(s->tree, "identifier"), 0);
  ax_str system =
      ax_net_client_escape(s->arena, AX_JSON_STR(identifier, "system"));
  ax_str value =
      ax_net_client_escape(s->arena, AX_JSON_STR(identifier, "value"));
  ax_str path = AX_JOIN(s->arena, AX_STR("/"), s->row->type);
  ax_str condition =
      AX_JOIN(s->arena, AX_STR("identifier="), system, AX_STR("%7C"), value);
  if (!system.ptr || !value.ptr || !path.ptr || !condition.ptr)
    return no_memory(s);
  if (!value.len)
    return end(s, AX_DELIVERY_NEVER,
               "it has no identifier, so it cannot be posted once only");
  if (!settle_result(s)) return false;
  s->rq.method = AX_NET_POST;
  s->rq.body = s->body;
  return add_header(s, AX_STR("If-None-Exist"), condition) &&
         set_url(s, base, path);
}

/* --- a transaction with the inputs -----------------------------------------
 */

static void write_entry(ax_json_writer *w, ax_str url, ax_str body) {
  ax_json_write_object(w);
  ax_json_write_key(w, AX_STR("resource"));
  ax_json_write_raw(w, body);
  ax_json_write_key(w, AX_STR("request"));
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("method"), AX_STR("PUT"));
  ax_json_write_member(w, AX_STR("url"), url);
  ax_json_write_close(w);
  ax_json_write_close(w);
}

typedef struct {
  ax_str url, body;
} entry;

typedef struct {
  AX_VEC(entry) list;
} entries;

/* An input in the version that was read; one that is ours no more is left out:
 * the result says what it rested on all the same. */
static ax_status add_input(sending *s, entries *all, ax_str reference) {
  ax_stored input;
  uint64_t version = 0;
  ax_reference ref = ax_fhir_reference_parse(reference);
  if (ref.kind != AX_REF_RELATIVE) return AX_OK;
  (void)ax_str_uint64(ref.version, UINT32_MAX, &version);
  ax_str url = AX_JOIN(s->arena, ref.type, AX_STR("/"), ref.id);
  if (!url.ptr) return AX_NOMEM;
  if (ax_map_get(s->along, url) ||
      ax_store_read(s->channel->store, s->arena, ref.type, ref.id, version,
                    &input, NULL) != AX_OK ||
      input.deleted || !input.body.len)
    return AX_OK;
  entry *one = AX_VEC_PUSH(&all->list, s->arena);
  if (!one) return AX_NOMEM;
  *one = (entry){ url, input.body };
  return ax_map_put(s->along, url, one);
}

/* Which travel along has to be known before the first is written. */
static ax_status collect(sending *s, entries *all) {
  const ax_json *basis = AX_JSON_GET(s->tree, "basis");
  const ax_json *subject = AX_JSON_GET(s->tree, "subject");
  s->along = ax_map_new(s->arena);
  if (!s->along) return AX_NOMEM;
  AX_TRY(add_input(s, all, AX_JSON_STR(subject, "reference")));
  for (size_t i = 0; i < ax_json_count(basis); i++)
    AX_TRY(add_input(s, all, AX_JSON_STR(ax_json_item(basis, i), "reference")));
  return AX_OK;
}

static ax_status write_bundle(sending *s, ax_buf *text, ax_str url) {
  entries all = { { 0 } };
  ax_str body;
  AX_TRY(collect(s, &all));
  ax_json_writer w = ax_json_write_begin(text);
  ax_json_write_object(&w);
  ax_json_write_member(&w, AX_STR("resourceType"), AX_STR("Bundle"));
  ax_json_write_member(&w, AX_STR("type"), AX_STR("transaction"));
  ax_json_write_key(&w, AX_STR("entry"));
  ax_json_write_array(&w);
  for (size_t i = 0; i < all.list.count; i++) {
    AX_TRY(settle_body(s, all.list.items[i].body, &body));
    write_entry(&w, all.list.items[i].url, body);
  }
  AX_TRY(settle_body(s, s->stored.body, &body));
  write_entry(&w, url, body);
  ax_json_write_close(&w);
  ax_json_write_close(&w);
  return ax_json_write_end(&w);
}

static bool set_bundle(sending *s, ax_str base) {
  ax_str url = AX_JOIN(s->arena, s->row->type, AX_STR("/"), s->row->id);
  ax_buf text = AX_BUF_INIT(BUNDLE_MAX);
  if (!url.ptr) return no_memory(s);
  ax_status status = write_bundle(s, &text, url);
  s->rq.method = AX_NET_POST;
  s->rq.body = ax_arena_str(s->arena, ax_buf_view(&text));
  ax_buf_free(&text);
  if (status || !s->rq.body.ptr) return no_memory(s);
  return set_url(s, base, AX_STR(""));
}

/* --- targets ---------------------------------------------------------------
 */

static bool add_token(sending *s) {
  ax_error err = { 0 };
  if (!s->channel->token) return true;
  ax_status status =
      ax_delivery_token_get(s->channel->token, s->arena, &s->rq.bearer, &err);
  if (!status) return true;
  return end(s, AX_DELIVERY_DOWN, "no token: %s",
             err.text[0] ? err.text : ax_error_name(status));
}

static bool prepare_target(sending *s) {
  const ax_delivery_target *target = s->channel->target;
  ax_str base = ax_str_from(target->base);
  if (!read_result(s)) return false;
  if (!add_header(s, AX_STR("Content-Type"), AX_STR("application/fhir+json")) ||
      !add_header(s, AX_STR("Accept"), AX_STR("application/fhir+json")) ||
      !add_header(s, AX_STR("Prefer"), AX_STR("return=minimal")))
    return false;
  bool set = false;
  switch (target->way) {
  case AX_DELIVERY_PUT:
    set = set_put(s, base);
    break;
  case AX_DELIVERY_POST:
    set = set_post(s, base);
    break;
  case AX_DELIVERY_BUNDLE:
    set = set_bundle(s, base);
    break;
  }
  return set && add_token(s);
}

/* --- Subscriptions ---------------------------------------------------------
 */

static bool is_json(ax_str type) {
  type = ax_str_trim(ax_str_cut(&type, ';'));
  return ax_str_eq_nocase(type, AX_STR("application/fhir+json")) ||
         ax_str_eq_nocase(type, AX_STR("application/json"));
}

static bool add_channel_headers(sending *s, const ax_json *channel) {
  const ax_json *headers = AX_JSON_GET(channel, "header");
  for (size_t i = 0; i < ax_json_count(headers); i++) {
    ax_str value = ax_json_text(ax_json_item(headers, i));
    ax_str name = ax_str_trim(ax_str_cut(&value, ':'));
    if (!add_header(s, name, ax_str_trim(value))) return false;
  }
  return true;
}

static bool is_on(const ax_json *subscription) {
  ax_str status = AX_JSON_STR(subscription, "status");
  return ax_str_eq(status, AX_STR("active")) ||
         ax_str_eq(status, AX_STR("requested"));
}

static bool prepare_subscription(sending *s) {
  ax_stored stored;
  const ax_json *tree = NULL;
  ax_json_fault fault;
  ax_str id = s->row->target;
  (void)ax_str_cut(&id, '/');
  if (!read_version(s, AX_STR("Subscription"), id, AX_VERSION_ANY, &stored))
    return false;
  if (stored.deleted || ax_json_parse(s->arena, stored.body, &tree, &fault) ||
      !is_on(tree))
    return end(s, AX_DELIVERY_NEVER, "the Subscription is off");
  const ax_json *channel = AX_JSON_GET(tree, "channel");
  ax_str endpoint = AX_JSON_STR(channel, "endpoint");
  ax_str payload = AX_JSON_STR(channel, "payload");
  if (!add_channel_headers(s, channel)) return false;
  s->rq.method = AX_NET_POST;
  if (!payload.len) return set_url(s, endpoint, AX_STR(""));
  if (!is_json(payload))
    return end(s, AX_DELIVERY_NEVER,
               "the Subscription wants a payload that is not JSON");
  return read_result(s) && add_header(s, AX_STR("Content-Type"), payload) &&
         set_put(s, endpoint);
}

/* --- what came of it -------------------------------------------------------
 */

static const struct {
  int status;
  ax_delivery_verdict verdict;
} verdicts[] = {
  { 401, AX_DELIVERY_DOWN },  { 403, AX_DELIVERY_DOWN },
  { 408, AX_DELIVERY_LATER }, { 409, AX_DELIVERY_LATER },
  { 423, AX_DELIVERY_LATER }, { 425, AX_DELIVERY_LATER },
  { 429, AX_DELIVERY_DOWN },
};

static ax_delivery_verdict verdict_of(int status) {
  if (status >= 200 && status < 300) return AX_DELIVERY_DONE;
  for (size_t i = 0; i < AX_COUNT(verdicts); i++)
    if (verdicts[i].status == status) return verdicts[i].verdict;
  return status >= 500 ? AX_DELIVERY_DOWN : AX_DELIVERY_NEVER;
}

static void judge(sending *s, const ax_net_response *rs) {
  uint64_t seconds = 0;
  (void)end(s, verdict_of(rs->status), "answered %d", rs->status);
  if (rs->status == 401 && s->channel->token)
    ax_delivery_token_drop(s->channel->token);
  if (ax_str_uint64(ax_net_client_header(rs, AX_STR("Retry-After")), UINT64_MAX,
                    &seconds))
    s->out->wait_ms =
        (int64_t)(seconds < WAIT_MAX_S ? seconds : WAIT_MAX_S) * 1000;
}

static void judge_failure(sending *s, ax_status status, const ax_error *err) {
  bool down = status == AX_TIMEOUT || status == AX_UNAVAILABLE ||
              status == AX_IO; /* certificates or keys: of every row */
  bool never = status == AX_DENIED || status == AX_INVALID;
  (void)end(s,
            down    ? AX_DELIVERY_DOWN
            : never ? AX_DELIVERY_NEVER
                    : AX_DELIVERY_LATER,
            "%s", err->text[0] ? err->text : ax_error_name(status));
}

void ax_delivery_send(const ax_delivery_channel *channel, ax_arena *arena,
                      const ax_outbox *row, ax_delivery_outcome *out) {
  sending s = { .channel = channel, .arena = arena, .row = row, .out = out };
  ax_net_response rs;
  ax_error err = { 0 };
  *out = (ax_delivery_outcome){ 0 };
  s.rq.headers = s.headers;
  if (channel->target ? !prepare_target(&s) : !prepare_subscription(&s)) return;
  ax_status status =
      ax_net_client_send(channel->client, &s.rq, arena, &rs, &err);
  if (status)
    judge_failure(&s, status, &err);
  else
    judge(&s, &rs);
}
