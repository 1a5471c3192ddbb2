/*
 * Reference: where the resource may stand that it leads to (contained, in the
 * same Bundle, elsewhere), and whether it names a version (R4
 * ElementDefinition.type.aggregation and type.versioning).
 */
#include "fhir/fhir_reference.h"
#include "validate/check.h"
#include "validate/walk_find.h"

enum { CONTAINED = 1, REFERENCED = 2, BUNDLED = 4, SHOWN = 64 };

typedef struct {
  ax_check check;
  unsigned modes;  /* 0: any */
  ax_str versions; /* "either", "independent" or "specific" */
} aggregation_check;

static const struct {
  const char *code;
  unsigned mode;
} MODES[] = {
  { "contained", CONTAINED },
  { "referenced", REFERENCED },
  { "bundled", BUNDLED },
};

static unsigned modes_of(const ax_json *type) {
  const ax_json *list = AX_JSON_GET(type, "aggregation");
  unsigned modes = 0;
  for (size_t i = 0; i < ax_json_count(list); i++)
    for (size_t m = 0; m < AX_COUNT(MODES); m++)
      if (ax_str_eq(ax_json_text(ax_json_item(list, i)),
                    ax_str_from(MODES[m].code)))
        modes |= MODES[m].mode;
  return modes;
}

/* A type that says nothing allows everything. */
static ax_status compile(const ax_check_source *source, ax_check **out) {
  const ax_json *types = ax_check_member(source, AX_STR("type"));
  aggregation_check made = { .versions = AX_STR("either") };
  bool any = false;
  for (size_t i = 0; i < ax_json_count(types); i++) {
    const ax_json *type = ax_json_item(types, i);
    if (!ax_str_eq(AX_JSON_STR(type, "code"), AX_STR("Reference"))) continue;
    unsigned modes = modes_of(type);
    any = any || !modes;
    made.modes |= modes;
    ax_str versions = AX_JSON_STR(type, "versioning");
    if (versions.len) made.versions = versions;
  }
  if (any) made.modes = 0;
  if (!made.modes && ax_str_eq(made.versions, AX_STR("either"))) return AX_OK;
  aggregation_check *kept = AX_NEW(source->arena, aggregation_check);
  if (!kept) return AX_NOMEM;
  kept->modes = made.modes;
  kept->versions = ax_arena_str(source->arena, made.versions);
  *out = &kept->check;
  return kept->versions.ptr ? AX_OK : AX_NOMEM;
}

static void list_modes(unsigned modes, ax_buf *out) {
  for (size_t m = 0; m < AX_COUNT(MODES); m++)
    if (modes & MODES[m].mode)
      ax_buf_printf(out, "%s%s", ax_buf_view(out).len ? ", " : "",
                    MODES[m].code);
}

/* What stands in the same Bundle stands outside of the resource, too. */
static unsigned where_it_is(ax_walk *walk, ax_str text, const char **name) {
  ax_walk_target target;
  bool found = ax_walk_find_target(walk, text, &target);
  *name = "not in this document";
  if (text.ptr[0] == '#') {
    *name = "contained";
    return CONTAINED;
  }
  if (!found) return REFERENCED;
  *name = "in the same Bundle";
  return BUNDLED | REFERENCED;
}

static void check_modes(const aggregation_check *c, ax_walk *walk,
                        const ax_place *place, ax_str text) {
  const char *name;
  if (!c->modes || (where_it_is(walk, text, &name) & c->modes)) return;
  ax_buf allowed = AX_BUF_INIT(SHOWN);
  list_modes(c->modes, &allowed);
  ax_str list = ax_buf_view(&allowed);
  ax_walk_issue(walk, AX_ERROR, AX_ISSUE_STRUCTURE, "reference-aggregation",
                place,
                "What the reference '" AX_STR_FMT
                "' leads to is %s; the profile allows only: " AX_STR_FMT,
                AX_STR_ARG(text), name, AX_STR_ARG(list));
  ax_buf_free(&allowed);
}

static void check_version(const aggregation_check *c, ax_walk *walk,
                          const ax_place *place, ax_str text) {
  ax_reference ref = ax_fhir_reference_parse(text);
  bool specific = ax_str_eq(c->versions, AX_STR("specific"));
  if ((ref.kind != AX_REF_RELATIVE && ref.kind != AX_REF_ABSOLUTE) ||
      (!specific && !ax_str_eq(c->versions, AX_STR("independent"))) ||
      specific == (ref.version.len > 0))
    return;
  ax_walk_issue(walk, AX_ERROR, AX_ISSUE_STRUCTURE, "reference-version", place,
                specific ? "The reference '" AX_STR_FMT
                           "' must name a version (Type/id/_history/version)"
                         : "The reference '" AX_STR_FMT
                           "' must not name a version",
                AX_STR_ARG(text));
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  const aggregation_check *c = (const aggregation_check *)self;
  ax_str text = AX_JSON_STR(place->value, "reference");
  if (!text.len || !place->type ||
      !ax_str_eq(place->type->name, AX_STR("Reference")))
    return;
  check_modes(c, walk, place, text);
  check_version(c, walk, place, text);
}

static void explain(const ax_check *self, ax_json_writer *w) {
  const aggregation_check *c = (const aggregation_check *)self;
  ax_buf modes = AX_BUF_INIT(SHOWN);
  list_modes(c->modes, &modes);
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("aggregation"), ax_buf_view(&modes));
  ax_json_write_member(w, AX_STR("versioning"), c->versions);
  ax_json_write_close(w);
  ax_buf_free(&modes);
}

const ax_check_kind ax_check_aggregation = { "aggregation", compile, run,
                                             explain };
