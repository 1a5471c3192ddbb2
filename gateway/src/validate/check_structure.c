/*
 * StructureDefinition: it is of the type of its base, its differential can be
 * applied to that, and every element keeps to what the base allows (R4
 * profiling.html). An extension's url is its own.
 */
#include "definitions/snapshot.h"
#include "validate/check.h"
#include "validate/structure.h"

/* The cost of slices grows with their square; published profiles have some
 * hundred elements. */
enum { ELEMENTS_MAX = 4000 };

static ax_status compile(const ax_check_source *source, ax_check **out) {
  return ax_check_on_type(source, "StructureDefinition", out);
}

static const ax_json *elements_of(const ax_json *definition, const char *view) {
  return AX_JSON_GET(ax_json_get(definition, ax_str_from(view)), "element");
}

/* --- the base --------------------------------------------------------------
 */

static ax_status index_elements(ax_map *map, const ax_json *list,
                                const char *by) {
  for (size_t i = 0; i < ax_json_count(list); i++) {
    union {
      const ax_json *in;
      void *out;
    } kept = { ax_json_item(list, i) };
    ax_str key = ax_json_str(kept.in, ax_str_from(by));
    if (key.len && !ax_map_get(map, key))
      AX_TRY(ax_map_put(map, key, kept.out));
  }
  return AX_OK;
}

static void check_type(const ax_structure *s, const ax_place *place) {
  ax_str own = AX_JSON_STR(s->definition, "type");
  ax_str base = AX_JSON_STR(s->base, "type");
  if (s->constrains && own.len && base.len && !ax_str_eq(own, base))
    ax_walk_issue(
        s->walk, AX_ERROR, AX_ISSUE_BUSINESS_RULE, "structure-type", place,
        "The type is " AX_STR_FMT ", but that of the base is " AX_STR_FMT
        "; a constraint keeps the type of what it constrains",
        AX_STR_ARG(own), AX_STR_ARG(base));
}

/* A constraint is of the kind of its base, and what has a base says how it
 * stands to it. */
static void check_kind(const ax_structure *s, const ax_place *place) {
  const ax_place kind = ax_place_member(place, AX_STR("kind"));
  ax_str base = AX_JSON_STR(s->base, "kind");
  if (s->constrains && ax_json_text(kind.value).len && base.len &&
      !ax_str_eq(ax_json_text(kind.value), base))
    ax_walk_issue(
        s->walk, AX_ERROR, AX_ISSUE_BUSINESS_RULE, "structure-kind", &kind,
        "The kind is " AX_STR_FMT ", but that of the base is " AX_STR_FMT
        "; a constraint keeps the kind of what it constrains",
        AX_STR_ARG(ax_walk_shown(kind.value)), AX_STR_ARG(base));
  if (!AX_JSON_STR(s->definition, "derivation").len)
    ax_walk_issue(s->walk, AX_ERROR, AX_ISSUE_BUSINESS_RULE,
                  "structure-derivation", place,
                  "A definition with a base must say in 'derivation' whether "
                  "it constrains or specializes it");
}

/* --- the url of an extension -----------------------------------------------
 */

static void check_url(const ax_structure *s, const ax_place *place) {
  const ax_place view = ax_place_member(place, AX_STR("differential"));
  size_t count = ax_json_count(AX_JSON_GET(view.value, "element"));
  ax_str url = AX_JSON_STR(s->definition, "url");
  if (!ax_str_eq(AX_JSON_STR(s->definition, "type"), AX_STR("Extension")) ||
      !s->constrains)
    return;
  for (size_t i = 0; i < count; i++) {
    const ax_place at = ax_place_item(&view, AX_STR("element"), i);
    ax_str fixed = AX_JSON_STR(at.value, "fixedUri");
    if (!ax_str_eq(AX_JSON_STR(at.value, "path"), AX_STR("Extension.url")) ||
        !fixed.len || ax_str_eq(fixed, url))
      continue;
    ax_walk_issue(s->walk, AX_ERROR, AX_ISSUE_BUSINESS_RULE,
                  "structure-extension-url", &at,
                  "The url that this extension fixes, '" AX_STR_FMT
                  "', is not that of its definition, '" AX_STR_FMT "'",
                  AX_STR_ARG(fixed), AX_STR_ARG(url));
  }
}

/* Without it nothing would say in an instance which extension it is. */
static void check_url_is_fixed(const ax_structure *s, const ax_place *place) {
  const ax_json *url = ax_map_get(s->ids, AX_STR("Extension.url"));
  if (!s->constrains || !url || AX_JSON_STR(url, "fixedUri").len) return;
  ax_walk_issue(
      s->walk, AX_ERROR, AX_ISSUE_BUSINESS_RULE, "structure-extension-url",
      place,
      "An extension must fix Extension.url to its own url, '" AX_STR_FMT "'",
      AX_STR_ARG(AX_JSON_STR(s->definition, "url")));
}

/* --- the snapshot ----------------------------------------------------------
 */

static const ax_json *load(void *ctx, ax_str url) {
  const ax_json *found = ax_structure_load(ctx, url);
  return AX_JSON_GET(found, "snapshot") ? found : NULL;
}

static ax_status make_snapshot(ax_structure *s, const ax_place *place) {
  const ax_snapshot_source source = { s, load };
  const ax_json *made = NULL;
  ax_error err = { 0 };
  ax_status status =
      ax_snapshot_generate(s->arena, s->definition, &source, &made, &err);
  if (status == AX_NOMEM) return status;
  if (status)
    ax_walk_issue(s->walk, AX_ERROR, AX_ISSUE_INVALID, "structure-snapshot",
                  place, "No snapshot can be made of the differential: %s",
                  err.text);
  s->elements = elements_of(made, "snapshot");
  return index_elements(s->ids, s->elements, "id");
}

static ax_status check_elements(const ax_structure *s, const ax_place *place) {
  const ax_place view = ax_place_member(place, AX_STR("differential"));
  size_t count = ax_json_count(AX_JSON_GET(view.value, "element"));
  for (size_t i = 0; i < count; i++) {
    const ax_place at = ax_place_item(&view, AX_STR("element"), i);
    AX_TRY(ax_structure_element(s, &at));
    AX_TRY(ax_structure_slicing(s, &at));
  }
  return AX_OK;
}

/* --- the whole -------------------------------------------------------------
 */

static ax_status check_definition(ax_walk *walk, const ax_place *place,
                                  ax_arena *arena) {
  ax_structure s = { .walk = walk,
                     .arena = arena,
                     .definition = place->value,
                     .base_paths = ax_map_new(arena),
                     .ids = ax_map_new(arena) };
  ax_str base = AX_JSON_STR(place->value, "baseDefinition");
  if (!s.base_paths || !s.ids) return AX_NOMEM;
  s.constrains =
      ax_str_eq(AX_JSON_STR(place->value, "derivation"), AX_STR("constraint"));
  check_url(&s, place);
  AX_TRY(ax_structure_contexts(&s, place));
  if (!base.len) return AX_OK;
  s.base = ax_structure_load(&s, base);
  if (!AX_JSON_GET(s.base, "snapshot")) {
    ax_walk_issue(walk, AX_WARNING, AX_ISSUE_NOT_FOUND, "structure-base", place,
                  "The base '" AX_STR_FMT
                  "' is not in the loaded packages, so the differential was "
                  "not held to it",
                  AX_STR_ARG(base));
    return AX_OK;
  }
  check_type(&s, place);
  check_kind(&s, place);
  AX_TRY(index_elements(s.base_paths, elements_of(s.base, "snapshot"), "path"));
  size_t count = ax_json_count(elements_of(s.definition, "differential"));
  if (count > ELEMENTS_MAX)
    ax_walk_issue(walk, AX_WARNING, AX_ISSUE_TOO_COSTLY, "structure-large",
                  place,
                  "The differential has %zu elements and was not held to its "
                  "base; at most %d are looked at",
                  count, ELEMENTS_MAX);
  if (!count || count > ELEMENTS_MAX) return AX_OK;
  AX_TRY(make_snapshot(&s, place));
  check_url_is_fixed(&s, place);
  ax_structure_order(&s, place);
  return check_elements(&s, place);
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  ax_arena *arena = ax_walk_scratch(walk);
  (void)self;
  if (!arena) return;
  ax_arena_mark mark = ax_arena_mark_here(arena);
  if (check_definition(walk, place, arena)) walk->no_memory = true;
  ax_arena_rewind(arena, mark);
}

const ax_check_kind ax_check_structure = { "structure", compile, run,
                                           ax_check_explain };
