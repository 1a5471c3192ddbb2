/*
 * Measure: criteria in CQL that name a definition of one of the measure's
 * libraries find it there, where that library is loaded with its CQL (R4
 * measure.html, Measure.library).
 */
#include <string.h>

#include "base/base64.h"
#include "validate/check.h"

enum { LIBRARIES = 16 }; /* of one measure; more are not looked at */

/* A library that is loaded, and its CQL (empty: it has none). */
typedef struct {
  const ax_json *resource;
  ax_str cql;
} library;

typedef struct {
  ax_walk *walk;
  ax_arena *arena;
  library libraries[LIBRARIES];
  size_t count;  /* of those loaded */
  size_t stated; /* how many the measure names */
} measure;

static ax_status compile(const ax_check_source *source, ax_check **out) {
  return ax_check_on_type(source, "Measure", out);
}

/* --- libraries -------------------------------------------------------------
 */

/* Its CQL; empty: it has none. */
static ax_str cql_of(const measure *m, const ax_json *resource) {
  const ax_json *list = AX_JSON_GET(resource, "content");
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *content = ax_json_item(list, i);
    ax_str data = AX_JSON_STR(content, "data");
    if (!ax_str_eq(AX_JSON_STR(content, "contentType"), AX_STR("text/cql")) ||
        !data.len)
      continue;
    char *text = AX_NEW_ARRAY(m->arena, char, data.len);
    if (!text) {
      m->walk->no_memory = true;
      return AX_STR("");
    }
    return (ax_str){ text, ax_base64_decode(data, text) };
  }
  return AX_STR("");
}

static void load_libraries(measure *m, const ax_json *canonicals) {
  m->stated = ax_json_count(canonicals);
  for (size_t i = 0; i < m->stated && m->count < LIBRARIES; i++) {
    ax_str url = ax_json_text(ax_json_item(canonicals, i));
    library *one = &m->libraries[m->count];
    if (!url.len || ax_registry_load(m->walk->registry, m->arena,
                                     AX_DEF_LIBRARY, url, &one->resource, NULL))
      continue;
    one->cql = cql_of(m, one->resource);
    m->count++;
  }
}

static bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static ax_str skip_spaces(ax_str text) {
  while (text.len && is_space(text.ptr[0])) text = ax_str_skip(text, 1);
  return text;
}

/* Skips `word` where it is a word of its own. */
static bool take_word(ax_str *text, ax_str word) {
  if (!ax_str_starts(*text, word)) return false;
  ax_str rest = ax_str_skip(*text, word.len);
  if (rest.len && !is_space(rest.ptr[0])) return false;
  *text = skip_spaces(rest);
  return true;
}

static bool begins_with_name(ax_str text, ax_str name) {
  bool quoted = text.len && text.ptr[0] == '"';
  if (quoted) text = ax_str_skip(text, 1);
  if (!ax_str_starts(text, name)) return false;
  text = ax_str_skip(text, name.len);
  if (quoted) return text.len && text.ptr[0] == '"';
  return text.len &&
         (text.ptr[0] == ':' || text.ptr[0] == '(' || is_space(text.ptr[0]));
}

/* define [public|private] [fluent] [function] NAME */
static bool defines(ax_str cql, ax_str name) {
  static const ax_str define = AX_STR_INIT("define");
  for (;;) {
    size_t at = ax_str_find(cql, define);
    if (at == AX_STR_NONE) return false;
    cql = ax_str_skip(cql, at);
    ax_str rest = cql;
    if (take_word(&rest, define)) {
      (void)(take_word(&rest, AX_STR("public")) ||
             take_word(&rest, AX_STR("private")));
      (void)take_word(&rest, AX_STR("fluent"));
      (void)take_word(&rest, AX_STR("function"));
      if (begins_with_name(rest, name)) return true;
    }
    cql = ax_str_skip(cql, define.len);
  }
}

/* --- criteria --------------------------------------------------------------
 */

static ax_str unquoted(ax_str name) {
  if (name.len > 1 && name.ptr[0] == '"' && name.ptr[name.len - 1] == '"')
    return (ax_str){ name.ptr + 1, name.len - 2 };
  return name;
}

/* "Library.Name" or Library."Some name", and nothing more. */
static bool split(ax_str expression, ax_str *owner, ax_str *name) {
  *name = ax_str_trim(expression);
  *owner = ax_str_cut(name, '.');
  if (!owner->len || !name->len) return false;
  bool quoted = name->ptr[0] == '"';
  *name = unquoted(*name);
  for (size_t i = 0; !quoted && i < name->len; i++) {
    char c = name->ptr[i];
    if (!(c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
          (c >= 'A' && c <= 'Z')))
      return false;
  }
  return true;
}

static void check_defined(const measure *m, const ax_place *at,
                          const library *in, ax_str name) {
  ax_str url = AX_JSON_STR(in->resource, "url");
  if (!in->cql.len || defines(in->cql, name)) return;
  ax_walk_issue(m->walk, AX_ERROR, AX_ISSUE_INVALID, "measure-cql", at,
                "'" AX_STR_FMT "' is not defined in the library " AX_STR_FMT,
                AX_STR_ARG(name), AX_STR_ARG(url));
}

static void check_criteria(const measure *m, const ax_place *owner) {
  const ax_place at = ax_place_member(owner, AX_STR("criteria"));
  ax_str language = AX_JSON_STR(at.value, "language");
  ax_str expression = AX_JSON_STR(at.value, "expression");
  ax_str wanted, name;
  bool identifier = ax_str_eq(language, AX_STR("text/cql.identifier")) ||
                    ax_str_eq(language, AX_STR("text/cql-identifier"));
  if (identifier && m->stated == 1 && m->count == 1 &&
      !memchr(expression.ptr, '.', expression.len)) {
    check_defined(m, &at, &m->libraries[0], unquoted(expression));
    return;
  }
  if ((!identifier && !ax_str_eq(language, AX_STR("text/cql"))) ||
      !split(expression, &wanted, &name))
    return;
  for (size_t i = 0; i < m->count; i++)
    if (ax_str_eq(AX_JSON_STR(m->libraries[i].resource, "name"), wanted))
      check_defined(m, &at, &m->libraries[i], name);
}

static void check_each(const measure *m, const ax_place *parent, ax_str name) {
  size_t count = ax_json_count(ax_json_get(parent->value, name));
  for (size_t i = 0; i < count; i++) {
    const ax_place at = ax_place_item(parent, name, i);
    check_criteria(m, &at);
    if (!ax_str_eq(name, AX_STR("component")))
      check_each(m, &at, AX_STR("component"));
  }
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  ax_arena *arena = ax_walk_scratch(walk);
  (void)self;
  if (!arena || !AX_JSON_GET(place->value, "library")) return;
  ax_arena_mark mark = ax_arena_mark_here(arena);
  measure m = { .walk = walk, .arena = arena };
  load_libraries(&m, AX_JSON_GET(place->value, "library"));
  size_t groups = ax_json_count(AX_JSON_GET(place->value, "group"));
  for (size_t i = 0; i < groups; i++) {
    const ax_place group = ax_place_item(place, AX_STR("group"), i);
    check_each(&m, &group, AX_STR("population"));
    check_each(&m, &group, AX_STR("stratifier"));
  }
  check_each(&m, place, AX_STR("supplementalData"));
  ax_arena_rewind(arena, mark);
}

const ax_check_kind ax_check_measure = { "measure", compile, run,
                                         ax_check_explain };
