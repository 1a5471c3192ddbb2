/*
 * Coding: the code must be one of its system, where the packages hold all of
 * the system's codes; and a supplement is no system of its own (R4
 * terminologies.html, CodeSystem.content).
 */
#include "validate/check.h"

static ax_status compile(const ax_check_source *source, ax_check **out) {
  if (!source->is_root || source->is_profile ||
      !ax_str_eq(source->type, AX_STR("Coding")))
    return AX_OK;
  *out = AX_NEW(source->arena, ax_check);
  return *out ? AX_OK : AX_NOMEM;
}

static bool is_supplement(const ax_walk *walk, ax_str system) {
  const ax_json *resource =
      ax_registry_find(walk->registry, AX_DEF_CODE_SYSTEM, system);
  return resource &&
         (AX_JSON_GET(resource, "supplements") ||
          ax_str_eq(AX_JSON_STR(resource, "content"), AX_STR("supplement")));
}

static ax_place member_at(const ax_place *coding, ax_str name) {
  return (ax_place){ .up = coding,
                     .name = name,
                     .index = AX_PLACE_SINGLE,
                     .value = ax_json_get(coding->value, name) };
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  ax_str system = AX_JSON_STR(place->value, "system");
  ax_str code = AX_JSON_STR(place->value, "code");
  const char *why = NULL;
  (void)self;
  if (!system.len || !code.len || !walk->host->code_in_system) return;
  ax_code_answer answer =
      walk->host->code_in_system(walk->host->ctx, system, code, &why);
  if (answer == AX_CODE_UNDECIDED && is_supplement(walk, system)) {
    const ax_place at = member_at(place, AX_STR("system"));
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_NOT_FOUND, "code-system-supplement",
                  &at,
                  "CodeSystem " AX_STR_FMT
                  " is a supplement, so can't be used as a value in "
                  "Coding.system; the system that it supplements must stand "
                  "here",
                  AX_STR_ARG(system));
  }
  if (answer == AX_CODE_NOT_IN) {
    const ax_place at = member_at(place, AX_STR("code"));
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_CODE_INVALID, "code-unknown", &at,
                  "Unknown code '" AX_STR_FMT "' in the CodeSystem '" AX_STR_FMT
                  "'",
                  AX_STR_ARG(code), AX_STR_ARG(system));
  }
}

static void explain(const ax_check *self, ax_json_writer *w) {
  (void)self;
  ax_json_write_bool(w, true);
}

const ax_check_kind ax_check_coding = { "coding", compile, run, explain };
