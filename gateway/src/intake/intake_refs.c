#include "intake/intake_refs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "fhir/fhir_reference.h"
#include "json/json_edit.h"

/* Past this many faults in one resource their places are no longer searched
 * for: each search walks the resource. */
enum { PLACES_MAX = 50, PATH_MAX_BYTES = 1024 };

typedef struct {
  const ax_intake_refs *refs;
  ax_arena *arena;
  ax_intake_item *item;
  ax_str own_base; /* of the item's fullUrl; empty: not RESTful */
  size_t faults;
  ax_status status; /* the first failure of ours */
  ax_error *err;
} settling;

/* --- where a text stands ---------------------------------------------------
 */

typedef struct {
  const char *text; /* pointer identity: each value has its own bytes */
  const ax_json *value;
  char path[PATH_MAX_BYTES];
  size_t len;
} place;

/* Both return the length before; a path past its room stays as it is. */
static size_t extend(place *p, ax_str name) {
  size_t before = p->len, room = sizeof p->path - before;
  int n = snprintf(p->path + before, room, "." AX_STR_FMT, AX_STR_ARG(name));
  if (n > 0 && (size_t)n < room) p->len += (size_t)n;
  return before;
}

static size_t extend_index(place *p, uint32_t index) {
  size_t before = p->len, room = sizeof p->path - before;
  int n = snprintf(p->path + before, room, "[%" PRIu32 "]", index);
  if (n > 0 && (size_t)n < room) p->len += (size_t)n;
  return before;
}

/* Bounded by the parser's depth. */
static bool locate(place *p, const ax_json *value) {
  if (value->kind == AX_JSON_STRING && value->u.text == p->text) {
    p->value = value;
    return true;
  }
  if (value->kind == AX_JSON_OBJECT) {
    for (uint32_t i = 0; i < value->count; i++) {
      size_t before = extend(p, value->u.members[i].key);
      if (locate(p, &value->u.members[i].value)) return true;
      p->len = before;
    }
  } else if (value->kind == AX_JSON_ARRAY) {
    for (uint32_t i = 0; i < value->count; i++) {
      size_t before = extend_index(p, i);
      if (locate(p, &value->u.items[i])) return true;
      p->len = before;
    }
  }
  return false;
}

static void fault(settling *s, ax_issue_type type, const char *id, ax_str text,
                  const char *what, ax_str why) {
  place p = { .text = text.ptr };
  ax_str path =
      ax_intake_item_path(s->item, s->item->in_bundle ? ".resource" : "");
  if (s->faults++ < PLACES_MAX && locate(&p, s->item->resource)) {
    ax_str longer = ax_arena_printf(ax_fhir_issues_arena(s->item->issues),
                                    AX_STR_FMT "%.*s", AX_STR_ARG(path),
                                    (int)p.len, p.path);
    if (longer.ptr) path = longer;
  }
  if (s->item->status < 400) s->item->status = 422;
  ax_fhir_issues_addf(s->item->issues, AX_ERROR, type, id, path, p.value,
                      AX_STR(""),
                      "The %sreference \"" AX_STR_FMT "\" %s" AX_STR_FMT,
                      ax_str_starts(text, AX_STR("urn:")) ? "" : "conditional ",
                      AX_STR_ARG(text), what, AX_STR_ARG(why));
}

/* --- references ------------------------------------------------------------
 */

static const ax_intake_item *by_url(const settling *s, ax_str url) {
  return s->refs->urls ? ax_map_get(s->refs->urls, url) : NULL;
}

static bool become(settling *s, const ax_intake_item *target, ax_str version,
                   ax_str *out) {
  *out = target->reference;
  if (version.len) {
    *out = ax_arena_printf(s->arena, AX_STR_FMT "/_history/%llu",
                           AX_STR_ARG(target->reference),
                           (unsigned long long)target->version);
    if (!out->ptr) s->status = AX_NOMEM;
  }
  return out->ptr != NULL;
}

static bool settle_condition(settling *s, ax_str text, const ax_reference *ref,
                             ax_str *out) {
  const ax_intake_found *found = NULL;
  if (!s->refs->match) {
    fault(s, AX_ISSUE_NOT_SUPPORTED, "reference-conditional", text,
          "is only allowed in a transaction (R4 3.1.0.11.2)", AX_STR(""));
    return false;
  }
  s->status = ax_intake_match_any(s->refs->match, ref->type, ref->query, &found,
                                  s->err);
  if (s->status) return false;
  switch (found->all) {
  case AX_INTAKE_MATCH_NONE:
    fault(s, AX_ISSUE_NOT_FOUND, "reference-no-match", text,
          "finds no resource; it must find exactly one", AX_STR(""));
    return false;
  case AX_INTAKE_MATCH_SEVERAL:
    fault(s, AX_ISSUE_MULTIPLE_MATCHES, "reference-several-matches", text,
          "finds more than one resource; it must find exactly one", AX_STR(""));
    return false;
  case AX_INTAKE_MATCH_WRONG:
    fault(s, AX_ISSUE_VALUE, "reference-bad-query", text,
          "is not a usable query: ", found->why);
    return false;
  case AX_INTAKE_MATCH_ONE:
    break;
  }
  if (found->item) return become(s, found->item, AX_STR(""), out);
  *out = AX_JOIN(s->arena, ref->type, AX_STR("/"), found->stored.id);
  if (!out->ptr) s->status = AX_NOMEM;
  return out->ptr != NULL;
}

/* A reference with a base of its own or of the entry's fullUrl. */
static bool settle_restful(settling *s, const ax_reference *ref, ax_str *out) {
  ax_str base = ref->kind == AX_REF_ABSOLUTE ? ref->base : s->own_base;
  if (base.len == 0 || !s->refs->urls) return false;
  ax_str url = ax_arena_printf(
      s->arena, AX_STR_FMT "/" AX_STR_FMT "/" AX_STR_FMT, AX_STR_ARG(base),
      AX_STR_ARG(ref->type), AX_STR_ARG(ref->id));
  if (!url.ptr) {
    s->status = AX_NOMEM;
    return false;
  }
  const ax_intake_item *target = by_url(s, url);
  return target && become(s, target, ref->version, out);
}

/* Resources in which others stand, with urns of their own. */
static bool holds_others(ax_str type) {
  return ax_str_eq(type, AX_STR("Bundle")) ||
         ax_str_eq(type, AX_STR("Parameters"));
}

/* A urn is known to nobody but its Bundle: stored, it would lead nowhere for
 * ever. What stands in the resource already is not this sender's fault. */
static void check_urn(settling *s, ax_str text) {
  const ax_intake_item *item = s->item;
  if (holds_others(item->type)) return;
  if (item->before.version &&
      ax_str_find(item->before.body, text) != AX_STR_NONE)
    return;
  const char *what = "leads nowhere: only entries of the same transaction can "
                     "be referred to so (R4 3.1.0.11.2)";
  if (s->refs->urls)
    what = "leads nowhere: no entry that is stored has this fullUrl";
  else if (item->in_bundle)
    what = "leads nowhere: entries of a batch may not refer to each other (R4 "
           "3.1.0.11.1), a transaction's may";
  fault(s, AX_ISSUE_NOT_FOUND, "reference-no-entry", text, what, AX_STR(""));
}

static bool settle_reference(settling *s, ax_str text, ax_str *out) {
  if (text.len == 0 || text.ptr[0] == '#') return false;
  const ax_intake_item *target = by_url(s, text);
  if (target) return become(s, target, AX_STR(""), out);
  ax_reference ref = ax_fhir_reference_parse(text);
  if (ref.kind == AX_REF_CONDITIONAL)
    return settle_condition(s, text, &ref, out);
  if (ref.kind == AX_REF_ABSOLUTE || ref.kind == AX_REF_RELATIVE)
    return settle_restful(s, &ref, out);
  if (ref.kind == AX_REF_URN) check_urn(s, text);
  return false;
}

/* --- narrative -------------------------------------------------------------
 */

/* Copies `*rest` up to and with the next ` href=` or ` src=` value; false when
 * there is none. `*value` is what stands between its quotes. */
static bool next_link(ax_str *rest, ax_str *before, ax_str *value) {
  static const char *const names[] = { " href=", " src=" };
  size_t at = AX_STR_NONE, len = 0;
  for (size_t i = 0; i < AX_COUNT(names); i++) {
    size_t found = ax_str_find(*rest, ax_str_from(names[i]));
    if (found >= at) continue;
    at = found;
    len = strlen(names[i]);
  }
  if (at == AX_STR_NONE || at + len + 1 >= rest->len) return false;
  char quote = rest->ptr[at + len];
  *before = (ax_str){ rest->ptr, at + len + 1 };
  ax_str tail = ax_str_skip(*rest, at + len + 1);
  *value = (quote == '"' || quote == '\'') ? ax_str_cut(&tail, quote)
                                           : (ax_str){ tail.ptr, 0 };
  *rest = ax_str_skip(*rest, at + len + 1 + value->len);
  return true;
}

static bool settle_narrative(settling *s, ax_str text, ax_str *out) {
  ax_str rest = text, before, value;
  bool changed = false;
  ax_buf built = AX_BUF_INIT(2 * text.len + 4096);
  if (!s->refs->urls || ax_map_count(s->refs->urls) == 0) return false;
  while (next_link(&rest, &before, &value)) {
    const ax_intake_item *target = by_url(s, value);
    ax_buf_append(&built, before);
    ax_buf_append(&built, target ? target->reference : value);
    changed |= target != NULL;
  }
  ax_buf_append(&built, rest);
  if (changed) {
    *out = ax_arena_str(s->arena, ax_buf_view(&built));
    if (built.status) s->status = built.status;
    if (!out->ptr) s->status = AX_NOMEM;
    changed = s->status == AX_OK;
  }
  ax_buf_free(&built);
  return changed;
}

/* --- everything else -------------------------------------------------------
 */

/* Members that are text for people or codes in every type that has them: a
 * value that looks like a fullUrl is no reference there. */
static bool never_uri(ax_str key) {
  static const char *const keys[] = {
    "value",       "valueString", "valueCode", "valueId",   "valueMarkdown",
    "display",     "text",        "id",        "versionId", "title",
    "description", "name",        "code",      "comment"
  };
  for (size_t i = 0; i < AX_COUNT(keys); i++)
    if (ax_str_eq(key, ax_str_from(keys[i]))) return true;
  return false;
}

static bool settle_string(void *ctx, ax_str key, ax_str value, ax_str *out) {
  settling *s = ctx;
  if (s->status) return false;
  if (ax_str_eq(key, AX_STR("reference")))
    return settle_reference(s, value, out);
  if (ax_str_eq(key, AX_STR("div"))) return settle_narrative(s, value, out);
  if (!ax_str_starts(value, AX_STR("urn:")) &&
      !ax_str_starts(value, AX_STR("http")))
    return false;
  const ax_intake_item *target = by_url(s, value);
  return target && !never_uri(key) && become(s, target, AX_STR(""), out);
}

ax_status ax_intake_refs_settle(const ax_intake_refs *refs, ax_arena *arena,
                                ax_intake_item *item, ax_error *err) {
  settling s = { .refs = refs, .arena = arena, .item = item, .err = err };
  ax_reference own = ax_fhir_reference_parse(item->full_url);
  if (own.kind == AX_REF_ABSOLUTE) s.own_base = own.base;
  AX_TRY(ax_json_edit_strings(arena, item->resource, settle_string, &s,
                              &item->tree));
  return s.status;
}
