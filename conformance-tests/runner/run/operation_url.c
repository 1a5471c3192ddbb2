#include "run/operation_url.h"

#include "base/buf.h"
#include "run/source.h"
#include "run/variable.h"

enum { URL_MAX = 1 << 20 };

/* --- encoding ------------------------------------------------------------- */

static bool is_hex(char c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* RFC 3986: unreserved, gen-delims and sub-delims; '%' before two digits. */
static bool may_stay(ax_str url, size_t i) {
  static const char reserved[] = "-._~:/?#[]@!$&'()*+,;=";
  char c = url.ptr[i];
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
      (c >= '0' && c <= '9'))
    return true;
  if (c == '%')
    return i + 2 < url.len && is_hex(url.ptr[i + 1]) && is_hex(url.ptr[i + 2]);
  return c && strchr(reserved, c);
}

ax_status ax_operation_url_encode(ax_arena *arena, ax_str url, bool all,
                                  ax_str *out) {
  static const char hex[] = "0123456789ABCDEF";
  ax_buf buf = AX_BUF_INIT((size_t)URL_MAX * 3);
  bool in_query = false;
  for (size_t i = 0; i < url.len; i++) {
    unsigned char c = (unsigned char)url.ptr[i];
    in_query |= c == '?';
    if (may_stay(url, i) && !(all && in_query && c == '+')) {
      ax_buf_append_char(&buf, (char)c);
      continue;
    }
    ax_buf_append_char(&buf, '%');
    ax_buf_append_char(&buf, hex[c >> 4]);
    ax_buf_append_char(&buf, hex[c & 15]);
  }
  ax_status status = buf.status;
  if (!status) *out = ax_arena_str(arena, ax_buf_view(&buf));
  if (!status && !out->ptr) status = AX_NOMEM;
  ax_buf_free(&buf);
  return status;
}

/* --- the parts ------------------------------------------------------------ */

static ax_status lacks(const ax_operation_url *o, const char *what,
                       ax_error *err) {
  return ax_error_set(err, AX_INVALID, "the operation '" AX_STR_FMT "' %s",
                      AX_STR_ARG(o->code.code), what);
}

/* The type an operation is about: what it says, else that of its body. */
static ax_status type_of(ax_state *s, const ax_operation_url *o, ax_str *out,
                         ax_error *err) {
  AX_TRY(ax_variable_fill(s, AX_JSON_STR(o->json, "resource"), out, err));
  if (!out->len) *out = AX_JSON_STR(o->body, "resourceType");
  return AX_OK;
}

static ax_status join(ax_state *s, ax_str *out, const ax_str *parts,
                      size_t count) {
  *out = ax_arena_join(s->arena, parts, count);
  return out->ptr ? AX_OK : AX_NOMEM;
}
#define JOIN(s, out, ...)                           \
  join((s), (out), (const ax_str[]){ __VA_ARGS__ }, \
       sizeof((const ax_str[]){ __VA_ARGS__ }) / sizeof(ax_str))

/* "$name" behind the path, unless the params bring it along. */
static ax_status with_name(ax_state *s, const ax_operation_url *o, ax_str path,
                           ax_str params, ax_str *out) {
  bool has =
      !o->code.name.len || ax_str_find(params, AX_STR("$")) != AX_STR_NONE;
  *out = path;
  return has ? AX_OK : JOIN(s, out, path, AX_STR("/"), o->code.name);
}

/* [base]/[type] and the params, which are a path, a query or both. A path is
 * before the operation's name, a query behind it. */
static ax_status from_params(ax_state *s, const ax_operation_url *o,
                             ax_str params, ax_str *out, ax_error *err) {
  ax_str type, path, tail;
  AX_TRY(type_of(s, o, &type, err));
  bool system = o->code.place == AX_OPERATION_ON_SYSTEM || !type.len;
  size_t query = ax_str_find(params, AX_STR("?"));
  if (query == AX_STR_NONE) query = params.len;
  ax_str way = { params.ptr, query };
  tail = ax_str_skip(params, query);
  bool bare =
      query == params.len && ax_str_find(way, AX_STR("=")) != AX_STR_NONE;
  if (bare) {
    /* "name=x" without its question mark */
    AX_TRY(JOIN(s, &tail, AX_STR("?"), way));
    way = AX_STR("");
  }
  bool slash = way.len && way.ptr[0] != '/';
  if (system)
    AX_TRY(JOIN(s, &path, o->base, slash ? AX_STR("/") : AX_STR(""), way));
  else
    AX_TRY(JOIN(s, &path, o->base, AX_STR("/"), type,
                slash ? AX_STR("/") : AX_STR(""), way));
  if (o->code.place == AX_OPERATION_ON_METADATA && !way.len)
    AX_TRY(JOIN(s, &path, o->base, AX_STR("/metadata")));
  if (o->code.place == AX_OPERATION_ON_HISTORY &&
      ax_str_find(params, AX_STR("_history")) == AX_STR_NONE)
    AX_TRY(JOIN(s, &path, path, AX_STR("/_history")));
  AX_TRY(with_name(s, o, path, way, &path));
  return JOIN(s, out, path, tail);
}

/* --- without url and params ----------------------------------------------- */

/* "Type/id" of targetId; of an update without one, of its body. */
static ax_status target_of(ax_state *s, ax_operation_url *o, ax_str *out,
                           ax_str *version, ax_error *err) {
  ax_str id;
  *out = AX_STR("");
  *version = AX_STR("");
  AX_TRY(ax_variable_fill(s, AX_JSON_STR(o->json, "targetId"), &id, err));
  if (id.len) {
    AX_TRY(ax_source_target(s, id, out, version, err));
    size_t slash = ax_str_find(*out, AX_STR("/"));
    o->target_id = ax_str_skip(*out, slash == AX_STR_NONE ? 0 : slash + 1);
    return AX_OK;
  }
  ax_str type = AX_JSON_STR(o->body, "resourceType");
  ax_str own = AX_JSON_STR(o->body, "id");
  if (o->code.place != AX_OPERATION_ON_INSTANCE || !own.len) return AX_OK;
  return JOIN(s, out, type, AX_STR("/"), own);
}

static ax_status on_instance(ax_state *s, const ax_operation_url *o,
                             ax_str target, ax_str version, ax_str *out,
                             ax_error *err) {
  ax_str type;
  if (target.len && o->code.place == AX_OPERATION_ON_VERSION) {
    if (!version.len)
      return lacks(o, "has a target of which no version is known", err);
    return JOIN(s, out, o->base, AX_STR("/"), target, AX_STR("/_history/"),
                version);
  }
  if (target.len) return JOIN(s, out, o->base, AX_STR("/"), target);
  AX_TRY(type_of(s, o, &type, err));
  if (!type.len || o->code.place == AX_OPERATION_ON_VERSION)
    return lacks(o, "names no url, no params and no targetId", err);
  /* Its conditional form without criteria: servers must refuse it. */
  return JOIN(s, out, o->base, AX_STR("/"), type);
}

static ax_status on_widest(ax_state *s, const ax_operation_url *o,
                           ax_str target, ax_str *out, ax_error *err) {
  ax_str type, path = o->base, params = AX_STR("");
  /* A body of parameters is about nothing; neither is one that is validated
   * at the address of another type. */
  AX_TRY(ax_variable_fill(s, AX_JSON_STR(o->json, "resource"), &type, err));
  if (target.len)
    AX_TRY(JOIN(s, &path, o->base, AX_STR("/"), target));
  else if (type.len)
    AX_TRY(JOIN(s, &path, o->base, AX_STR("/"), type));
  if (o->code.place == AX_OPERATION_ON_HISTORY)
    return JOIN(s, out, path, AX_STR("/_history"));
  return with_name(s, o, path, params, out);
}

static ax_status from_target(ax_state *s, ax_operation_url *o, ax_str *out,
                             ax_error *err) {
  ax_str target, version, type;
  AX_TRY(target_of(s, o, &target, &version, err));
  switch (o->code.place) {
  case AX_OPERATION_ON_SYSTEM:
    *out = o->base;
    return AX_OK;
  case AX_OPERATION_ON_METADATA:
    return JOIN(s, out, o->base, AX_STR("/metadata"));
  case AX_OPERATION_ON_TYPE:
    AX_TRY(type_of(s, o, &type, err));
    if (!type.len) return lacks(o, "names no type of resource", err);
    return JOIN(s, out, o->base, AX_STR("/"), type);
  case AX_OPERATION_ON_INSTANCE:
  case AX_OPERATION_ON_VERSION:
    return on_instance(s, o, target, version, out, err);
  case AX_OPERATION_ON_HISTORY:
  case AX_OPERATION_ON_WIDEST:
    break;
  }
  return on_widest(s, o, target, out, err);
}

/* --- url ------------------------------------------------------------------ */

static bool is_absolute(ax_str url) {
  return ax_str_starts(url, AX_STR("http://")) ||
         ax_str_starts(url, AX_STR("https://"));
}

/* An address of the machine of the script's author. */
static bool is_loopback(ax_str url) {
  ax_str host = ax_str_skip(url, ax_str_find(url, AX_STR("://")) + 3);
  return ax_str_starts(host, AX_STR("localhost:")) ||
         ax_str_starts(host, AX_STR("localhost/")) ||
         ax_str_starts(host, AX_STR("127.0.0.1"));
}

/* Where the FHIR part of a path begins: a type, an operation, metadata. */
static ax_str fhir_part(ax_state *s, ax_str url) {
  ax_str rest = ax_str_skip(url, ax_str_find(url, AX_STR("://")) + 3);
  (void)ax_str_cut(&rest, '/');
  while (rest.len) {
    ax_str from = rest, segment = ax_str_cut(&rest, '/');
    size_t query = ax_str_find(segment, AX_STR("?"));
    if (query != AX_STR_NONE) segment.len = query;
    if (ax_str_starts(segment, AX_STR("$")) ||
        ax_str_eq(segment, AX_STR("metadata")) ||
        ax_registry_is_resource(s->options->registry, segment))
      return from;
  }
  return AX_STR("");
}

static ax_status of_author(ax_state *s, const ax_operation_url *o, ax_str url,
                           ax_str *out) {
  ax_str part = fhir_part(s, url);
  ax_str note = ax_arena_printf(
      s->arena,
      "asks " AX_STR_FMT ", an address of its author's machine; the target was "
      "asked instead",
      AX_STR_ARG(url));
  if (!note.ptr) return AX_NOMEM;
  AX_TRY(ax_state_note(s, o->action->place, note));
  if (!part.len) {
    *out = o->base;
    return AX_OK;
  }
  return JOIN(s, out, o->base, AX_STR("/"), part);
}

static ax_status from_url(ax_state *s, const ax_operation_url *o, ax_str url,
                          ax_str *out) {
  if (!is_absolute(url)) {
    bool slash = !url.len || (url.ptr[0] != '/' && url.ptr[0] != '?');
    return JOIN(s, out, o->base, slash ? AX_STR("/") : AX_STR(""), url);
  }
  ax_net_client *client = s->options->target.client;
  if (is_loopback(url) && ax_net_client_allows(client, url, NULL))
    return of_author(s, o, url, out);
  *out = url;
  return AX_OK;
}

ax_status ax_operation_url_make(ax_state *s, ax_operation_url *operation,
                                ax_str *out, ax_error *err) {
  const ax_json *json = operation->json;
  const ax_json *encode = AX_JSON_GET(json, "encodeRequestUrl");
  bool all = ax_json_is(encode, AX_JSON_BOOL) && encode->truth;
  ax_str url, params, made;
  operation->target_id = AX_STR("");
  AX_TRY(ax_variable_fill_url(s, AX_JSON_STR(json, "url"), &url, err));
  AX_TRY(ax_variable_fill_url(s, AX_JSON_STR(json, "params"), &params, err));
  if (url.len)
    AX_TRY(from_url(s, operation, url, &made));
  else if (params.len)
    AX_TRY(from_params(s, operation, params, &made, err));
  else
    AX_TRY(from_target(s, operation, &made, err));
  if (made.len > URL_MAX)
    return ax_error_set(err, AX_TOO_LARGE, "the URL is longer than %d bytes",
                        URL_MAX);
  return ax_operation_url_encode(s->arena, made, all, out);
}
