#include "delivery/delivery_config.h"

#include <stdio.h>

#include "base/file.h"
#include "json/json_parse.h"

enum { FILE_MAX = 1 << 20, PLACE = 120, AGE_MAX_H = 366 * 24 };

static const int64_t hour_ms = 3600000;

typedef struct { /* where we are, for sentences */
  ax_arena *arena;
  ax_str source;
  const ax_json *object;
  char place[PLACE];
  ax_error *err;
} reading;

static reading enter(const reading *r, const ax_json *object,
                     const char *name) {
  reading in = *r;
  in.object = object;
  (void)snprintf(in.place, sizeof in.place, "%.60s%s%.30s", r->place,
                 r->place[0] ? "." : "", name);
  return in;
}

static unsigned line_of(const reading *r, uint32_t at) {
  return ax_json_place_of(r->source, at).line;
}

/* Of the member, or of the object when it has none of that name. */
static unsigned member_line(const reading *r, const char *name) {
  const ax_json *value = ax_json_get(r->object, ax_str_from(name));
  return line_of(r, value ? value->at : r->object->at);
}

static ax_status wrong(const reading *r, const char *name, const char *rule) {
  return ax_error_set(r->err, AX_INVALID, "line %u, %s%s%s: %s",
                      member_line(r, name), r->place,
                      r->place[0] && name[0] ? "." : "", name, rule);
}

/* `known` ends with NULL. */
static ax_status only_known(const reading *r, const char *const *known) {
  if (!ax_json_is(r->object, AX_JSON_OBJECT))
    return wrong(r, "", "an object is expected here");
  for (size_t i = 0; i < ax_json_count(r->object); i++) {
    const ax_json_member *member = &r->object->u.members[i];
    bool found = false;
    for (size_t k = 0; known[k]; k++)
      found |= ax_str_eq(member->key, ax_str_from(known[k]));
    if (!found)
      return ax_error_set(
          r->err, AX_INVALID,
          "line %u, %s has a member \"%.*s\", which is not "
          "known",
          line_of(r, member->at), r->place[0] ? r->place : "the file",
          (int)(member->key.len < 40 ? member->key.len : 40), member->key.ptr);
  }
  return AX_OK;
}

/* A text; NULL when it is not there. */
static ax_status text(const reading *r, const char *name, const char **out) {
  const ax_json *value = ax_json_get(r->object, ax_str_from(name));
  *out = NULL;
  if (!value) return AX_OK;
  if (!ax_json_is(value, AX_JSON_STRING) || ax_json_text(value).len == 0)
    return wrong(r, name, "a text is expected here");
  *out = ax_arena_cstr(r->arena, ax_json_text(value));
  return *out ? AX_OK : AX_NOMEM;
}

static ax_status needed(const reading *r, const char *name, const char **out) {
  AX_TRY(text(r, name, out));
  return *out ? AX_OK : wrong(r, name, "this must be given");
}

static ax_status number(const reading *r, const char *name, uint64_t standard,
                        uint64_t max, uint64_t *out) {
  const ax_json *value = ax_json_get(r->object, ax_str_from(name));
  *out = standard;
  if (!value) return AX_OK;
  if (ax_json_is(value, AX_JSON_NUMBER) &&
      ax_str_uint64(ax_json_text(value), max, out) && *out > 0)
    return AX_OK;
  return wrong(r, name, "a whole number above 0 is expected here");
}

static ax_status texts(const reading *r, const char *name, const ax_str **out,
                       size_t *count) {
  const ax_json *value = ax_json_get(r->object, ax_str_from(name));
  *count = ax_json_count(value);
  *out = NULL;
  if (!value) return AX_OK;
  if (!ax_json_is(value, AX_JSON_ARRAY) || *count == 0)
    return wrong(r, name, "a list of texts is expected here");
  ax_str *list = AX_NEW_ARRAY(r->arena, ax_str, *count);
  if (!list) return AX_NOMEM;
  for (size_t i = 0; i < *count; i++) {
    list[i] = ax_arena_str(r->arena, ax_json_text(ax_json_item(value, i)));
    if (!list[i].ptr) return AX_NOMEM;
    if (!list[i].len) return wrong(r, name, "a list of texts is expected here");
  }
  *out = list;
  return AX_OK;
}

/* One of `words` (NULL-terminated); the first is the standard. */
static ax_status choice(const reading *r, const char *name,
                        const char *const *words, size_t *out) {
  const char *value = NULL;
  *out = 0;
  AX_TRY(text(r, name, &value));
  if (!value) return AX_OK;
  for (size_t i = 0; words[i]; i++)
    if (ax_str_eq(ax_str_from(value), ax_str_from(words[i]))) {
      *out = i;
      return AX_OK;
    }
  return wrong(r, name, "this word is not known here");
}

/* --- targets ---------------------------------------------------------------
 */

static ax_status read_token(const reading *at, const ax_json *object,
                            const ax_delivery_token_options **out) {
  static const char *const known[] = { "url",       "client_id", "key", "kid",
                                       "algorithm", "scope",     NULL };
  *out = NULL;
  if (!object) return AX_OK;
  reading r = enter(at, object, "token");
  AX_TRY(only_known(&r, known));
  ax_delivery_token_options *token = AX_NEW(r.arena, ax_delivery_token_options);
  if (!token) return AX_NOMEM;
  static const char *const algorithms[] = { "RS384", "ES384", NULL };
  size_t algorithm = 0;
  AX_TRY(needed(&r, "url", &token->url));
  AX_TRY(needed(&r, "client_id", &token->client_id));
  AX_TRY(needed(&r, "key", &token->key));
  AX_TRY(text(&r, "kid", &token->kid));
  AX_TRY(text(&r, "scope", &token->scope));
  AX_TRY(choice(&r, "algorithm", algorithms, &algorithm));
  token->algorithm = algorithms[algorithm];
  *out = token;
  return AX_OK;
}

/* Of references. */
static const char *const forms[] = { "absolute", "relative", NULL };

static bool is_url(const char *text_) {
  ax_str url = ax_str_from(text_);
  return ax_str_starts(url, AX_STR("http://")) ||
         ax_str_starts(url, AX_STR("https://"));
}

static ax_status read_tls(const reading *r, ax_delivery_tls *out) {
  AX_TRY(text(r, "ca", &out->ca));
  AX_TRY(text(r, "certificate", &out->certificate));
  return text(r, "key", &out->key);
}

static ax_status read_target(const reading *r, ax_delivery_target *out) {
  static const char *const known[] = { "name",        "base",       "way",
                                       "models",      "levels",     "group",
                                       "when",        "token",      "timeout_s",
                                       "max_age_h",   "references", "ca",
                                       "certificate", "key",        NULL };
  static const char *const ways[] = { "put", "post", "bundle", NULL };
  static const char *const whens[] = { "changed", "every", NULL };
  size_t way = 0, when = 0, form = 0;
  uint64_t timeout = 0, age = 0;
  AX_TRY(only_known(r, known));
  AX_TRY(needed(r, "name", &out->name));
  AX_TRY(needed(r, "base", &out->base));
  if (!is_url(out->base)) return wrong(r, "base", "an http(s) URL is expected");
  if (ax_str_find(ax_str_from(out->name), AX_STR("/")) != AX_STR_NONE)
    return wrong(r, "name", "a name has no slash");
  AX_TRY(choice(r, "way", ways, &way));
  AX_TRY(choice(r, "when", whens, &when));
  AX_TRY(choice(r, "references", forms, &form));
  AX_TRY(texts(r, "models", &out->models, &out->model_count));
  AX_TRY(texts(r, "levels", &out->levels, &out->level_count));
  AX_TRY(text(r, "group", &out->group));
  AX_TRY(number(r, "timeout_s", 10, 600, &timeout));
  AX_TRY(number(r, "max_age_h", 72, AGE_MAX_H, &age));
  AX_TRY(read_tls(r, &out->tls));
  out->way = (ax_delivery_way)way;
  out->every = when == 1;
  out->relative = form == 1;
  out->timeout_ms = (unsigned)timeout * 1000;
  out->max_age_ms = (int64_t)age * hour_ms;
  return read_token(r, AX_JSON_GET(r->object, "token"), &out->token);
}

static ax_status read_targets(const reading *r, ax_delivery_config *out) {
  const ax_json *list = AX_JSON_GET(r->object, "targets");
  size_t count = ax_json_count(list);
  if (!list) return AX_OK;
  if (!ax_json_is(list, AX_JSON_ARRAY))
    return wrong(r, "targets", "a list is expected here");
  if (count > AX_DELIVERY_TARGETS_MAX)
    return wrong(r, "targets", "there are more than 32 of them");
  ax_delivery_target *targets =
      AX_NEW_ARRAY(r->arena, ax_delivery_target, count);
  if (!targets && count) return AX_NOMEM;
  for (size_t i = 0; i < count; i++) {
    char name[PLACE];
    (void)snprintf(name, sizeof name, "targets[%zu]", i);
    reading in = enter(r, ax_json_item(list, i), name);
    AX_TRY(read_target(&in, &targets[i]));
    for (size_t k = 0; k < i; k++)
      if (ax_str_eq(ax_str_from(targets[k].name), ax_str_from(targets[i].name)))
        return wrong(&in, "name", "two targets have the same name");
  }
  out->targets = targets;
  out->target_count = count;
  return AX_OK;
}

static ax_status read_allow(const reading *r, ax_delivery_config *out) {
  static const char *const known[] = { "allow",       "references", "ca",
                                       "certificate", "key",        NULL };
  const ax_json *object = AX_JSON_GET(r->object, "subscriptions");
  const ax_str *list = NULL;
  size_t count = 0, form = 0;
  if (!object) return AX_OK;
  reading in = enter(r, object, "subscriptions");
  AX_TRY(only_known(&in, known));
  AX_TRY(choice(&in, "references", forms, &form));
  out->relative = form == 1;
  AX_TRY(read_tls(&in, &out->tls));
  AX_TRY(texts(&in, "allow", &list, &count));
  const char **allow = AX_NEW_ARRAY(r->arena, const char *, count);
  if (!allow && count) return AX_NOMEM;
  for (size_t i = 0; list && i < count; i++) {
    allow[i] = list[i].ptr;
    if (!is_url(allow[i]))
      return wrong(&in, "allow", "a list of http(s) URLs is expected here");
  }
  out->allow = allow;
  out->allow_count = count;
  return AX_OK;
}

ax_status ax_delivery_config_read(ax_arena *arena, ax_str text_,
                                  ax_delivery_config *out, ax_error *err) {
  static const char *const known[] = { "targets", "subscriptions", NULL };
  reading r = { .arena = arena, .source = text_, .err = err };
  ax_json_fault fault = { 0 };
  *out = (ax_delivery_config){ 0 };
  ax_status status = ax_json_parse(arena, text_, &r.object, &fault);
  if (status == AX_NOMEM) return status;
  if (status)
    return ax_error_set(err, AX_INVALID, "line %u: this is not JSON: %.150s",
                        fault.place.line, fault.text);
  AX_TRY(only_known(&r, known));
  AX_TRY(read_targets(&r, out));
  return read_allow(&r, out);
}

ax_status ax_delivery_config_load(ax_arena *arena, const char *path,
                                  ax_delivery_config *out, ax_error *err) {
  ax_str text_;
  ax_error why = { 0 };
  AX_TRY(ax_file_read(arena, path, FILE_MAX, &text_, err));
  ax_status status = ax_delivery_config_read(arena, text_, out, &why);
  return status && why.text[0]
             ? ax_error_set(err, status, "%.100s: %s", path, why.text)
             : status;
}
