/* From a resource to the rows it can be found by. */
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "fhir/fhir_date.h"
#include "fhir/fhir_reference.h"
#include "fhirpath/fp_eval.h"
#include "search/search_table.h"
#include "search/search_text.h"
#include "search/search_unit.h"

typedef struct {
  const ax_search *search;
  ax_str base; /* ours, as the sender names it */
  ax_arena *arena;
  const ax_json *resource;
  const ax_search_def *def;
  unsigned group;
  AX_VEC(ax_index_row) rows;
} rows_of;

static ax_status leaf(rows_of *out, const ax_json *v);

static ax_status add_as(rows_of *out, ax_index_kind kind, ax_str param,
                        ax_index_row row) {
  ax_index_row *slot = AX_VEC_PUSH(&out->rows, out->arena);
  if (!slot) return AX_NOMEM;
  row.kind = kind;
  row.param = param;
  row.group = out->group;
  *slot = row;
  return AX_OK;
}

static ax_status add(rows_of *out, ax_index_row row) {
  return add_as(out, out->def->kind, out->def->name, row);
}

/* --- token ------------------------------------------------------------------
 */

static ax_status add_token(rows_of *out, ax_str system, ax_str code) {
  if (code.len == 0) return AX_OK;
  return add(out, (ax_index_row){ .system = system, .code = code });
}

/* For `:text`: all texts of a value in one row, since they are looked into and
 * not compared. Most displays repeat the text. */
typedef struct {
  ax_str all, last;
} texts;

static ax_status add_text(rows_of *out, ax_str text, texts *t) {
  ax_str folded;
  if (text.len == 0 || ax_str_eq(text, t->last)) return AX_OK;
  t->last = text;
  AX_TRY(ax_search_text_fold(out->arena, text, &folded));
  if (t->all.len) folded = AX_JOIN(out->arena, t->all, AX_STR("\n"), folded);
  t->all = folded;
  return folded.ptr ? AX_OK : AX_NOMEM;
}

static ax_status add_texts(rows_of *out, const texts *t) {
  if (t->all.len == 0) return AX_OK;
  return add_as(out, AX_INDEX_STRING, out->def->text_rows,
                (ax_index_row){ .code = t->all });
}

static ax_status concept_tokens(rows_of *out, const ax_json *v) {
  const ax_json *codings = AX_JSON_GET(v, "coding");
  texts t = { 0 };
  AX_TRY(add_text(out, AX_JSON_STR(v, "text"), &t));
  for (size_t i = 0; i < ax_json_count(codings); i++) {
    const ax_json *c = ax_json_item(codings, i);
    AX_TRY(add_token(out, AX_JSON_STR(c, "system"), AX_JSON_STR(c, "code")));
    AX_TRY(add_text(out, AX_JSON_STR(c, "display"), &t));
  }
  return add_texts(out, &t);
}

/* "code|value" under the system of the type, for `:of-type`. */
static ax_status identifier_types(rows_of *out, const ax_json *v) {
  const ax_json *codings = AX_JSON_GET(AX_JSON_GET(v, "type"), "coding");
  for (size_t i = 0; i < ax_json_count(codings); i++) {
    const ax_json *c = ax_json_item(codings, i);
    ax_str code = AX_JOIN(out->arena, AX_JSON_STR(c, "code"), AX_STR("|"),
                          AX_JSON_STR(v, "value"));
    if (!code.ptr) return AX_NOMEM;
    AX_TRY(add_as(
        out, AX_INDEX_TOKEN, out->def->type_rows,
        (ax_index_row){ .system = AX_JSON_STR(c, "system"), .code = code }));
  }
  return AX_OK;
}

static ax_status token(rows_of *out, const ax_json *v) {
  ax_str system = out->def->system;
  texts t = { 0 };
  if (ax_json_is(v, AX_JSON_BOOL))
    return add_token(out, system, v->truth ? AX_STR("true") : AX_STR("false"));
  if (ax_json_is(v, AX_JSON_STRING))
    return add_token(out, system, ax_json_text(v));
  if (AX_JSON_GET(v, "coding")) return concept_tokens(out, v);
  ax_str code = AX_JSON_STR(v, "code"), value = AX_JSON_STR(v, "value");
  AX_TRY(add_token(out, AX_JSON_STR(v, "system"), value.len ? value : code));
  if (AX_JSON_GET(v, "type")) AX_TRY(identifier_types(out, v));
  AX_TRY(add_text(out, AX_JSON_STR(v, "text"), &t));
  AX_TRY(add_text(out, AX_JSON_STR(v, "display"), &t));
  return add_texts(out, &t);
}

/* --- reference --------------------------------------------------------------
 */

/* A canonical is found with and without its version. */
static ax_status canonical(rows_of *out, ax_str text) {
  ax_str rest = text;
  ax_str url = ax_str_cut(&rest, '|');
  if (url.len == 0 || url.ptr[0] == '#') return AX_OK;
  if (rest.len) AX_TRY(add(out, (ax_index_row){ .code = text }));
  return add(out, (ax_index_row){ .code = url });
}

static ax_status reference(rows_of *out, const ax_json *v) {
  if (ax_json_is(v, AX_JSON_STRING)) return canonical(out, ax_json_text(v));
  const ax_json *identifier = AX_JSON_GET(v, "identifier");
  ax_str value = AX_JSON_STR(identifier, "value");
  if (value.len)
    AX_TRY(add_as(out, AX_INDEX_TOKEN, out->def->identifier_rows,
                  (ax_index_row){ .system = AX_JSON_STR(identifier, "system"),
                                  .code = value }));
  ax_str text = AX_JSON_STR(v, "reference");
  ax_reference ref = ax_fhir_reference_parse(text);
  if (text.len == 0 || ref.kind == AX_REF_FRAGMENT) return AX_OK;
  /* Neither the version nor where we are is part of what one searches for. */
  if ((ref.kind == AX_REF_RELATIVE && ref.version.len) ||
      ax_search_is_ours(out->search, &ref, out->base))
    AX_TRY(ax_search_text_local(out->arena, ref.type, ref.id, &text));
  return add(out, (ax_index_row){ .code = text });
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

static ax_status moment(rows_of *out, ax_str text) {
  ax_index_row row = { 0 };
  return interval(text, &row.lo, &row.hi) ? add(out, row) : AX_OK;
}

/* Open ends are as far away as can be. */
static ax_status period(rows_of *out, const ax_json *v) {
  int64_t unused;
  ax_index_row row = { .lo = INT64_MIN, .hi = INT64_MAX };
  bool any = interval(AX_JSON_STR(v, "start"), &row.lo, &unused);
  any |= interval(AX_JSON_STR(v, "end"), &unused, &row.hi);
  return any && row.lo <= row.hi ? add(out, row) : AX_OK;
}

static ax_status date(rows_of *out, const ax_json *v) {
  const ax_json *events = AX_JSON_GET(v, "event"); /* of a Timing */
  const ax_json *bounds = AX_JSON_GET(AX_JSON_GET(v, "repeat"), "boundsPeriod");
  if (ax_json_is(v, AX_JSON_STRING)) return moment(out, ax_json_text(v));
  for (size_t i = 0; i < ax_json_count(events); i++)
    AX_TRY(moment(out, ax_json_text(ax_json_item(events, i))));
  return period(out, bounds ? bounds : v);
}

/* --- string -----------------------------------------------------------------
 */

static ax_status sounds(rows_of *out, ax_str folded) {
  while (folded.len) {
    ax_str word = ax_str_cut(&folded, ' '), code;
    AX_TRY(ax_search_text_sound(out->arena, word, &code));
    if (code.len) AX_TRY(add(out, (ax_index_row){ .code = code }));
  }
  return AX_OK;
}

static ax_status string(rows_of *out, const ax_json *v) {
  ax_index_row row = { .system = ax_json_text(v) };
  if (!ax_json_is(v, AX_JSON_STRING) || row.system.len == 0) return AX_OK;
  AX_TRY(ax_search_text_fold(out->arena, row.system, &row.code));
  if (out->def->phonetic) return sounds(out, row.code);
  return row.code.len ? add(out, row) : AX_OK;
}

/* A HumanName or an Address. */
static ax_status strings(rows_of *out, const ax_json *v) {
  static const ax_str parts[] = {
    AX_STR_INIT("text"),       AX_STR_INIT("family"),   AX_STR_INIT("given"),
    AX_STR_INIT("prefix"),     AX_STR_INIT("suffix"),   AX_STR_INIT("line"),
    AX_STR_INIT("city"),       AX_STR_INIT("district"), AX_STR_INIT("state"),
    AX_STR_INIT("postalCode"), AX_STR_INIT("country")
  };
  if (!ax_json_is(v, AX_JSON_OBJECT)) return string(out, v);
  for (size_t i = 0; i < AX_COUNT(parts); i++) {
    const ax_json *part = ax_json_get(v, parts[i]);
    if (!part) continue;
    if (!ax_json_is(part, AX_JSON_ARRAY)) {
      AX_TRY(string(out, part));
      continue;
    }
    for (size_t n = 0; n < ax_json_count(part); n++)
      AX_TRY(string(out, ax_json_item(part, n)));
  }
  return AX_OK;
}

/* --- number and quantity ----------------------------------------------------
 */

static bool number_of(const ax_json *v, double *out) {
  char text[64], *end;
  ax_str digits = ax_json_text(v);
  if (!ax_json_is(v, AX_JSON_NUMBER) || digits.len >= sizeof text) return false;
  memcpy(text, digits.ptr, digits.len);
  text[digits.len] = '\0';
  *out = strtod(text, &end);
  return end != text && isfinite(*out);
}

/* A comparator opens one side. */
static void open_side(ax_str comparator, ax_index_row *row) {
  if (comparator.len == 0) return;
  if (comparator.ptr[0] == '<') row->number = -DBL_MAX;
  if (comparator.ptr[0] == '>') row->high = DBL_MAX;
}

static double canon_of(const ax_search_unit *unit, double value) {
  if (value == DBL_MAX || value == -DBL_MAX) return value;
  return ax_search_unit_canon(unit, value);
}

static ax_status add_quantity(rows_of *out, const ax_json *unit,
                              ax_index_row row) {
  ax_search_unit ucum;
  row.system = AX_JSON_STR(unit, "system");
  row.code = AX_JSON_STR(unit, "code");
  if (ax_str_eq(row.system, AX_STR("http://unitsofmeasure.org")) &&
      ax_search_unit_read(row.code, &ucum)) {
    row.dim = ax_arena_str(out->arena, ax_str_from(ucum.dim));
    if (!row.dim.ptr) return AX_NOMEM;
    row.canon = canon_of(&ucum, row.number);
    row.canon_high =
        row.high == row.number ? row.canon : canon_of(&ucum, row.high);
  }
  if (row.code.len == 0) row.code = AX_JSON_STR(unit, "unit");
  if (row.code.len == 0) row.code = AX_JSON_STR(unit, "currency");
  return add(out, row);
}

static ax_status range(rows_of *out, const ax_json *low, const ax_json *high) {
  ax_index_row row = { .number = -DBL_MAX, .high = DBL_MAX };
  bool any = number_of(AX_JSON_GET(low, "value"), &row.number);
  any |= number_of(AX_JSON_GET(high, "value"), &row.high);
  if (!any || row.number > row.high) return AX_OK;
  return add_quantity(out, low ? low : high, row);
}

/* SampledData: between its limits, in the unit of its origin. */
static ax_status sampled(rows_of *out, const ax_json *v) {
  ax_index_row row = { 0 };
  if (!number_of(AX_JSON_GET(v, "lowerLimit"), &row.number) ||
      !number_of(AX_JSON_GET(v, "upperLimit"), &row.high) ||
      row.number > row.high)
    return AX_OK;
  return add_quantity(out, AX_JSON_GET(v, "origin"), row);
}

static ax_status quantity(rows_of *out, const ax_json *v) {
  ax_index_row row = { 0 };
  if (AX_JSON_GET(v, "low") || AX_JSON_GET(v, "high"))
    return range(out, AX_JSON_GET(v, "low"), AX_JSON_GET(v, "high"));
  if (AX_JSON_GET(v, "origin")) return sampled(out, v);
  const ax_json *value =
      ax_json_is(v, AX_JSON_NUMBER) ? v : AX_JSON_GET(v, "value");
  if (!number_of(value, &row.number)) return AX_OK;
  row.high = row.number;
  open_side(AX_JSON_STR(v, "comparator"), &row);
  return add_quantity(out, v, row);
}

/* --- one value --------------------------------------------------------------
 */

/* What an extension says is its value. */
static ax_status extension(rows_of *out, const ax_json *v) {
  for (size_t i = 0; i < v->count; i++)
    if (ax_str_starts(v->u.members[i].key, AX_STR("value")))
      return leaf(out, &v->u.members[i].value);
  return AX_OK;
}

static ax_status leaf(rows_of *out, const ax_json *v) {
  if (ax_json_is(v, AX_JSON_OBJECT) && AX_JSON_STR(v, "url").len &&
      out->def->kind != AX_INDEX_URI)
    return extension(out, v);
  switch (out->def->kind) {
  case AX_INDEX_TOKEN:
    return token(out, v);
  case AX_INDEX_REFERENCE:
    return reference(out, v);
  case AX_INDEX_DATE:
    return date(out, v);
  case AX_INDEX_STRING:
    return strings(out, v);
  case AX_INDEX_URI:
    return ax_json_is(v, AX_JSON_STRING) && ax_json_text(v).len
               ? add(out, (ax_index_row){ .code = ax_json_text(v) })
               : AX_OK;
  case AX_INDEX_NUMBER:
  case AX_INDEX_QUANTITY:
    return quantity(out, v);
  }
  return AX_OK;
}

/* --- walking ----------------------------------------------------------------
 */

typedef struct {
  const ax_search_path *path;
  unsigned groups; /* elements counted so far */
  ax_status (*each)(void *to, const ax_json *v, unsigned group);
  void *to;
} walking;

static ax_status walk(walking *w, const ax_json *v, size_t step,
                      unsigned group);

/* "onset" is the member "onsetDateTime", "onsetPeriod" ... */
static const ax_json *choice(const ax_json *object, ax_str stem) {
  if (!ax_json_is(object, AX_JSON_OBJECT)) return NULL;
  for (size_t i = 0; i < object->count; i++) {
    const ax_json_member *m = &object->u.members[i];
    if (m->key.len > stem.len && ax_str_starts(m->key, stem) &&
        m->key.ptr[stem.len] >= 'A' && m->key.ptr[stem.len] <= 'Z')
      return &m->value;
  }
  return NULL;
}

static bool refers_to(const ax_json *v, ax_str type) {
  ax_reference ref = ax_fhir_reference_parse(AX_JSON_STR(v, "reference"));
  if (ref.type.len) return ax_str_eq(ref.type, type);
  return ax_str_eq(AX_JSON_STR(v, "type"), type);
}

static const ax_json *next_of(const ax_search_step *s, const ax_json *v) {
  const ax_json *found;
  switch (s->kind) {
  case AX_SEARCH_MEMBER:
    return ax_json_get(v, s->name);
  case AX_SEARCH_CHOICE:
    return choice(v, s->name);
  case AX_SEARCH_EITHER:
    found = ax_json_get(v, s->name);
    return found ? found : choice(v, s->name);
  case AX_SEARCH_EQUALS:
    return ax_str_eq(ax_json_str(v, s->name), s->value) ? v : NULL;
  case AX_SEARCH_TARGET:
    return refers_to(v, s->name) ? v : NULL;
  case AX_SEARCH_EXTENSION:
    break;
  }
  return NULL;
}

static ax_status walk_extensions(walking *w, const ax_json *v, size_t step,
                                 unsigned group) {
  const ax_json *list = AX_JSON_GET(v, "extension");
  ax_str url = w->path->steps[step].name;
  for (size_t i = 0; i < ax_json_count(list); i++)
    if (ax_str_eq(AX_JSON_STR(ax_json_item(list, i), "url"), url))
      AX_TRY(walk(w, ax_json_item(list, i), step + 1, group));
  return AX_OK;
}

/* Recursion ends with the path. */
static ax_status walk(walking *w, const ax_json *v, size_t step,
                      unsigned group) {
  if (ax_json_is(v, AX_JSON_ARRAY)) {
    for (size_t i = 0; i < ax_json_count(v); i++) {
      const ax_json *item = ax_json_item(v, i);
      if (ax_json_is(item, AX_JSON_ARRAY)) continue; /* not in FHIR */
      AX_TRY(walk(w, item, step, group));
    }
    return AX_OK;
  }
  if (step && step == w->path->group) group = ++w->groups;
  if (ax_json_is(v, AX_JSON_NULL)) return AX_OK;
  if (step == w->path->count) return w->each(w->to, v, group);
  const ax_search_step *s = &w->path->steps[step];
  if (s->kind == AX_SEARCH_EXTENSION) return walk_extensions(w, v, step, group);
  const ax_json *next = next_of(s, v);
  return next ? walk(w, next, step + 1, group) : AX_OK;
}

ax_status ax_search_index_walk(
    const ax_search_path *path, const ax_json *resource,
    ax_status (*each)(void *to, const ax_json *v, unsigned group), void *to) {
  walking w = { .path = path, .each = each, .to = to };
  return walk(&w, resource, 0, 0);
}

/* Most paths end at their first member. */
static bool begins(const ax_search_path *path, const ax_json *resource) {
  if (path->count == 0 || path->steps[0].kind != AX_SEARCH_MEMBER) return true;
  return ax_json_get(resource, path->steps[0].name) != NULL;
}

static ax_status take_node(void *to, const ax_json *v, unsigned group) {
  rows_of *out = to;
  out->group = group;
  return leaf(out, v);
}

/* --- expressions that do more ------------------------------------------------
 */

static ax_status take_item(rows_of *out, const ax_fp_item *item) {
  if (item->kind == AX_FP_NODE)
    return item->u.node.json ? leaf(out, item->u.node.json) : AX_OK;
  ax_json value = { .kind = AX_JSON_BOOL };
  if (item->kind == AX_FP_BOOLEAN) {
    value.truth = item->u.truth;
    return leaf(out, &value);
  }
  if (item->kind != AX_FP_STRING) return AX_OK;
  value.kind = AX_JSON_STRING;
  value.u.text = item->u.text.ptr;
  value.count = (uint32_t)item->u.text.len;
  return leaf(out, &value);
}

/* What cannot be evaluated over this resource gives no rows. */
static ax_status run_program(rows_of *out, const ax_fp_model *model,
                             const ax_fp_program *program) {
  ax_fp_list items = { 0 };
  const ax_fp_input in = { .arena = out->arena,
                           .model = model,
                           .context = ax_fp_eval_root(model, out->resource),
                           .as_filters = true };
  ax_status status = ax_fp_eval(program, &in, &items, NULL);
  if (status == AX_NOMEM) return status;
  out->group = 0;
  for (size_t i = 0; !status && i < items.count; i++)
    AX_TRY(take_item(out, &items.items[i]));
  return AX_OK;
}

ax_status ax_search_index(ax_search *search, ax_arena *arena,
                          const ax_json *resource, ax_str base,
                          ax_index_row **rows, size_t *count) {
  rows_of out = {
    .search = search, .base = base, .arena = arena, .resource = resource
  };
  const ax_search_table *table =
      ax_search_table_of(search, AX_JSON_STR(resource, "resourceType"));
  if (!table) return AX_NOMEM;
  for (size_t i = 0; i < table->count; i++) {
    const ax_search_def *def = &table->defs[i];
    if (def->composite || def->alias_count) continue;
    out.def = def;
    for (size_t p = 0; p < def->path_count; p++)
      if (begins(&def->paths[p], resource))
        AX_TRY(ax_search_index_walk(&def->paths[p], resource, take_node, &out));
    for (size_t p = 0; p < def->program_count; p++)
      AX_TRY(run_program(&out, table->model, &def->programs[p]));
  }
  *rows = out.rows.items;
  *count = out.rows.count;
  return AX_OK;
}
