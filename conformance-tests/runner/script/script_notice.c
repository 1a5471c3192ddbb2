/*
 * What is to be said about a script as such: elements that R4 has not or wants
 * and does not get, and R4's own rules for TestScripts. Names and cardinalities
 * come from the definition of TestScript, so that those of any other version
 * are found; the rules (invariants tst-0 to tst-13) are written out.
 */
#include <stdio.h>

#include "script/script_parts.h"

/* A remark that may come back at many places. */
typedef struct {
  ax_str text, place;
  size_t others;
} remark;

typedef struct {
  const ax_script_loading *l;
  const ax_json *elements; /* of the snapshot */
  size_t element_count;
  AX_VEC(remark) remarks;
} notes;

ax_status ax_script_notice_add(const ax_script_loading *l, ax_str place,
                               ax_str text) {
  ax_script_notice *n = AX_VEC_PUSH(&l->script->notices, l->arena);
  if (!n) return AX_NOMEM;
  *n = (ax_script_notice){ place, text };
  return AX_OK;
}

/* --- remarks that come back --------------------------------------------------
 */

static ax_status remark_text(notes *n, ax_str place, ax_str text) {
  if (!text.ptr) return AX_NOMEM;
  for (size_t i = 0; i < n->remarks.count; i++) {
    if (!ax_str_eq(n->remarks.items[i].text, text)) continue;
    n->remarks.items[i].others++;
    return AX_OK;
  }
  remark *r = AX_VEC_PUSH(&n->remarks, n->l->arena);
  if (!r) return AX_NOMEM;
  *r = (remark){ .text = text, .place = ax_arena_str(n->l->arena, place) };
  return r->place.ptr ? AX_OK : AX_NOMEM;
}

static ax_status tell(const notes *n) {
  for (size_t i = 0; i < n->remarks.count; i++) {
    const remark *r = &n->remarks.items[i];
    ax_str text = r->text;
    if (r->others)
      text = ax_arena_printf(n->l->arena,
                             AX_STR_FMT " (and at %zu other places)",
                             AX_STR_ARG(text), r->others);
    if (!text.ptr) return AX_NOMEM;
    AX_TRY(ax_script_notice_add(n->l, r->place, text));
  }
  return AX_OK;
}

/* --- the definition ----------------------------------------------------------
 */

static const ax_json *definition(const notes *n, ax_str path, ax_str name) {
  for (size_t i = 0; i < n->element_count; i++) {
    ax_str p = AX_JSON_STR(&n->elements[i], "path");
    if (p.len == path.len + 1 + name.len && ax_str_starts(p, path) &&
        p.ptr[path.len] == '.' && ax_str_ends(p, name))
      return &n->elements[i];
  }
  return NULL;
}

/* Where the children of an element are defined: below itself, or below the
 * element that its contentReference names. */
static ax_str children_path(const ax_json *element) {
  ax_str other = AX_JSON_STR(element, "contentReference");
  return other.len ? ax_str_skip(other, 1) : AX_JSON_STR(element, "path");
}

static bool is_backbone(const ax_json *element) {
  if (AX_JSON_STR(element, "contentReference").len) return true;
  const ax_json *type = ax_json_item(AX_JSON_GET(element, "type"), 0);
  return ax_str_eq(AX_JSON_STR(type, "code"), AX_STR("BackboneElement"));
}

/* Elements that other versions have, by name. */
static const struct {
  ax_str name;
  const char *version;
} others[] = {
  { AX_STR_INIT("stopTestOnFail"), "R5" },
  { AX_STR_INIT("requirement"), "R5" },
  { AX_STR_INIT("scope"), "R5" },
  { AX_STR_INIT("testSystem"), "R5" },
  { AX_STR_INIT("copyrightLabel"), "R5" },
  { AX_STR_INIT("versionAlgorithmString"), "R5" },
  { AX_STR_INIT("versionAlgorithmCoding"), "R5" },
  { AX_STR_INIT("defaultManualCompletion"), "R5" },
  { AX_STR_INIT("common"), "R6" },
  { AX_STR_INIT("rule"), "STU3" },
  { AX_STR_INIT("ruleset"), "STU3" },
  { AX_STR_INIT("requirements"), "DSTU2" },
  { AX_STR_INIT("multiserver"), "DSTU2" },
};

static const char *version_of(ax_str name) {
  for (size_t i = 0; i < AX_COUNT(others); i++)
    if (ax_str_eq(others[i].name, name)) return others[i].version;
  return NULL;
}

static ax_status unknown(notes *n, ax_str place, ax_str name) {
  const char *version = version_of(name);
  ax_arena *a = n->l->arena;
  ax_str text =
      version ? ax_arena_printf(a, "`" AX_STR_FMT "` is an element of %s",
                                AX_STR_ARG(name), version)
              : ax_arena_printf(a, "R4 has no element `" AX_STR_FMT "` here",
                                AX_STR_ARG(name));
  return remark_text(n, place, text);
}

/* --- R4's rules --------------------------------------------------------------
 */

static bool has(const ax_json *object, const char *name) {
  const ax_json *value = ax_json_get(object, ax_str_from(name));
  return value && value->kind != AX_JSON_NULL;
}

static unsigned how_many(const ax_json *object, const char *const *names,
                         size_t count) {
  unsigned found = 0;
  for (size_t i = 0; i < count; i++) found += has(object, names[i]);
  return found;
}

static const char *module_name(const ax_json *script) {
  ax_str name = AX_JSON_STR(script, "name");
  bool ok = name.len <= 255 && (name.len == 0 || (name.ptr[0] >= 'A' &&
                                                  name.ptr[0] <= 'Z'));
  for (size_t i = 0; i < name.len && ok; i++) {
    char c = name.ptr[i];
    ok = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         (c >= '0' && c <= '9') || c == '_';
  }
  return ok ? NULL : "tst-0: the name is not usable as an identifier";
}

static const char *variable_source(const ax_json *variable) {
  static const char *const names[] = { "expression", "headerField", "path" };
  return how_many(variable, names, AX_COUNT(names)) <= 1
             ? NULL
             : "tst-3: a variable has only one of expression, headerField and "
               "path";
}

static const char *action_kind(const ax_json *action) {
  return has(action, "operation") != has(action, "assert")
             ? NULL
             : "tst-1, tst-2: an action has an operation or an assert, not "
               "both";
}

static const char *operation_target(const ax_json *operation) {
  static const char *const names[] = { "targetId", "url", "params" };
  static const char *const free_ones[] = { "capabilities", "search",
                                           "transaction", "history" };
  ax_str code = AX_JSON_STR(AX_JSON_GET(operation, "type"), "code");
  if (has(operation, "sourceId") ||
      how_many(operation, names, AX_COUNT(names)) == 1)
    return NULL;
  for (size_t i = 0; i < AX_COUNT(free_ones); i++)
    if (ax_str_eq(code, ax_str_from(free_ones[i]))) return NULL;
  return "tst-7, tst-8, tst-9: an operation has a sourceId or one of targetId, "
         "params and url";
}

static const char *single_assertion(const ax_json *assertion) {
  static const char *const names[] = {
    "contentType", "expression",      "headerField",   "minimumId",
    "path",        "navigationLinks", "requestMethod", "resource",
    "response",    "responseCode",    "validateProfileId"
  };
  if (has(assertion, "extension") ||
      how_many(assertion, names, AX_COUNT(names)) <= 1)
    return NULL;
  return "tst-5, tst-6: an assert asserts one thing only";
}

static const char *comparison(const ax_json *assertion) {
  bool id = has(assertion, "compareToSourceId");
  bool what = has(assertion, "compareToSourceExpression") ||
              has(assertion, "compareToSourcePath");
  return id == what ? NULL
                    : "tst-10, tst-11: compareToSourceId goes with an "
                      "expression or a path";
}

static const char *request_side(const ax_json *assertion) {
  bool request = ax_str_eq(AX_JSON_STR(assertion, "direction"),
                           AX_STR("request"));
  bool response =
      has(assertion, "response") || has(assertion, "responseCode");
  return request && response
             ? "tst-12, tst-13: a request has no response code"
             : NULL;
}

/* R4: without these capabilities all tests are skipped. */
static const char *capability(const ax_json *capability) {
  const ax_json *validated = AX_JSON_GET(capability, "validated");
  return ax_json_is(validated, AX_JSON_BOOL) && validated->truth
             ? "the target is not held to these capabilities: the tests run "
               "whatever it claims"
             : NULL;
}

static const struct {
  ax_str path; /* of the definition */
  const char *(*broken)(const ax_json *element);
} rules[] = {
  { AX_STR_INIT("TestScript"), module_name },
  { AX_STR_INIT("TestScript.metadata.capability"), capability },
  { AX_STR_INIT("TestScript.variable"), variable_source },
  { AX_STR_INIT("TestScript.setup.action"), action_kind },
  { AX_STR_INIT("TestScript.test.action"), action_kind },
  { AX_STR_INIT("TestScript.setup.action.operation"), operation_target },
  { AX_STR_INIT("TestScript.setup.action.assert"), single_assertion },
  { AX_STR_INIT("TestScript.setup.action.assert"), comparison },
  { AX_STR_INIT("TestScript.setup.action.assert"), request_side },
};

static ax_status hold_rules(notes *n, ax_str path, ax_str place,
                            const ax_json *object) {
  for (size_t i = 0; i < AX_COUNT(rules); i++) {
    if (!ax_str_eq(rules[i].path, path)) continue;
    const char *broken = rules[i].broken(object);
    if (broken) AX_TRY(remark_text(n, place, ax_str_from(broken)));
  }
  return AX_OK;
}

/* --- the walk ----------------------------------------------------------------
 */

static ax_status walk(notes *n, ax_str path, ax_str place,
                      const ax_json *object);

static ax_status lacking(notes *n, ax_str path, ax_str place,
                         const ax_json *object) {
  for (size_t i = 0; i < n->element_count; i++) {
    const ax_json *e = &n->elements[i];
    ax_str p = AX_JSON_STR(e, "path");
    if (p.len <= path.len + 1 || !ax_str_starts(p, path) ||
        p.ptr[path.len] != '.')
      continue;
    ax_str name = ax_str_skip(p, path.len + 1);
    if (ax_str_find(name, AX_STR(".")) != AX_STR_NONE) continue;
    if (ax_str_eq(ax_json_text(AX_JSON_GET(e, "min")), AX_STR("0")) ||
        ax_json_get(object, name))
      continue;
    AX_TRY(remark_text(n, place,
                       ax_arena_printf(n->l->arena,
                                       "`" AX_STR_FMT "` is missing",
                                       AX_STR_ARG(name))));
  }
  return AX_OK;
}

static ax_status walk_member(notes *n, ax_str place,
                             const ax_json_member *member,
                             const ax_json *element) {
  bool is_list = member->value.kind == AX_JSON_ARRAY;
  bool repeats =
      !ax_str_eq(ax_json_text(AX_JSON_GET(element, "max")), AX_STR("1"));
  size_t count = is_list ? member->value.count : 1;
  const ax_json *items = is_list ? member->value.u.items : &member->value;
  if (is_list != repeats)
    AX_TRY(remark_text(n, place,
                       ax_arena_printf(n->l->arena, "`" AX_STR_FMT "` is %s",
                                       AX_STR_ARG(member->key),
                                       repeats ? "no list" : "a list")));
  for (size_t i = 0; i < count && is_backbone(element); i++) {
    ax_str at = ax_arena_printf(n->l->arena, AX_STR_FMT "." AX_STR_FMT "[%zu]",
                                AX_STR_ARG(place), AX_STR_ARG(member->key), i);
    if (!at.ptr) return AX_NOMEM;
    if (!is_list) at.len = place.len + 1 + member->key.len;
    AX_TRY(walk(n, children_path(element), at, &items[i]));
  }
  return AX_OK;
}

static ax_status walk(notes *n, ax_str path, ax_str place,
                      const ax_json *object) {
  if (object->kind != AX_JSON_OBJECT)
    return remark_text(n, place, AX_STR("an object is wanted here"));
  AX_TRY(hold_rules(n, path, place, object));
  AX_TRY(lacking(n, path, place, object));
  for (size_t i = 0; i < object->count; i++) {
    const ax_json_member *m = &object->u.members[i];
    ax_str name = m->key;
    if (ax_str_eq(name, AX_STR("resourceType"))) continue;
    bool beside = ax_str_starts(name, AX_STR("_"));
    const ax_json *e = definition(n, path, ax_str_skip(name, beside));
    if (!e)
      AX_TRY(unknown(n, place, name));
    else if (!beside)
      AX_TRY(walk_member(n, place, m, e));
  }
  return AX_OK;
}

static ax_status loose_profiles(notes *n) {
  const ax_script *s = n->l->script;
  for (size_t i = 0; i < s->profiles.count; i++)
    if (!s->profiles.items[i].id.len)
      AX_TRY(remark_text(n, AX_STR("TestScript.profile"),
                         AX_STR("a profile without id cannot be named")));
  return AX_OK;
}

ax_status ax_script_notice_resource(const ax_script_loading *l) {
  const ax_json *structure =
      ax_registry_type(l->options->registry, AX_STR("TestScript"));
  const ax_json *elements =
      AX_JSON_GET(AX_JSON_GET(structure, "snapshot"), "element");
  notes n = { .l = l };
  AX_TRY(loose_profiles(&n));
  if (elements) {
    n.elements = elements->u.items;
    n.element_count = ax_json_count(elements);
    AX_TRY(walk(&n, AX_STR("TestScript"), AX_STR("TestScript"),
                l->script->resource));
  }
  return tell(&n);
}
