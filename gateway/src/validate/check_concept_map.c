/*
 * ConceptMap: what is mapped is in the code system of its group, and so is what
 * it is mapped to (R4 ConceptMap.group.element.code, .target.code). A group
 * that names a version of its system may mean codes that the loaded one has no
 * more; it is not judged.
 */
#include "validate/check.h"

static ax_status compile(const ax_check_source *source, ax_check **out) {
  return ax_check_on_type(source, "ConceptMap", out);
}

static void check_code(ax_walk *walk, ax_str system, const ax_place *owner) {
  const ax_validate_host *host = walk->host;
  const ax_place at = ax_place_member(owner, AX_STR("code"));
  ax_str code = ax_json_text(at.value);
  const char *why = NULL;
  if (!system.len || !code.len || !host->code_in_system ||
      host->code_in_system(host->ctx, system, code, &why) != AX_CODE_NOT_IN)
    return;
  ax_walk_issue(walk, AX_ERROR, AX_ISSUE_CODE_INVALID, "concept-map-code", &at,
                "The code '" AX_STR_FMT
                "' is not in the code system '" AX_STR_FMT "'",
                AX_STR_ARG(code), AX_STR_ARG(system));
}

/* The system of one side; empty: none that can be judged. */
static ax_str system_of(const ax_json *group, ax_str side, ax_str version) {
  return ax_json_get(group, version) ? AX_STR("") : ax_json_str(group, side);
}

static void check_group(ax_walk *walk, const ax_place *group) {
  ax_str from =
      system_of(group->value, AX_STR("source"), AX_STR("sourceVersion"));
  ax_str to =
      system_of(group->value, AX_STR("target"), AX_STR("targetVersion"));
  size_t count = ax_json_count(AX_JSON_GET(group->value, "element"));
  for (size_t i = 0; i < count; i++) {
    const ax_place element = ax_place_item(group, AX_STR("element"), i);
    size_t targets = ax_json_count(AX_JSON_GET(element.value, "target"));
    check_code(walk, from, &element);
    for (size_t t = 0; t < targets; t++) {
      const ax_place target = ax_place_item(&element, AX_STR("target"), t);
      check_code(walk, to, &target);
    }
  }
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  size_t count = ax_json_count(AX_JSON_GET(place->value, "group"));
  (void)self;
  for (size_t i = 0; i < count; i++) {
    const ax_place group = ax_place_item(place, AX_STR("group"), i);
    check_group(walk, &group);
  }
}

const ax_check_kind ax_check_concept_map = { "concept-map", compile, run,
                                             ax_check_explain };
