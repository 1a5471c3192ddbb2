/* minimumId: a body contains all that a fixture contains. */
#include "run/assert.h"

#include "fhir/fhir_decimal.h"
#include "json/json_edit.h"

/* The first place where something is missing. */
typedef struct {
  ax_arena *arena;
  ax_str path;
  const ax_json *want, *got;
} gap;

static bool same_value(const ax_json *want, const ax_json *got) {
  ax_fhir_decimal a, b;
  if (want->kind == AX_JSON_NUMBER && got->kind == AX_JSON_NUMBER &&
      ax_fhir_decimal_parse(ax_json_text(want), &a) &&
      ax_fhir_decimal_parse(ax_json_text(got), &b))
    return ax_fhir_decimal_compare(a, b) == 0;
  return ax_json_equal(want, got);
}

static ax_status contains(gap *g, const ax_json *want, const ax_json *got,
                          ax_str path, bool *out);

static ax_status lacks(gap *g, const ax_json *want, const ax_json *got,
                       ax_str path, bool *out) {
  *out = false;
  g->path = path;
  g->want = want;
  g->got = got;
  return AX_OK;
}

static ax_status has_members(gap *g, const ax_json *want, const ax_json *got,
                             ax_str path, bool *out) {
  *out = true;
  for (size_t i = 0; *out && i < ax_json_count(want); i++) {
    const ax_json_member *m = &want->u.members[i];
    const ax_json *found = ax_json_get(got, m->key);
    ax_str below = AX_JOIN(g->arena, path, AX_STR("."), m->key);
    if (!below.ptr) return AX_NOMEM;
    if (!found) return lacks(g, &m->value, NULL, below, out);
    AX_TRY(contains(g, &m->value, found, below, out));
  }
  return AX_OK;
}

/* Each item of the minimum must be in one item of the other, wherever. */
static ax_status has_items(gap *g, const ax_json *want, const ax_json *got,
                           ax_str path, bool *out) {
  *out = true;
  for (size_t i = 0; *out && i < ax_json_count(want); i++) {
    const ax_json *item = ax_json_item(want, i);
    ax_str below =
        ax_arena_printf(g->arena, AX_STR_FMT "[%zu]", AX_STR_ARG(path), i);
    if (!below.ptr) return AX_NOMEM;
    bool found = false;
    for (size_t n = 0; !found && n < ax_json_count(got); n++)
      AX_TRY(contains(g, item, ax_json_item(got, n), below, &found));
    /* With one candidate, the place inside of it says more. */
    if (!found && ax_json_count(got) != 1)
      return lacks(g, item, NULL, below, out);
    *out = found;
  }
  return AX_OK;
}

static ax_status contains(gap *g, const ax_json *want, const ax_json *got,
                          ax_str path, bool *out) {
  if (want->kind != got->kind) return lacks(g, want, got, path, out);
  if (want->kind == AX_JSON_OBJECT) return has_members(g, want, got, path, out);
  if (want->kind == AX_JSON_ARRAY) return has_items(g, want, got, path, out);
  *out = same_value(want, got);
  return *out ? AX_OK : lacks(g, want, got, path, out);
}

static ax_str shown(const ax_json *value) {
  if (!value) return AX_STR("nothing");
  switch ((ax_json_kind)value->kind) {
  case AX_JSON_OBJECT:
    return AX_STR("an object");
  case AX_JSON_ARRAY:
    return AX_STR("a list");
  case AX_JSON_NULL:
    return AX_STR("null");
  case AX_JSON_BOOL:
    return value->truth ? AX_STR("true") : AX_STR("false");
  case AX_JSON_NUMBER:
  case AX_JSON_STRING:
    break;
  }
  return ax_json_text(value);
}

static ax_status compare(const ax_assert *a, const ax_json *want,
                         const ax_json *got, ax_assert_outcome *out) {
  gap g = { .arena = a->s->arena };
  ax_str type = AX_JSON_STR(want, "resourceType");
  ax_str other = AX_JSON_STR(got, "resourceType");
  if (!ax_str_eq(type, other)) {
    out->expected = type;
    out->actual = other;
    out->message = ax_arena_printf(
        a->s->arena, "a " AX_STR_FMT " cannot contain a " AX_STR_FMT,
        AX_STR_ARG(other), AX_STR_ARG(type));
    return out->message.ptr ? AX_OK : AX_NOMEM;
  }
  AX_TRY(contains(&g, want, got, type, &out->holds));
  if (out->holds) return AX_OK;
  out->expected = shown(g.want);
  out->actual = shown(g.got);
  out->message = ax_arena_printf(a->s->arena,
                                 "the minimum wants " AX_STR_FMT
                                 " at " AX_STR_FMT ", and there is " AX_STR_FMT,
                                 AX_STR_ARG(out->expected), AX_STR_ARG(g.path),
                                 AX_STR_ARG(out->actual));
  return out->message.ptr ? AX_OK : AX_NOMEM;
}

/* --- once for each resource of a type ------------------------------------- */

/* NIST's modifier extension: the minimum counts for each resource of this type
 * in the source, which may be a Bundle. */
static ax_str each_type(const ax_assert *a) {
  const ax_json *list = AX_JSON_GET(a->json, "modifierExtension");
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *one = ax_json_item(list, i);
    if (ax_str_ends(AX_JSON_STR(one, "url"), AX_STR("TestScript-OncePerType")))
      return AX_JSON_STR(one, "valueString");
  }
  return AX_STR("");
}

/* A Bundle contains what one of its entries contains. */
static ax_status compare_entries(const ax_assert *a, const ax_json *want,
                                 const ax_json *got, ax_assert_outcome *out) {
  const ax_json *entries = AX_JSON_GET(got, "entry");
  ax_str type = AX_JSON_STR(want, "resourceType");
  bool seen = false;
  for (size_t i = 0; i < ax_json_count(entries); i++) {
    const ax_json *one = AX_JSON_GET(ax_json_item(entries, i), "resource");
    if (!ax_str_eq(AX_JSON_STR(one, "resourceType"), type)) continue;
    seen = true;
    AX_TRY(compare(a, want, one, out));
    if (out->holds) return AX_OK;
  }
  /* What the last one lacks is said; without any, that types differ. */
  return seen ? AX_OK : compare(a, want, got, out);
}

static ax_status compare_each(const ax_assert *a, ax_str type,
                              const ax_json *want, const ax_json *got,
                              ax_assert_outcome *out) {
  const ax_json *entries = AX_JSON_GET(got, "entry");
  size_t found = 0;
  if (ax_str_eq(AX_JSON_STR(got, "resourceType"), type))
    return compare(a, want, got, out);
  out->holds = true;
  for (size_t i = 0; out->holds && i < ax_json_count(entries); i++) {
    const ax_json *one = AX_JSON_GET(ax_json_item(entries, i), "resource");
    if (!ax_str_eq(AX_JSON_STR(one, "resourceType"), type)) continue;
    found++;
    AX_TRY(compare(a, want, one, out));
  }
  if (found) return AX_OK;
  out->holds = false;
  out->expected = type;
  out->actual = AX_STR("none of this type");
  return AX_OK;
}

/* A contained resource has its id for the script's own references (R4
 * DomainResource.contained); nothing has it on the target. */
static ax_status forget_local_id(const ax_assert *a, ax_str name,
                                 ax_source *minimum) {
  const ax_script_fixture *f = ax_script_find_fixture(a->s->script, name);
  if (!f || minimum->exchange || !ax_str_starts(f->reference, AX_STR("#")) ||
      !AX_JSON_GET(minimum->json, "id"))
    return AX_OK;
  minimum->json = ax_json_edit_remove(a->s->arena, minimum->json, AX_STR("id"));
  return minimum->json ? AX_OK : AX_NOMEM;
}

ax_status ax_assert_minimum_judge(const ax_assert *a, ax_str text,
                                  ax_assert_outcome *out, ax_error *err) {
  ax_source source, minimum;
  ax_str type = each_type(a);
  AX_TRY(ax_assert_source(a, &source, out, err));
  AX_TRY(ax_source_find(a->s, text, false, &minimum, err));
  AX_TRY(ax_source_need_json(&source, err));
  AX_TRY(ax_source_need_json(&minimum, err));
  AX_TRY(forget_local_id(a, text, &minimum));
  if (type.len) return compare_each(a, type, minimum.json, source.json, out);
  bool inside =
      ax_str_eq(AX_JSON_STR(source.json, "resourceType"), AX_STR("Bundle")) &&
      !ax_str_eq(AX_JSON_STR(minimum.json, "resourceType"), AX_STR("Bundle"));
  return inside ? compare_entries(a, minimum.json, source.json, out)
                : compare(a, minimum.json, source.json, out);
}
