#include "intake/intake_translate.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/map.h"
#include "base/vec.h"
#include "json/json_edit.h"
#include "json/json_parse.h"

#define UCUM "http://unitsofmeasure.org"

enum {
  MEMORY = 256 << 20,
  FILE_MAX = 64 << 20,
  REPORT_MEMORY = 4 << 20,
  REPORT_MAX = 2000 /* kinds of what stayed unmapped */
};

typedef struct {
  ax_str system, code, display;
} coding;

typedef struct {
  ax_str name;
  ax_map *codes;   /* "system|code" -> coding */
  ax_map *systems; /* that the maps are about */
  ax_map *units;   /* spelling -> coding with the code */
} sender_table;

typedef struct {
  ax_str sender, system, code;
  bool unit;
  uint64_t count;
} unmapped;

struct ax_intake_translate {
  ax_arena *arena;
  AX_VEC(sender_table) senders;

  pthread_mutex_t mutex; /* what follows */
  ax_arena *report;
  ax_map *seen; /* -> unmapped */
  bool more;
};

/* --- loading ---------------------------------------------------------------
 */

typedef struct {
  ax_intake_translate *t;
  const char *path;
  ax_error *err;
} loading;

static ax_status wrong(const loading *l, const char *why) {
  return ax_error_set(l->err, AX_INVALID, "translations: %.150s: %s", l->path,
                      why);
}

static ax_status read_json(const loading *l, const ax_json **out) {
  ax_str text;
  ax_json_fault fault = { 0 };
  AX_TRY(ax_file_read(l->t->arena, l->path, FILE_MAX, &text, l->err));
  ax_status status = ax_json_parse(l->t->arena, text, out, &fault);
  if (status == AX_NOMEM) return status;
  return status ? wrong(l, "the file is not JSON") : AX_OK;
}

static ax_str key_of(ax_arena *arena, ax_str system, ax_str code) {
  return AX_JOIN(arena, system, AX_STR("|"), code);
}

/* "disjoint" and "unmatched" say that there is no such code. */
static const ax_json *target_of(const ax_json *element) {
  const ax_json *targets = AX_JSON_GET(element, "target");
  for (size_t i = 0; i < ax_json_count(targets); i++) {
    const ax_json *target = ax_json_item(targets, i);
    ax_str how = AX_JSON_STR(target, "equivalence");
    if (!ax_str_eq(how, AX_STR("unmatched")) &&
        !ax_str_eq(how, AX_STR("disjoint")) && AX_JSON_STR(target, "code").len)
      return target;
  }
  return NULL;
}

static ax_status take_element(const loading *l, sender_table *s,
                              const ax_json *group, const ax_json *element) {
  const ax_json *target = target_of(element);
  if (!target) return AX_OK;
  coding *c = AX_NEW(l->t->arena, coding);
  ax_str key = key_of(l->t->arena, AX_JSON_STR(group, "source"),
                      AX_JSON_STR(element, "code"));
  if (!c || !key.ptr) return AX_NOMEM;
  *c = (coding){ AX_JSON_STR(group, "target"), AX_JSON_STR(target, "code"),
                 AX_JSON_STR(target, "display") };
  return ax_map_put(s->codes, key, c);
}

static ax_status take_map(const loading *l, sender_table *s) {
  const ax_json *map = NULL;
  AX_TRY(read_json(l, &map));
  if (!ax_str_eq(AX_JSON_STR(map, "resourceType"), AX_STR("ConceptMap")))
    return wrong(l, "the file holds no ConceptMap");
  const ax_json *groups = AX_JSON_GET(map, "group");
  for (size_t g = 0; g < ax_json_count(groups); g++) {
    const ax_json *group = ax_json_item(groups, g);
    const ax_json *elements = AX_JSON_GET(group, "element");
    ax_str source = AX_JSON_STR(group, "source");
    if (!source.len || !AX_JSON_STR(group, "target").len)
      return wrong(l, "each group of the ConceptMap needs source and target");
    AX_TRY(ax_map_put(s->systems, source, s));
    for (size_t i = 0; i < ax_json_count(elements); i++)
      AX_TRY(take_element(l, s, group, ax_json_item(elements, i)));
  }
  return AX_OK;
}

static ax_status take_maps(const loading *l, sender_table *s,
                           const ax_json *list) {
  for (size_t i = 0; i < ax_json_count(list); i++) {
    loading file = *l;
    file.path = ax_arena_cstr(l->t->arena, ax_json_text(ax_json_item(list, i)));
    if (!file.path) return AX_NOMEM;
    AX_TRY(take_map(&file, s));
  }
  return AX_OK;
}

static ax_status take_units(const loading *l, sender_table *s,
                            const ax_json *units) {
  for (size_t i = 0; i < ax_json_count(units); i++) {
    const ax_json_member *member = &units->u.members[i];
    ax_str code = ax_json_text(&member->value);
    if (!ax_json_is(&member->value, AX_JSON_STRING) || !code.len)
      return wrong(l, "a unit is an alias and its UCUM code, both texts");
    coding *c = AX_NEW(l->t->arena, coding);
    if (!c) return AX_NOMEM;
    *c = (coding){ AX_STR(UCUM), code, AX_STR("") };
    AX_TRY(ax_map_put(s->units, member->key, c));
  }
  return AX_OK;
}

static ax_status only_known(const loading *l, const ax_json *object,
                            const char *const *known) {
  for (size_t i = 0; i < ax_json_count(object); i++) {
    bool found = false;
    for (size_t k = 0; known[k]; k++)
      found |= ax_str_eq(object->u.members[i].key, ax_str_from(known[k]));
    if (!found) return wrong(l, "there is a member that is not known");
  }
  return AX_OK;
}

static ax_status take_sender(const loading *l, const ax_json *object) {
  static const char *const known[] = { "sender", "codes", "units", NULL };
  const ax_json *codes = AX_JSON_GET(object, "codes");
  const ax_json *units = AX_JSON_GET(object, "units");
  if (!ax_json_is(object, AX_JSON_OBJECT) ||
      !AX_JSON_STR(object, "sender").len ||
      (codes && !ax_json_is(codes, AX_JSON_ARRAY)) ||
      (units && !ax_json_is(units, AX_JSON_OBJECT)))
    return wrong(l, "a sender has a name (sender), a list of files (codes) and "
                    "an object of aliases (units)");
  AX_TRY(only_known(l, object, known));
  sender_table *s = AX_VEC_PUSH(&l->t->senders, l->t->arena);
  if (!s) return AX_NOMEM;
  *s = (sender_table){ .name = AX_JSON_STR(object, "sender"),
                       .codes = ax_map_new(l->t->arena),
                       .systems = ax_map_new(l->t->arena),
                       .units = ax_map_new(l->t->arena) };
  if (!s->codes || !s->systems || !s->units) return AX_NOMEM;
  AX_TRY(take_maps(l, s, codes));
  return take_units(l, s, units);
}

static ax_status load(const loading *l) {
  static const char *const known[] = { "senders", NULL };
  const ax_json *file = NULL;
  AX_TRY(read_json(l, &file));
  const ax_json *list = AX_JSON_GET(file, "senders");
  if (!ax_json_is(list, AX_JSON_ARRAY))
    return wrong(l, "the file has a list of senders");
  AX_TRY(only_known(l, file, known));
  for (size_t i = 0; i < ax_json_count(list); i++)
    AX_TRY(take_sender(l, ax_json_item(list, i)));
  return AX_OK;
}

ax_status ax_intake_translate_load(const char *path, ax_intake_translate **out,
                                   ax_error *err) {
  *out = NULL;
  ax_intake_translate *t = calloc(1, sizeof *t);
  if (!t) return AX_NOMEM;
  pthread_mutex_init(&t->mutex, NULL);
  t->arena = ax_arena_new(MEMORY);
  t->report = ax_arena_new(REPORT_MEMORY);
  if (t->report) t->seen = ax_map_new(t->report);
  const loading l = { t, path, err };
  ax_status status = t->arena && t->seen ? load(&l) : AX_NOMEM;
  if (status) {
    ax_intake_translate_free(t);
    return status;
  }
  *out = t;
  return AX_OK;
}

void ax_intake_translate_free(ax_intake_translate *t) {
  if (!t) return;
  pthread_mutex_destroy(&t->mutex);
  ax_arena_free(t->arena);
  ax_arena_free(t->report);
  free(t);
}

/* --- what stayed unmapped --------------------------------------------------
 */

static unmapped *new_unmapped(ax_intake_translate *t, const unmapped *what,
                              ax_str key) {
  unmapped *u = AX_NEW(t->report, unmapped);
  ax_str own = ax_arena_str(t->report, key);
  if (!u || !own.ptr) return NULL;
  *u = (unmapped){ .sender = ax_arena_str(t->report, what->sender),
                   .system = ax_arena_str(t->report, what->system),
                   .code = ax_arena_str(t->report, what->code),
                   .unit = what->unit };
  if (!u->sender.ptr || !u->system.ptr || !u->code.ptr) return NULL;
  return ax_map_put(t->seen, own, u) == AX_OK ? u : NULL;
}

static ax_status count(ax_intake_translate *t, ax_arena *arena,
                       const unmapped *what) {
  ax_str key = AX_JOIN(arena, what->sender, AX_STR("\n"),
                       what->unit ? AX_STR("u") : AX_STR("c"), what->system,
                       AX_STR("\n"), what->code);
  if (!key.ptr) return AX_NOMEM;
  pthread_mutex_lock(&t->mutex);
  unmapped *u = ax_map_get(t->seen, key);
  if (!u && ax_map_count(t->seen) < REPORT_MAX) u = new_unmapped(t, what, key);
  if (u)
    u->count++;
  else
    t->more = true;
  pthread_mutex_unlock(&t->mutex);
  return AX_OK;
}

void ax_intake_translate_report(ax_intake_translate *t, ax_json_writer *w) {
  pthread_mutex_lock(&t->mutex);
  ax_json_write_object(w);
  ax_json_write_key(w, AX_STR("unmapped"));
  ax_json_write_array(w);
  for (size_t i = 0; i < ax_map_count(t->seen); i++) {
    const unmapped *u = ax_map_at(t->seen, i, NULL);
    ax_json_write_object(w);
    ax_json_write_member(w, AX_STR("sender"), u->sender);
    ax_json_write_member(w, AX_STR("kind"),
                         u->unit ? AX_STR("unit") : AX_STR("code"));
    ax_json_write_member(w, AX_STR("system"), u->system);
    ax_json_write_member(w, AX_STR("code"), u->code);
    ax_json_write_key(w, AX_STR("count"));
    ax_json_write_int(w, (int64_t)u->count);
    ax_json_write_close(w);
  }
  ax_json_write_close(w);
  ax_json_write_key(w, AX_STR("more"));
  ax_json_write_bool(w, t->more);
  ax_json_write_close(w);
  pthread_mutex_unlock(&t->mutex);
}

/* --- translating -----------------------------------------------------------
 */

typedef struct {
  ax_intake_translate *t;
  ax_arena *arena;
  ax_str sender;
  const sender_table *table;
} running;

static ax_status walk(const running *r, const ax_json *value, ax_json *out,
                      bool *changed);

static bool has_coding(const ax_json *list, const coding *c) {
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *one = ax_json_item(list, i);
    if (ax_str_eq(AX_JSON_STR(one, "system"), c->system) &&
        ax_str_eq(AX_JSON_STR(one, "code"), c->code))
      return true;
  }
  return false;
}

static ax_status make_coding(const running *r, const coding *c, ax_json *out) {
  ax_json empty = { .kind = AX_JSON_OBJECT };
  const ax_json *made = &empty;
  if (c->display.len)
    made = ax_json_edit_set_after(r->arena, made, AX_STR(""), AX_STR("display"),
                                  ax_json_edit_string(c->display));
  if (made)
    made = ax_json_edit_set_after(r->arena, made, AX_STR(""), AX_STR("code"),
                                  ax_json_edit_string(c->code));
  if (made)
    made = ax_json_edit_set_after(r->arena, made, AX_STR(""), AX_STR("system"),
                                  ax_json_edit_string(c->system));
  if (!made) return AX_NOMEM;
  *out = *made;
  return AX_OK;
}

/* The target of one Coding; NULL: none, or it is there already. */
static ax_status target(const running *r, const ax_json *list,
                        const ax_json *one, const coding **out) {
  ax_str system = AX_JSON_STR(one, "system"), code = AX_JSON_STR(one, "code");
  *out = NULL;
  if (!code.len || !ax_map_get(r->table->systems, system)) return AX_OK;
  ax_str key = key_of(r->arena, system, code);
  if (!key.ptr) return AX_NOMEM;
  *out = ax_map_get(r->table->codes, key);
  if (!*out)
    return count(r->t, r->arena,
                 &(unmapped){ r->sender, system, code, false, 0 });
  if (has_coding(list, *out)) *out = NULL;
  return AX_OK;
}

/* A list of Codings with the targets behind it. */
static ax_status codings(const running *r, const ax_json *list, ax_json *out,
                         bool *changed) {
  size_t n = ax_json_count(list), more = 0;
  ax_json *items = AX_NEW_ARRAY(r->arena, ax_json, 2 * n);
  if (!items && n) return AX_NOMEM;
  for (size_t i = 0; i < n; i++) items[i] = *ax_json_item(list, i);
  for (size_t i = 0; i < n; i++) {
    const coding *to = NULL;
    ax_json so_far = *list;
    so_far.u.items = items;
    so_far.count = (uint32_t)(n + more);
    AX_TRY(target(r, &so_far, ax_json_item(list, i), &to));
    if (to) AX_TRY(make_coding(r, to, &items[n + more++]));
  }
  if (!more) return AX_OK;
  *out = *list;
  out->u.items = items;
  out->count = (uint32_t)(n + more);
  *changed = true;
  return AX_OK;
}

static bool is_quantity(const ax_json *object) {
  return ax_json_is(AX_JSON_GET(object, "value"), AX_JSON_NUMBER) &&
         (AX_JSON_STR(object, "unit").len || AX_JSON_STR(object, "code").len);
}

/* A Quantity whose unit the sender spells in its own way gets the code. */
static ax_status quantity(const running *r, const ax_json *object, ax_json *out,
                          bool *changed) {
  ax_str system = AX_JSON_STR(object, "system");
  ax_str code = AX_JSON_STR(object, "code"), unit = AX_JSON_STR(object, "unit");
  if (system.len && !ax_str_eq(system, AX_STR(UCUM))) return AX_OK;
  const coding *to = ax_map_get(r->table->units, code.len ? code : unit);
  if (!to) {
    if (code.len && system.len) return AX_OK;
    return count(
        r->t, r->arena,
        &(unmapped){ r->sender, system, code.len ? code : unit, true, 0 });
  }
  const ax_json *made = object;
  if (!unit.len)
    made = ax_json_edit_set_after(r->arena, made, AX_STR("value"),
                                  AX_STR("unit"), ax_json_edit_string(code));
  if (made)
    made =
        ax_json_edit_set_after(r->arena, made, AX_STR("unit"), AX_STR("system"),
                               ax_json_edit_string(AX_STR(UCUM)));
  if (made)
    made =
        ax_json_edit_set_after(r->arena, made, AX_STR("system"), AX_STR("code"),
                               ax_json_edit_string(to->code));
  if (!made) return AX_NOMEM;
  *out = *made;
  *changed = true;
  return AX_OK;
}

static ax_status walk_array(const running *r, const ax_json *value,
                            ax_json *out, bool *changed) {
  ax_json *items = NULL;
  for (size_t i = 0; i < value->count; i++) {
    ax_json item = value->u.items[i];
    bool one = false;
    AX_TRY(walk(r, &value->u.items[i], &item, &one));
    if (!one) continue;
    if (!items) {
      items = AX_TAKE_ARRAY(r->arena, ax_json, value->count);
      if (!items) return AX_NOMEM;
      memcpy(items, value->u.items, value->count * sizeof *items);
    }
    items[i] = item;
  }
  if (!items) return AX_OK;
  *out = *value;
  out->u.items = items;
  *changed = true;
  return AX_OK;
}

static ax_status walk_member(const running *r, const ax_json_member *member,
                             ax_json *out, bool *changed) {
  if (ax_str_eq(member->key, AX_STR("coding")) &&
      ax_json_is(&member->value, AX_JSON_ARRAY))
    return codings(r, &member->value, out, changed);
  return walk(r, &member->value, out, changed);
}

static ax_status walk_object(const running *r, const ax_json *value,
                             ax_json *out, bool *changed) {
  ax_json_member *members = NULL;
  if (is_quantity(value)) return quantity(r, value, out, changed);
  for (size_t i = 0; i < value->count; i++) {
    ax_json one = value->u.members[i].value;
    bool touched = false;
    AX_TRY(walk_member(r, &value->u.members[i], &one, &touched));
    if (!touched) continue;
    if (!members) {
      members = AX_TAKE_ARRAY(r->arena, ax_json_member, value->count);
      if (!members) return AX_NOMEM;
      memcpy(members, value->u.members, value->count * sizeof *members);
    }
    members[i].value = one;
  }
  if (!members) return AX_OK;
  *out = *value;
  out->u.members = members;
  *changed = true;
  return AX_OK;
}

/* As deep as the parser let the document be. */
static ax_status walk(const running *r, const ax_json *value, ax_json *out,
                      bool *changed) {
  if (value->kind == AX_JSON_ARRAY) return walk_array(r, value, out, changed);
  if (value->kind == AX_JSON_OBJECT) return walk_object(r, value, out, changed);
  return AX_OK;
}

static const sender_table *table_of(const ax_intake_translate *t,
                                    ax_str sender) {
  const sender_table *others = NULL;
  for (size_t i = 0; i < t->senders.count; i++) {
    const sender_table *s = &t->senders.items[i];
    if (ax_str_eq(s->name, sender)) return s;
    if (ax_str_eq(s->name, AX_STR("*"))) others = s;
  }
  return others;
}

ax_status ax_intake_translate_run(ax_intake_translate *t, ax_arena *arena,
                                  ax_str sender, const ax_json *doc,
                                  const ax_json **out) {
  running r = { t, arena, sender, table_of(t, sender) };
  bool changed = false;
  *out = doc;
  if (!r.table || !doc) return AX_OK;
  ax_json *copy = AX_NEW(arena, ax_json);
  if (!copy) return AX_NOMEM;
  AX_TRY(walk(&r, doc, copy, &changed));
  if (changed) *out = copy;
  return AX_OK;
}
