#include "terminology/valueset_compile.h"

#include <ctype.h>

#include "terminology/valueset_filter.h"

typedef struct {
  ax_arena *arena;
  const ax_valueset_source *source;
} compiling;

/* --- codes of a part
 * ------------------------------------------------------------ */

static ax_status put_code(compiling *c, ax_valueset_part *part, ax_str code) {
  static char present; /* only its address is used */
  ax_str key = code;
  if (!part->case_sensitive) {
    char *lower = ax_arena_cstr(c->arena, code);
    if (!lower) return AX_NOMEM;
    for (size_t i = 0; i < code.len; i++)
      lower[i] = (char)tolower((unsigned char)lower[i]);
    key.ptr = lower;
  }
  return ax_map_put(part->codes, key, &present);
}

static ax_status put_listed(compiling *c, ax_valueset_part *part,
                            const ax_json *concepts) {
  for (size_t i = 0; i < ax_json_count(concepts); i++)
    AX_TRY(put_code(c, part, AX_JSON_STR(ax_json_item(concepts, i), "code")));
  return AX_OK;
}

static bool passes(const ax_codesystem *system, const ax_json *filters,
                   const ax_concept *concept) {
  for (size_t i = 0; i < ax_json_count(filters); i++)
    if (!ax_valueset_filter_pass(system, ax_json_item(filters, i), concept))
      return false;
  return true;
}

static bool usable(const ax_json *filters) {
  for (size_t i = 0; i < ax_json_count(filters); i++)
    if (!ax_valueset_filter_usable(ax_json_item(filters, i))) return false;
  return true;
}

static ax_status put_filtered(compiling *c, ax_valueset_part *part,
                              const ax_codesystem *system,
                              const ax_json *filters) {
  part->partial = !system->complete;
  if (part->partial)
    part->why = "the loaded code system does not hold all of its codes";
  for (size_t i = 0; i < ax_map_count(system->codes); i++) {
    const ax_concept *concept = ax_map_at(system->codes, i, NULL);
    if (passes(system, filters, concept))
      AX_TRY(put_code(c, part, concept->code));
  }
  return AX_OK;
}

static ax_str versioned(compiling *c, ax_str url, ax_str version) {
  if (!version.len) return url;
  return ax_arena_printf(c->arena, AX_STR_FMT "|" AX_STR_FMT, AX_STR_ARG(url),
                         AX_STR_ARG(version));
}

/* The code system in the version asked for, else in any. */
static const ax_codesystem *system_of(compiling *c, const ax_json *source) {
  ax_str url = AX_JSON_STR(source, "system");
  ax_str exact = versioned(c, url, AX_JSON_STR(source, "version"));
  const ax_codesystem *system =
      exact.ptr ? c->source->codesystem(c->source->ctx, exact) : NULL;
  return system ? system : c->source->codesystem(c->source->ctx, url);
}

static ax_status read_system(compiling *c, ax_valueset_part *part,
                             const ax_json *source) {
  const ax_json *concepts = AX_JSON_GET(source, "concept");
  const ax_json *filters = AX_JSON_GET(source, "filter");
  const ax_codesystem *system = system_of(c, source);
  part->case_sensitive = !system || system->case_sensitive;
  part->builtin = ax_builtin_named(part->system);
  if (!concepts && !filters && part->builtin) return AX_OK;
  if (!concepts && !system) {
    part->why = "the code system is not loaded";
    return AX_OK;
  }
  if (!concepts && !usable(filters)) {
    part->why = "a filter of the value set is not understood";
    return AX_OK;
  }
  part->codes = ax_map_new(c->arena);
  if (!part->codes) return AX_NOMEM;
  return concepts ? put_listed(c, part, concepts)
                  : put_filtered(c, part, system, filters);
}

/* --- parts
 * ------------------------------------------------------------------------- */

static ax_status read_imports(compiling *c, ax_valueset_part *part,
                              const ax_json *urls) {
  size_t count = ax_json_count(urls);
  if (!count) return AX_OK;
  part->imports = AX_NEW_ARRAY(c->arena, const ax_valueset *, count);
  if (!part->imports) return AX_NOMEM;
  for (size_t i = 0; i < count; i++)
    part->imports[part->import_count++] = c->source->valueset(
        c->source->ctx, ax_json_text(ax_json_item(urls, i)));
  return AX_OK;
}

static ax_status read_parts(compiling *c, const ax_json *list,
                            const ax_valueset_part **out, size_t *out_count) {
  size_t count = ax_json_count(list);
  ax_valueset_part *parts =
      AX_NEW_ARRAY(c->arena, ax_valueset_part, count ? count : 1);
  if (!parts) return AX_NOMEM;
  for (size_t i = 0; i < count; i++) {
    const ax_json *source = ax_json_item(list, i);
    parts[i].system = AX_JSON_STR(source, "system");
    if (parts[i].system.len) AX_TRY(read_system(c, &parts[i], source));
    AX_TRY(read_imports(c, &parts[i], AX_JSON_GET(source, "valueSet")));
  }
  *out = parts;
  *out_count = count;
  return AX_OK;
}

/* --- an expansion that came with the value set
 * ---------------------------------------- */

static ax_status read_contains(compiling *c, ax_valueset_part *parts,
                               size_t *count, const ax_json *list,
                               unsigned depth);

static ax_status read_one_contained(compiling *c, ax_valueset_part *parts,
                                    size_t *count, const ax_json *item,
                                    unsigned depth) {
  ax_str system = AX_JSON_STR(item, "system");
  ax_str code = AX_JSON_STR(item, "code");
  const ax_json *abstract = AX_JSON_GET(item, "abstract");
  if (code.len && !(abstract && abstract->truth)) {
    size_t i = 0;
    while (i < *count && !ax_str_eq(parts[i].system, system)) i++;
    if (i == *count) {
      parts[i] = (ax_valueset_part){ .system = system, .case_sensitive = true };
      parts[i].codes = ax_map_new(c->arena);
      if (!parts[i].codes) return AX_NOMEM;
      ++*count;
    }
    AX_TRY(put_code(c, &parts[i], code));
  }
  return read_contains(c, parts, count, AX_JSON_GET(item, "contains"),
                       depth + 1);
}

enum { EXPANSION_SYSTEMS = 64, EXPANSION_DEPTH = 100 };

static ax_status read_contains(compiling *c, ax_valueset_part *parts,
                               size_t *count, const ax_json *list,
                               unsigned depth) {
  if (depth > EXPANSION_DEPTH) return AX_OK;
  for (size_t i = 0; i < ax_json_count(list); i++) {
    if (*count == EXPANSION_SYSTEMS) return AX_OK;
    AX_TRY(read_one_contained(c, parts, count, ax_json_item(list, i), depth));
  }
  return AX_OK;
}

static ax_status read_expansion(compiling *c, const ax_json *expansion,
                                ax_valueset *set) {
  ax_valueset_part *parts =
      AX_NEW_ARRAY(c->arena, ax_valueset_part, EXPANSION_SYSTEMS + 1);
  if (!parts) return AX_NOMEM;
  size_t count = 0;
  AX_TRY(
      read_contains(c, parts, &count, AX_JSON_GET(expansion, "contains"), 0));
  set->includes = parts;
  set->include_count = count;
  return AX_OK;
}

static bool decides(const ax_valueset *set) {
  for (size_t i = 0; i < set->include_count; i++)
    if (set->includes[i].why) return false;
  return true;
}

ax_status ax_valueset_compile(ax_arena *arena, const ax_json *resource,
                              const ax_valueset_source *source,
                              ax_valueset **out) {
  compiling c = { arena, source };
  ax_valueset *set = AX_NEW(arena, ax_valueset);
  if (!set) return AX_NOMEM;
  set->url = AX_JSON_STR(resource, "url");
  const ax_json *compose = AX_JSON_GET(resource, "compose");
  const ax_json *expansion = AX_JSON_GET(resource, "expansion");
  AX_TRY(read_parts(&c, AX_JSON_GET(compose, "include"), &set->includes,
                    &set->include_count));
  AX_TRY(read_parts(&c, AX_JSON_GET(compose, "exclude"), &set->excludes,
                    &set->exclude_count));
  if (expansion && (!compose || !decides(set)))
    AX_TRY(read_expansion(&c, expansion, set));
  if (!compose && !expansion) set->why = "the value set lists no codes";
  *out = set;
  return AX_OK;
}

/* --- asking
 * --------------------------------------------------------------------------------
 */

static ax_membership unknown(const char **why, const char *reason) {
  if (why) *why = reason;
  return AX_MEMBER_UNKNOWN;
}

static bool holds(const ax_valueset_part *part, ax_str code) {
  char lower[256];
  if (part->case_sensitive) return ax_map_get(part->codes, code) != NULL;
  if (code.len > sizeof lower) return false;
  for (size_t i = 0; i < code.len; i++)
    lower[i] = (char)tolower((unsigned char)code.ptr[i]);
  return ax_map_get(part->codes, (ax_str){ lower, code.len }) != NULL;
}

static ax_membership system_has(const ax_valueset_part *part,
                                bool (*is_unit)(ax_str), ax_str system,
                                ax_str code, const char **why) {
  if (system.len && !ax_str_eq(system, part->system)) return AX_MEMBER_NO;
  if (part->codes) {
    if (holds(part, code)) return AX_MEMBER_YES;
    return part->partial ? unknown(why, part->why) : AX_MEMBER_NO;
  }
  if (part->builtin == AX_BUILTIN_UCUM) {
    if (!is_unit) return unknown(why, "units are not checked here");
    return is_unit(code) ? AX_MEMBER_YES : AX_MEMBER_NO;
  }
  if (part->builtin)
    return ax_builtin_has(part->builtin, code) ? AX_MEMBER_YES : AX_MEMBER_NO;
  return unknown(why, part->why);
}

static ax_membership part_has(const ax_valueset_part *part,
                              bool (*is_unit)(ax_str), ax_str system,
                              ax_str code, const char **why) {
  ax_membership all = AX_MEMBER_YES;
  if (part->system.len) all = system_has(part, is_unit, system, code, why);
  for (size_t i = 0; i < part->import_count && all != AX_MEMBER_NO; i++) {
    ax_membership one =
        part->imports[i] ? ax_valueset_compile_has(part->imports[i], is_unit,
                                                   system, code, why)
                         : unknown(why, "an imported value set is not loaded");
    if (one != AX_MEMBER_YES) all = one;
  }
  return all;
}

static ax_membership any_part(const ax_valueset_part *parts, size_t count,
                              bool (*is_unit)(ax_str), ax_str system,
                              ax_str code, const char **why) {
  ax_membership any = AX_MEMBER_NO;
  for (size_t i = 0; i < count && any != AX_MEMBER_YES; i++) {
    ax_membership one = part_has(&parts[i], is_unit, system, code, why);
    if (one != AX_MEMBER_NO) any = one;
  }
  return any;
}

ax_membership ax_valueset_compile_has(const ax_valueset *set,
                                      bool (*is_unit)(ax_str code),
                                      ax_str system, ax_str code,
                                      const char **why) {
  if (set->why) return unknown(why, set->why);
  ax_membership in =
      any_part(set->includes, set->include_count, is_unit, system, code, why);
  if (in == AX_MEMBER_NO) return in;
  ax_membership out =
      any_part(set->excludes, set->exclude_count, is_unit, system, code, why);
  if (out == AX_MEMBER_YES) return AX_MEMBER_NO;
  return out == AX_MEMBER_UNKNOWN ? out : in;
}
