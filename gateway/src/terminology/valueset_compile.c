#include "terminology/valueset_compile.h"

#include <ctype.h>

#include "terminology/valueset_filter.h"

typedef struct {
  ax_arena *arena;
  const ax_valueset_source *source;
  bool active_only;
} compiling;

/* What `codes` holds: what the set says of a code, or nothing but that it is
 * there. */
typedef struct {
  const ax_json *entry;
} held;

/* --- codes of a part ----------------------------------------------------- */

static ax_status put_code(compiling *c, ax_valueset_part *part, ax_str code,
                          const ax_json *entry) {
  held *value = AX_NEW(c->arena, held);
  ax_str key = code;
  if (!value) return AX_NOMEM;
  value->entry = entry;
  if (!part->case_sensitive) {
    char *lower = ax_arena_cstr(c->arena, code);
    if (!lower) return AX_NOMEM;
    for (size_t i = 0; i < code.len; i++)
      lower[i] = (char)tolower((unsigned char)lower[i]);
    key.ptr = lower;
  }
  return ax_map_put(part->codes, key, value);
}

static ax_status put_listed(compiling *c, ax_valueset_part *part,
                            const ax_codesystem *system,
                            const ax_json *concepts) {
  for (size_t i = 0; i < ax_json_count(concepts); i++) {
    const ax_json *entry = ax_json_item(concepts, i);
    ax_str code = AX_JSON_STR(entry, "code");
    const ax_concept *known = system ? ax_codesystem_find(system, code) : NULL;
    if (c->active_only && known && known->inactive) continue;
    AX_TRY(put_code(c, part, code, entry));
  }
  return AX_OK;
}

enum { FILTERS_MAX = 32 };

typedef struct {
  const ax_valueset_filter *items[FILTERS_MAX];
  size_t count;
} filter_list;

/* False, with the reason in part->partial: one of them is not understood. */
static ax_status compile_filters(compiling *c, ax_valueset_part *part,
                                 const ax_codesystem *system,
                                 const ax_json *filters, filter_list *out,
                                 bool *understood) {
  *understood = false;
  out->count = 0;
  for (size_t i = 0; i < ax_json_count(filters); i++) {
    if (i == FILTERS_MAX) {
      part->partial = "the value set has too many filters";
      return AX_OK;
    }
    AX_TRY(ax_valueset_filter_compile(c->arena, ax_json_item(filters, i),
                                      system, &out->items[i], &part->partial));
    if (!out->items[i]) return AX_OK;
    out->count++;
  }
  *understood = true;
  return AX_OK;
}

static bool passes(compiling *c, const filter_list *filters,
                   const ax_concept *concept) {
  if (concept->abstract || (c->active_only && concept->inactive)) return false;
  for (size_t i = 0; i < filters->count; i++)
    if (!ax_valueset_filter_pass(filters->items[i], c->arena, concept))
      return false;
  return true;
}

static ax_status put_filtered(compiling *c, ax_valueset_part *part,
                              const ax_codesystem *system,
                              const ax_json *filters) {
  filter_list list;
  bool understood;
  AX_TRY(compile_filters(c, part, system, filters, &list, &understood));
  if (!understood) return AX_OK;
  part->codes = ax_map_new(c->arena);
  if (!part->codes) return AX_NOMEM;
  part->partial = system->partial;
  for (size_t i = 0; i < ax_map_count(system->codes); i++) {
    const ax_concept *concept = ax_map_at(system->codes, i, NULL);
    if (passes(c, &list, concept))
      AX_TRY(put_code(c, part, concept->code, NULL));
  }
  return AX_OK;
}

static ax_str versioned(compiling *c, ax_str url, ax_str version) {
  if (!version.len) return url;
  return ax_arena_printf(c->arena, AX_STR_FMT "|" AX_STR_FMT, AX_STR_ARG(url),
                         AX_STR_ARG(version));
}

static const char other_version[] =
    "the code system is loaded, but not in the version that is asked for";

/* The code system in the version asked for, else in any. */
static const ax_codesystem *system_of(compiling *c, const ax_json *source,
                                      bool *other) {
  ax_str url = AX_JSON_STR(source, "system");
  ax_str version = AX_JSON_STR(source, "version");
  ax_str exact = versioned(c, url, version);
  const ax_codesystem *system =
      exact.ptr ? c->source->codesystem(c->source->ctx, exact) : NULL;
  *other = !system && version.len > 0;
  return system ? system : c->source->codesystem(c->source->ctx, url);
}

static ax_status read_system(compiling *c, ax_valueset_part *part,
                             const ax_json *source) {
  const ax_json *concepts = AX_JSON_GET(source, "concept");
  const ax_json *filters = AX_JSON_GET(source, "filter");
  bool other_one = false;
  const ax_codesystem *system = system_of(c, source, &other_one);
  part->case_sensitive = !system || system->case_sensitive;
  if (concepts) {
    part->codes = ax_map_new(c->arena);
    if (!part->codes) return AX_NOMEM;
    return put_listed(c, part, system, concepts);
  }
  part->builtin = ax_builtin_named(part->system);
  if (!system) {
    if (filters || !part->builtin)
      part->partial = "the code system is not loaded";
    return AX_OK;
  }
  AX_TRY(put_filtered(c, part, system, filters));
  if (part->codes && !part->partial && other_one) part->partial = other_version;
  if (part->codes && !part->partial) part->builtin = AX_BUILTIN_NONE;
  return AX_OK;
}

/* --- parts --------------------------------------------------------------- */

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

/* --- an expansion that came with the value set --------------------------- */

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
    AX_TRY(put_code(c, &parts[i], code, item));
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

/* One page of a longer list? */
static bool is_whole(const ax_json *expansion, size_t listed) {
  int64_t total = 0, offset = 0;
  ax_str said = ax_json_text(AX_JSON_GET(expansion, "total"));
  ax_str from = ax_json_text(AX_JSON_GET(expansion, "offset"));
  if (ax_str_int64(from, 0, INT64_MAX, &offset) && offset > 0) return false;
  return !ax_str_int64(said, 0, INT64_MAX, &total) || (size_t)total <= listed;
}

static size_t count_listed(const ax_json *list, unsigned depth) {
  size_t count = 0;
  for (size_t i = 0; depth < EXPANSION_DEPTH && i < ax_json_count(list); i++) {
    const ax_json *item = ax_json_item(list, i);
    if (AX_JSON_GET(item, "code")) count++;
    count += count_listed(AX_JSON_GET(item, "contains"), depth + 1);
  }
  return count;
}

/* The expansion decides by its list; beyond a page of it the definition may
 * still say no. */
static ax_status read_expansion(compiling *c, const ax_json *expansion,
                                ax_valueset *set) {
  const ax_json *list = AX_JSON_GET(expansion, "contains");
  ax_valueset_part *parts =
      AX_NEW_ARRAY(c->arena, ax_valueset_part, EXPANSION_SYSTEMS + 1);
  if (!parts) return AX_NOMEM;
  size_t count = 0;
  AX_TRY(read_contains(c, parts, &count, list, 0));
  if (count == EXPANSION_SYSTEMS || !is_whole(expansion, count_listed(list, 0)))
    set->why = "the value set's expansion is not whole";
  set->expanded = parts;
  set->expanded_count = count;
  return AX_OK;
}

static bool decides_part(const ax_valueset_part *part);

static bool decides(const ax_valueset *set) {
  if (!set || set->why) return false;
  for (size_t i = 0; i < set->include_count; i++)
    if (!decides_part(&set->includes[i])) return false;
  for (size_t i = 0; i < set->exclude_count; i++)
    if (!decides_part(&set->excludes[i])) return false;
  return true;
}

static bool decides_part(const ax_valueset_part *part) {
  if (part->partial || part->builtin == AX_BUILTIN_LOINC ||
      part->builtin == AX_BUILTIN_SNOMED ||
      part->builtin == AX_BUILTIN_SUBDIVISION)
    return false;
  for (size_t i = 0; i < part->import_count; i++)
    if (!decides(part->imports[i])) return false;
  return true;
}

static ax_status read_compose(compiling *c, const ax_json *compose,
                              ax_valueset *set) {
  const ax_json *inactive = AX_JSON_GET(compose, "inactive");
  c->active_only = ax_json_is(inactive, AX_JSON_BOOL) && !inactive->truth;
  AX_TRY(read_parts(c, AX_JSON_GET(compose, "include"), &set->includes,
                    &set->include_count));
  return read_parts(c, AX_JSON_GET(compose, "exclude"), &set->excludes,
                    &set->exclude_count);
}

ax_status ax_valueset_compile(ax_arena *arena, const ax_json *resource,
                              const ax_valueset_source *source,
                              ax_valueset **out) {
  compiling c = { .arena = arena, .source = source };
  ax_valueset *set = AX_NEW(arena, ax_valueset);
  if (!set) return AX_NOMEM;
  set->url = AX_JSON_STR(resource, "url");
  const ax_json *compose = AX_JSON_GET(resource, "compose");
  const ax_json *expansion = AX_JSON_GET(resource, "expansion");
  AX_TRY(read_compose(&c, compose, set));
  if (expansion && (!compose || !decides(set)))
    AX_TRY(read_expansion(&c, expansion, set));
  if (!compose && !expansion) set->why = "the value set lists no codes";
  *out = set;
  return AX_OK;
}

ax_status ax_valueset_compile_all(ax_arena *arena, ax_str url, bool some,
                                  const ax_valueset_source *source,
                                  ax_valueset **out) {
  compiling c = { .arena = arena, .source = source };
  ax_valueset *set = AX_NEW(arena, ax_valueset);
  ax_valueset_part *part = AX_NEW(arena, ax_valueset_part);
  if (!set || !part) return AX_NOMEM;
  part->system = url;
  part->builtin = ax_builtin_named(url);
  const ax_codesystem *system = source->codesystem(source->ctx, url);
  part->case_sensitive = !system || system->case_sensitive;
  if (system && !some) AX_TRY(put_filtered(&c, part, system, NULL));
  if (system && !some && !part->partial) part->builtin = AX_BUILTIN_NONE;
  if (some)
    part->partial = "which codes the value set has is not known here";
  else if (!system && !part->builtin)
    part->partial = "the code system is not loaded";
  set->includes = part;
  set->include_count = 1;
  *out = set;
  return AX_OK;
}

/* --- asking -------------------------------------------------------------- */

static ax_membership unknown(const char **why, const char *reason) {
  if (why) *why = reason;
  return AX_MEMBER_UNKNOWN;
}

static const held *find_code(const ax_valueset_part *part, ax_str code) {
  char lower[256];
  if (!part->codes) return NULL;
  if (part->case_sensitive) return ax_map_get(part->codes, code);
  if (code.len > sizeof lower) return NULL;
  for (size_t i = 0; i < code.len; i++)
    lower[i] = (char)tolower((unsigned char)code.ptr[i]);
  return ax_map_get(part->codes, (ax_str){ lower, code.len });
}

static ax_membership unit_has(bool (*is_unit)(ax_str), ax_str code,
                              const char **why) {
  if (!is_unit) return unknown(why, "units are not checked here");
  if (is_unit(code)) return AX_MEMBER_YES;
  if (why) *why = "it is no UCUM unit";
  return AX_MEMBER_NO;
}

static ax_membership system_has(const ax_valueset_part *part,
                                bool (*is_unit)(ax_str), ax_str system,
                                ax_str code, const char **why) {
  if (system.len && !ax_str_eq(system, part->system)) return AX_MEMBER_NO;
  if (find_code(part, code)) return AX_MEMBER_YES;
  ax_membership judged = AX_MEMBER_UNKNOWN;
  if (part->builtin == AX_BUILTIN_UCUM)
    judged = unit_has(is_unit, code, why);
  else if (part->builtin)
    judged = ax_builtin_judge(part->builtin, code, why);
  else if (!part->partial)
    return AX_MEMBER_NO;
  /* A filter takes a part of what the system has. */
  if (judged == AX_MEMBER_YES && part->partial) judged = AX_MEMBER_UNKNOWN;
  if (judged == AX_MEMBER_UNKNOWN && part->partial)
    return unknown(why, part->partial);
  return judged;
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

/* By the definition alone. */
static ax_membership defined_has(const ax_valueset *set,
                                 bool (*is_unit)(ax_str), ax_str system,
                                 ax_str code, const char **why) {
  ax_membership in =
      any_part(set->includes, set->include_count, is_unit, system, code, why);
  if (in == AX_MEMBER_NO) return in;
  ax_membership out =
      any_part(set->excludes, set->exclude_count, is_unit, system, code, why);
  if (out == AX_MEMBER_YES) return AX_MEMBER_NO;
  return out == AX_MEMBER_UNKNOWN ? out : in;
}

ax_membership ax_valueset_compile_has(const ax_valueset *set,
                                      bool (*is_unit)(ax_str code),
                                      ax_str system, ax_str code,
                                      const char **why) {
  if (set->expanded) {
    ax_membership listed = any_part(set->expanded, set->expanded_count, is_unit,
                                    system, code, why);
    if (listed == AX_MEMBER_YES || !set->why) return listed;
  }
  if (set->why) return unknown(why, set->why);
  return defined_has(set, is_unit, system, code, why);
}

static const ax_json *entry_in(const ax_valueset_part *parts, size_t count,
                               ax_str system, ax_str code) {
  for (size_t i = 0; i < count; i++) {
    const ax_valueset_part *part = &parts[i];
    const held *found =
        ax_str_eq(part->system, system) ? find_code(part, code) : NULL;
    if (found && found->entry) return found->entry;
    for (size_t k = 0; k < part->import_count; k++) {
      const ax_json *entry =
          part->imports[k]
              ? ax_valueset_compile_entry(part->imports[k], system, code)
              : NULL;
      if (entry) return entry;
    }
  }
  return NULL;
}

const ax_json *ax_valueset_compile_entry(const ax_valueset *set, ax_str system,
                                         ax_str code) {
  const ax_json *entry =
      entry_in(set->expanded, set->expanded_count, system, code);
  return entry ? entry
               : entry_in(set->includes, set->include_count, system, code);
}
