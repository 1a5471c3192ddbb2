/* From a resource to the rows it can be found by. */
#include <limits.h>

#include "base/vec.h"
#include "fhir/fhir_date.h"
#include "fhir/fhir_reference.h"
#include "search/search.h"
#include "search/search_params.h"
#include "search/search_text.h"

typedef struct {
  ax_arena *arena;
  AX_VEC(ax_index_row) rows;
} rows_of;

static ax_status add(rows_of *out, const ax_search_params_row *param,
                     ax_index_row row) {
  ax_index_row *slot = AX_VEC_PUSH(&out->rows, out->arena);
  if (!slot) return AX_NOMEM;
  row.kind = param->kind;
  row.param = ax_str_from(param->name);
  *slot = row;
  return AX_OK;
}

/* --- token ------------------------------------------------------------------
 */

static ax_status add_token(rows_of *out, const ax_search_params_row *param,
                           ax_str system, ax_str code) {
  if (code.len == 0) return AX_OK;
  return add(out, param, (ax_index_row){ .system = system, .code = code });
}

static ax_status token_of_object(rows_of *out,
                                 const ax_search_params_row *param,
                                 const ax_json *v) {
  const ax_json *codings = AX_JSON_GET(v, "coding");
  ax_str system = AX_JSON_STR(v, "system");
  if (ax_str_eq(ax_str_from(param->name), AX_STR("identifier")))
    return add_token(out, param, system, AX_JSON_STR(v, "value"));
  if (!codings) return add_token(out, param, system, AX_JSON_STR(v, "code"));
  for (size_t i = 0; i < ax_json_count(codings); i++) {
    const ax_json *c = ax_json_item(codings, i);
    AX_TRY(add_token(out, param, AX_JSON_STR(c, "system"),
                     AX_JSON_STR(c, "code")));
  }
  return AX_OK;
}

static ax_status token(rows_of *out, const ax_search_params_row *param,
                       const ax_json *v) {
  ax_str system = param->system ? ax_str_from(param->system) : AX_STR("");
  if (ax_json_is(v, AX_JSON_BOOL))
    return add_token(out, param, system,
                     v->truth ? AX_STR("true") : AX_STR("false"));
  if (ax_json_is(v, AX_JSON_STRING))
    return add_token(out, param, system, ax_json_text(v));
  return token_of_object(out, param, v);
}

/* --- reference --------------------------------------------------------------
 */

/* A canonical is found with and without its version. */
static ax_status canonical(rows_of *out, const ax_search_params_row *param,
                           ax_str text) {
  ax_str rest = text;
  ax_str url = ax_str_cut(&rest, '|');
  if (url.len == 0) return AX_OK;
  if (rest.len) AX_TRY(add(out, param, (ax_index_row){ .code = text }));
  return add(out, param, (ax_index_row){ .code = url });
}

static bool is_wanted(const ax_search_params_row *param, const ax_json *v,
                      const ax_reference *ref) {
  ax_str said = AX_JSON_STR(v, "type");
  if (!param->only_targets) return true;
  if (ref->type.len) return ax_search_params_targets(param, ref->type);
  return said.len && ax_search_params_targets(param, said);
}

static ax_status reference(rows_of *out, const ax_search_params_row *param,
                           const ax_json *v) {
  if (ax_json_is(v, AX_JSON_STRING))
    return canonical(out, param, ax_json_text(v));
  ax_str text = AX_JSON_STR(v, "reference");
  ax_reference ref = ax_fhir_reference_parse(text);
  if (text.len == 0 || ref.kind == AX_REF_FRAGMENT) return AX_OK;
  if (!is_wanted(param, v, &ref)) return AX_OK;
  /* The version is no part of what one searches for. */
  if (ref.kind == AX_REF_RELATIVE)
    AX_TRY(ax_search_text_local(out->arena, ref.type, ref.id, &text));
  return add(out, param, (ax_index_row){ .code = text });
}

/* --- date -------------------------------------------------------------------
 */

static bool interval(ax_str text, int64_t *lo, int64_t *hi) {
  ax_fhir_date d;
  if (text.len == 0 || !ax_fhir_date_parse_datetime(text, &d)) return false;
  *lo = d.lo_ms;
  *hi = d.hi_ms;
  return true;
}

static ax_status moment(rows_of *out, const ax_search_params_row *param,
                        ax_str text) {
  ax_index_row row = { 0 };
  return interval(text, &row.lo, &row.hi) ? add(out, param, row) : AX_OK;
}

/* Open ends are as far away as can be. */
static ax_status period(rows_of *out, const ax_search_params_row *param,
                        const ax_json *v) {
  int64_t unused;
  ax_index_row row = { .lo = INT64_MIN, .hi = INT64_MAX };
  bool any = interval(AX_JSON_STR(v, "start"), &row.lo, &unused);
  any |= interval(AX_JSON_STR(v, "end"), &unused, &row.hi);
  return any && row.lo <= row.hi ? add(out, param, row) : AX_OK;
}

static ax_status date(rows_of *out, const ax_search_params_row *param,
                      const ax_json *v) {
  const ax_json *events = AX_JSON_GET(v, "event"); /* of a Timing */
  const ax_json *bounds = AX_JSON_GET(AX_JSON_GET(v, "repeat"), "boundsPeriod");
  if (ax_json_is(v, AX_JSON_STRING)) return moment(out, param, ax_json_text(v));
  for (size_t i = 0; i < ax_json_count(events); i++)
    AX_TRY(moment(out, param, ax_json_text(ax_json_item(events, i))));
  return period(out, param, bounds ? bounds : v);
}

/* --- string -----------------------------------------------------------------
 */

static ax_status string(rows_of *out, const ax_search_params_row *param,
                        const ax_json *v) {
  ax_index_row row = { 0 };
  if (ax_json_text(v).len == 0) return AX_OK;
  AX_TRY(ax_search_text_fold(out->arena, ax_json_text(v), &row.code));
  return row.code.len ? add(out, param, row) : AX_OK;
}

static ax_status strings(rows_of *out, const ax_search_params_row *param,
                         const ax_json *v) {
  static const char *const parts[] = { "text", "family", "given", "prefix",
                                       "suffix" };
  if (!ax_json_is(v, AX_JSON_OBJECT)) return string(out, param, v);
  for (size_t i = 0; i < AX_COUNT(parts); i++) { /* a HumanName */
    const ax_json *part = ax_json_get(v, ax_str_from(parts[i]));
    if (!ax_json_is(part, AX_JSON_ARRAY)) {
      AX_TRY(string(out, param, part));
      continue;
    }
    for (size_t n = 0; n < ax_json_count(part); n++)
      AX_TRY(string(out, param, ax_json_item(part, n)));
  }
  return AX_OK;
}

/* --- walking ----------------------------------------------------------------
 */

static ax_status leaf(rows_of *out, const ax_search_params_row *param,
                      const ax_json *v) {
  switch (param->kind) {
  case AX_INDEX_TOKEN:
    return token(out, param, v);
  case AX_INDEX_REFERENCE:
    return reference(out, param, v);
  case AX_INDEX_DATE:
    return date(out, param, v);
  case AX_INDEX_STRING:
    return strings(out, param, v);
  case AX_INDEX_URI:
  case AX_INDEX_NUMBER:
  case AX_INDEX_QUANTITY:
    break;
  }
  return AX_OK; /* no row of the table has these */
}

/* "onset[x]" is the member "onsetDateTime", "onsetPeriod" ... */
static const ax_json *choice(const ax_json *object, ax_str stem) {
  if (!ax_json_is(object, AX_JSON_OBJECT)) return NULL;
  for (size_t i = 0; i < object->count; i++) {
    const ax_json_member *m = &object->u.members[i];
    if (ax_str_starts(m->key, stem) && m->key.len > stem.len &&
        m->key.ptr[stem.len] >= 'A' && m->key.ptr[stem.len] <= 'Z')
      return &m->value;
  }
  return NULL;
}

static const ax_json *step(const ax_json *object, ax_str name) {
  if (name.len > 3 && name.ptr[name.len - 1] == ']')
    return choice(object, (ax_str){ name.ptr, name.len - 3 });
  return ax_json_get(object, name);
}

/* Recursion ends with the path; the table's are short. */
static ax_status walk(rows_of *out, const ax_search_params_row *param,
                      const ax_json *v, ax_str path) {
  if (!v) return AX_OK;
  if (ax_json_is(v, AX_JSON_ARRAY)) {
    for (size_t i = 0; i < ax_json_count(v); i++) {
      const ax_json *item = ax_json_item(v, i);
      if (ax_json_is(item, AX_JSON_ARRAY)) continue; /* not in FHIR */
      AX_TRY(walk(out, param, item, path));
    }
    return AX_OK;
  }
  if (path.len == 0) return leaf(out, param, v);
  ax_str name = ax_str_cut(&path, '.');
  return walk(out, param, step(v, name), path);
}

ax_status ax_search_index(ax_arena *arena, const ax_json *resource,
                          ax_index_row **rows, size_t *count) {
  rows_of out = { .arena = arena };
  ax_str type = AX_JSON_STR(resource, "resourceType");
  const ax_search_params_row *param;
  for (size_t i = 0; (param = ax_search_params_at(type, i)); i++)
    AX_TRY(walk(&out, param, resource, ax_str_from(param->path)));
  *rows = out.rows.items;
  *count = out.rows.count;
  return AX_OK;
}
