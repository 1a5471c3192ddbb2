/* slicing_test.c - a value against the compiled tests of a slice. */
#include <string.h>

#include "validate/check.h"
#include "validate/slicing_match.h"
#include "validate/walk_find.h"

/* A value that the steps have led to. */
typedef struct {
  const ax_json *value, *sibling; /* one of them may be NULL */
  ax_str type;                    /* where it is known: of a choice */
  const ax_place *place;          /* of the sliced value itself; else NULL */
  const ax_walk_target *target;   /* of a reference that was followed */
} spot;

static bool any(const ax_slicing_test *t, ax_walk *walk, size_t step,
                const spot *from);

enum { DEMAND = 2000 };

/* --- what is tested at the end ---------------------------------------------
 */

static bool is_bound(const ax_slicing_test *t, ax_walk *walk,
                     const ax_json *value) {
  const ax_validate_host *host = walk->host;
  const char *why = NULL;
  ax_str system = AX_STR(""), code = ax_json_text(value);
  if (!host->code_in_value_set || !value) return false;
  if (value->kind == AX_JSON_OBJECT) {
    const ax_json *codings = AX_JSON_GET(value, "coding");
    for (size_t i = 0; i < ax_json_count(codings); i++)
      if (is_bound(t, walk, ax_json_item(codings, i))) return true;
    system = AX_JSON_STR(value, "system");
    code = AX_JSON_STR(value, "code");
  }
  if (!code.len) return false;
  ax_code_answer answer =
      host->code_in_value_set(host->ctx, t->names[0], system, code, &why);
  walk->undecided += answer == AX_CODE_UNDECIDED;
  return answer == AX_CODE_IN;
}

/* "quantity" of a primitive type is written "Quantity" in a choice. */
static bool same_type(ax_str a, ax_str b) {
  return a.len == b.len && a.len && (a.ptr[0] | 0x20) == (b.ptr[0] | 0x20) &&
         memcmp(a.ptr + 1, b.ptr + 1, a.len - 1) == 0;
}

static bool is_abstract(ax_str name) {
  return ax_str_eq(name, AX_STR("Resource")) ||
         ax_str_eq(name, AX_STR("DomainResource"));
}

static ax_str type_of(const spot *s) {
  ax_str type = AX_JSON_STR(s->value, "resourceType");
  return type.len ? type : s->type;
}

static bool has_type(const ax_slicing_test *t, const spot *s) {
  ax_str type = type_of(s);
  for (size_t i = 0; i < t->name_count; i++)
    if (same_type(t->names[i], type) || (type.len && is_abstract(t->names[i])))
      return true;
  return false;
}

static bool conforms(const ax_slicing_test *t, ax_walk *walk, const spot *s) {
  for (size_t i = 0; i < t->name_count; i++) {
    if (s->target
            ? ax_walk_target_conforms(walk, s->target, t->names[i])
            : ax_walk_value_conforms(walk, s->value, s->place, t->names[i]))
      return true;
  }
  return false;
}

static bool passes(const ax_slicing_test *t, ax_walk *walk, const spot *s) {
  switch (t->kind) {
  case AX_SLICING_FIXED:
    return s->value && ax_json_equal(s->value, t->value);
  case AX_SLICING_PATTERN:
    return ax_check_pattern_holds(s->value, t->value);
  case AX_SLICING_BOUND:
    return is_bound(t, walk, s->value);
  case AX_SLICING_EXISTS:
  case AX_SLICING_ABSENT: /* turned round by test_one */
    return s->value || s->sibling;
  case AX_SLICING_TYPE:
    return has_type(t, s);
  case AX_SLICING_PROFILE:
    return conforms(t, walk, s);
  }
  return false;
}

/* --- the way there ---------------------------------------------------------
 */

static const ax_json *nth(const ax_json *value, size_t i) {
  if (ax_json_is(value, AX_JSON_ARRAY)) return ax_json_item(value, i);
  return i == 0 ? value : NULL;
}

static size_t count_of(const ax_json *value) {
  return ax_json_is(value, AX_JSON_ARRAY) ? ax_json_count(value)
                                          : (value ? 1 : 0);
}

static bool any_of(const ax_slicing_test *t, ax_walk *walk, size_t step,
                   const ax_json *value, const ax_json *sibling, ax_str type) {
  size_t values = count_of(value), siblings = count_of(sibling);
  size_t count = values > siblings ? values : siblings;
  for (size_t i = 0; i < count; i++) {
    const spot next = { nth(value, i), nth(sibling, i), type, NULL, NULL };
    if (any(t, walk, step + 1, &next)) return true;
  }
  return false;
}

static const ax_json *sibling_of(const ax_json *object, ax_str name) {
  for (uint32_t i = 0; i < ax_json_count(object); i++) {
    const ax_json_member *m = &object->u.members[i];
    if (m->key.len == name.len + 1 && m->key.ptr[0] == '_' &&
        memcmp(m->key.ptr + 1, name.ptr, name.len) == 0)
      return &m->value;
  }
  return NULL;
}

static bool by_name(const ax_slicing_test *t, ax_walk *walk, size_t step,
                    const ax_json *object, ax_str name, ax_str type) {
  return any_of(t, walk, step, ax_json_get(object, name),
                sibling_of(object, name), type);
}

static bool by_choice(const ax_slicing_test *t, ax_walk *walk, size_t step,
                      const ax_json *object) {
  ax_str name = t->steps[step].name;
  for (uint32_t i = 0; i < ax_json_count(object); i++) {
    ax_str key = object->u.members[i].key;
    if (key.len && key.ptr[0] == '_') key = ax_str_skip(key, 1);
    ax_str type = ax_str_skip(key, name.len);
    if (!ax_str_starts(key, name) || !type.len || type.ptr[0] < 'A' ||
        type.ptr[0] > 'Z')
      continue;
    if (by_name(t, walk, step, object, key, type)) return true;
  }
  return false;
}

static bool by_extension(const ax_slicing_test *t, ax_walk *walk, size_t step,
                         const spot *from) {
  const ax_json *owner =
      ax_json_is(from->value, AX_JSON_OBJECT) ? from->value : from->sibling;
  const ax_json *list = AX_JSON_GET(owner, "extension");
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const spot next = { ax_json_item(list, i), NULL, AX_STR("Extension"), NULL,
                        NULL };
    if (ax_str_eq(AX_JSON_STR(next.value, "url"), t->steps[step].name) &&
        any(t, walk, step + 1, &next))
      return true;
  }
  return false;
}

/* What cannot be found has still the type that the reference names. */
static bool by_reference(const ax_slicing_test *t, ax_walk *walk, size_t step,
                         const spot *from) {
  ax_walk_target target;
  ax_str text = ax_json_is(from->value, AX_JSON_OBJECT)
                    ? AX_JSON_STR(from->value, "reference")
                    : ax_json_text(from->value);
  if (ax_walk_find_target(walk, text, &target)) {
    const spot next = { target.resource, NULL, AX_STR(""), NULL, &target };
    return any(t, walk, step + 1, &next);
  }
  ax_str type = ax_walk_type_named(walk, from->value, text);
  const spot next = { NULL, NULL, type, NULL, NULL };
  return type.len && t->kind == AX_SLICING_TYPE &&
         any(t, walk, step + 1, &next);
}

/* Bounded by AX_SLICING_STEPS. */
static bool any(const ax_slicing_test *t, ax_walk *walk, size_t step,
                const spot *from) {
  if (step == t->step_count) return passes(t, walk, from);
  const ax_slicing_step *s = &t->steps[step];
  switch (s->kind) {
  case AX_SLICING_NAME:
    return by_name(t, walk, step, from->value, s->name, AX_STR(""));
  case AX_SLICING_CHOICE:
    return by_choice(t, walk, step, from->value);
  case AX_SLICING_EXTENSION:
    return by_extension(t, walk, step, from);
  case AX_SLICING_OF_TYPE:
    return same_type(type_of(from), s->name) && any(t, walk, step + 1, from);
  case AX_SLICING_RESOLVE:
    return by_reference(t, walk, step, from);
  }
  return false;
}

/* --- a slice ---------------------------------------------------------------
 */

static bool test_one(const ax_slicing_test *t, ax_walk *walk,
                     const ax_place *place) {
  ax_str type = place->choice;
  if (!type.len && place->type) type = place->type->name;
  const spot from = { place->value, place->sibling, type, place, NULL };
  return any(t, walk, 0, &from) != (t->kind == AX_SLICING_ABSENT);
}

bool ax_slicing_test_all(const ax_slicing_match *match, ax_walk *walk,
                         const ax_place *place) {
  for (size_t i = 0; i < match->count; i++)
    if (!test_one(&match->tests[i], walk, place)) return false;
  return match->count > 0;
}

static void name_demand(const ax_slicing_test *t, ax_buf *out) {
  static const char *const VERBS[] = {
    "must be",        "must hold",         "must be a code of the value set",
    "must be there",  "must not be there", "must be of the type",
    "must conform to"
  };
  ax_buf_append_char(out, '\'');
  ax_buf_append(out, t->path);
  for (size_t i = 0; i < t->step_count; i++) {
    ax_str name = t->steps[i].name;
    if (ax_str_find(t->path, name) == AX_STR_NONE)
      ax_buf_printf(out, "." AX_STR_FMT, AX_STR_ARG(name));
  }
  ax_buf_printf(out, "' %s ", VERBS[t->kind]);
}

static void tell_demand(const ax_slicing_test *t, ax_buf *out) {
  name_demand(t, out);
  for (size_t n = 0; n < t->name_count; n++)
    ax_buf_printf(out, "%s" AX_STR_FMT, n ? " or " : "",
                  AX_STR_ARG(t->names[n]));
  if (t->value && t->value->kind <= AX_JSON_STRING) {
    ax_buf_printf(out, "'" AX_STR_FMT "'", AX_STR_ARG(ax_walk_shown(t->value)));
  } else if (t->value) {
    ax_json_writer w = ax_json_write_begin(out);
    ax_json_write_tree(&w, t->value);
    if (ax_json_write_end(&w)) ax_buf_append(out, AX_STR("..."));
  }
}

size_t ax_slicing_test_why(const ax_slicing_match *match, ax_walk *walk,
                           const ax_place *place, ax_buf *out) {
  size_t passed = 0;
  bool told = false;
  for (size_t i = 0; i < match->count; i++) {
    if (test_one(&match->tests[i], walk, place)) {
      passed++;
    } else if (!told) {
      told = true;
      tell_demand(&match->tests[i], out);
    }
  }
  return passed;
}

void ax_slicing_test_explain(const ax_slicing_match *match, ax_json_writer *w) {
  ax_json_write_array(w);
  for (size_t i = 0; i < match->count; i++) {
    ax_buf demand = AX_BUF_INIT(DEMAND);
    tell_demand(&match->tests[i], &demand);
    ax_json_write_str(w, ax_str_trim(ax_buf_view(&demand)));
    ax_buf_free(&demand);
  }
  ax_json_write_close(w);
}
