/* Which requests are to be done once: those with an Idempotency-Key
 * (draft-ietf-httpapi-idempotency-key-header) and, where the configuration
 * says so, equal bodies of one sender within a window. */
#include "api/api.h"
#include "base/clock.h"
#include "base/sha256.h"

enum { KEY_MAX = 255, SENDER_MAX = 200 };

ax_str ax_api_once_sender(const ax_api_call *call) {
  ax_str sender = AX_STR("");
  const char *header = call->api->sender_header;
  if (header && *header)
    sender = ax_http_get_header(call->rq, ax_str_from(header));
  if (sender.len > SENDER_MAX) sender.len = SENDER_MAX;
  return sender.len ? sender : call->rq->remote;
}

/* Everything that decides what a request does, each part with its length so
 * that two lists of parts never read the same. */
static ax_status digest_of(const ax_api_call *call, ax_str *out) {
  static const char *const conditions[] = { "If-None-Exist", "If-Match",
                                            "If-None-Match" };
  const ax_http_request *rq = call->rq;
  unsigned char body[AX_SHA256_BYTES];
  ax_buf text = AX_BUF_INIT(1 << 20);
  char *digest = AX_NEW_ARRAY(rq->arena, char, AX_SHA256_BYTES);
  if (!digest) return AX_NOMEM;
  ax_sha256(rq->body, body);
  ax_buf_append(&text, (ax_str){ (const char *)body, sizeof body });
  ax_str parts[] = { rq->method_name, rq->path, rq->query };
  for (size_t i = 0; i < AX_COUNT(parts); i++)
    ax_buf_printf(&text, "%zu:" AX_STR_FMT, parts[i].len, AX_STR_ARG(parts[i]));
  for (size_t i = 0; i < AX_COUNT(conditions); i++) {
    ax_str value = ax_http_get_header(rq, ax_str_from(conditions[i]));
    ax_buf_printf(&text, "%zu:" AX_STR_FMT, value.len, AX_STR_ARG(value));
  }
  ax_sha256(ax_buf_view(&text), (unsigned char *)digest);
  ax_status status = text.status;
  ax_buf_free(&text);
  *out = (ax_str){ digest, AX_SHA256_BYTES };
  return status;
}

static bool usable(ax_str key) {
  for (size_t i = 0; i < key.len; i++)
    if (key.ptr[i] < '!' || key.ptr[i] > '~') return false;
  return key.len > 0 && key.len <= KEY_MAX;
}

/* The header is a string of RFC 8941: quoted. Most senders leave the quotes
 * out; both spellings are the same key. */
static ax_str unquoted(ax_str key) {
  if (key.len > 1 && key.ptr[0] == '"' && key.ptr[key.len - 1] == '"')
    return (ax_str){ key.ptr + 1, key.len - 2 };
  return key;
}

static bool header_key(ax_api_call *call, ax_str *name) {
  size_t found = 0;
  ax_str key = AX_STR("");
  for (size_t i = 0; i < call->rq->header_count; i++) {
    if (!ax_http_equal(call->rq->headers[i].name, AX_STR("Idempotency-Key")))
      continue;
    key = unquoted(ax_http_trim(call->rq->headers[i].value));
    found++;
  }
  *name = AX_STR("");
  if (!found) return true;
  if (found > 1 || !usable(key)) {
    ax_api_error_refuse(call, 400, AX_ISSUE_VALUE,
                        "Idempotency-Key must be given once, with 1 to %d "
                        "visible ASCII characters (\"%.*s\"%s)",
                        KEY_MAX, (int)(key.len < 60 ? key.len : 60), key.ptr,
                        found > 1 ? ", given more than once" : "");
    return false;
  }
  *name = AX_JOIN(call->rq->arena, AX_STR("key "), key);
  if (name->ptr) return true;
  ax_api_error(call, AX_NOMEM, NULL);
  return false;
}

static ax_str body_key(const ax_api_call *call, ax_str digest) {
  char hex[AX_SHA256_HEX + 1];
  ax_sha256_hex(digest, hex);
  return AX_JOIN(call->rq->arena, AX_STR("body "), ax_str_from(hex));
}

bool ax_api_once(ax_api_call *call, ax_intake_request *rq) {
  ax_str name;
  const ax_api *api = call->api;
  if (!header_key(call, &name)) return false;
  bool named = name.len > 0;
  if (named) rq->message = ax_str_skip(name, 4);
  if (!named && api->same_body_ms == 0) return true;
  ax_once_key *key = AX_NEW(call->rq->arena, ax_once_key);
  ax_status status = key ? digest_of(call, &key->digest) : AX_NOMEM;
  if (!status && !named) name = body_key(call, key->digest);
  if (status || !name.ptr) {
    ax_api_error(call, AX_NOMEM, NULL);
    return false;
  }
  key->sender = rq->caller;
  key->name = name;
  key->now_ms = ax_clock_wall_ms();
  rq->once = key;
  rq->once_until_ms =
      key->now_ms + (named ? api->key_keep_ms : api->same_body_ms);
  return true;
}
