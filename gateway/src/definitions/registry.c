#include "definitions/registry.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/map.h"
#include "base/vec.h"
#include "definitions/package_set.h"
#include "definitions/snapshot.h"
#include "json/json_parse.h"

enum { MEMORY_MAX = 2000u << 20 };

/* One definition; those with the same canonical are chained, newest package
 * first. */
typedef struct definition {
  const ax_package_entry *entry;
  const ax_package *package; /* NULL: given as a tree */
  ax_registry *owner;        /* whose lock guards it */
  struct definition *other;  /* same url, from an earlier package or version */
  const ax_json *given;      /* the tree of an overlay, without snapshot */
  const ax_json *tree;       /* NULL until it is asked for */
  enum { UNREAD, READING, READ, UNREADABLE } state;
} definition;

struct ax_registry {
  ax_arena *arena;
  ax_registry *base; /* of an overlay; its lock is taken inside this one's */
  ax_map *by_url[AX_DEF_KINDS]; /* url -> definition */
  ax_map *types;                /* type name -> definition */
  const ax_str *names;          /* of packages */
  size_t package_count;
  AX_VEC(ax_str) notes;
  pthread_mutex_t lock; /* guards trees, states, notes and the arena */
};

/* --- opening
 * -------------------------------------------------------------------- */

static ax_status add_note(ax_registry *r, ax_str note) {
  ax_str *slot = AX_VEC_PUSH(&r->notes, r->arena);
  if (!slot || !note.ptr) return AX_NOMEM;
  *slot = note;
  return AX_OK;
}

static ax_status add_definition(ax_registry *r, const ax_package *package,
                                const ax_package_entry *entry,
                                const ax_json *given) {
  definition *d = AX_NEW(r->arena, definition);
  if (!d) return AX_NOMEM;
  d->owner = r;
  d->given = given;
  d->entry = entry;
  d->package = package;
  d->other = ax_map_get(r->by_url[entry->kind], entry->url);
  AX_TRY(ax_map_put(r->by_url[entry->kind], entry->url, d));
  bool core = ax_str_starts(entry->url,
                            AX_STR("http://hl7.org/fhir/StructureDefinition/"));
  if (entry->kind == AX_DEF_STRUCTURE && entry->is_type && core)
    return ax_map_put(r->types, entry->name, d);
  return AX_OK;
}

static ax_status make_tables(ax_registry *r) {
  for (int k = 0; k < AX_DEF_KINDS; k++) {
    r->by_url[k] = ax_map_new(r->arena);
    if (!r->by_url[k]) return AX_NOMEM;
  }
  r->types = ax_map_new(r->arena);
  return r->types ? AX_OK : AX_NOMEM;
}

static ax_status add_package(ax_registry *r, const ax_package *package) {
  for (size_t i = 0; i < package->entry_count; i++)
    AX_TRY(add_definition(r, package, &package->entries[i], NULL));
  return AX_OK;
}

static ax_status fill(ax_registry *r, const ax_registry_options *options,
                      const char *dependencies, ax_error *err) {
  ax_package_set set;
  AX_TRY(make_tables(r));
  AX_TRY(ax_package_set_open(r->arena, options, dependencies, &set, err));
  r->names = set.names;
  r->package_count = set.count;
  for (size_t i = 0; i < set.note_count; i++) AX_TRY(add_note(r, set.notes[i]));
  for (size_t i = 0; i < set.count; i++)
    AX_TRY(add_package(r, set.packages[i]));
  return AX_OK;
}

static ax_registry *make(void) {
  ax_registry *r = calloc(1, sizeof *r);
  if (!r) return NULL;
  if (pthread_mutex_init(&r->lock, NULL) != 0) {
    free(r);
    return NULL;
  }
  r->arena = ax_arena_new(MEMORY_MAX);
  if (r->arena) return r;
  ax_registry_close(r);
  return NULL;
}

ax_status ax_registry_open(const ax_registry_options *options,
                           ax_registry **out, ax_error *err) {
  return ax_registry_open_with(options, NULL, out, err);
}

ax_status ax_registry_open_with(const ax_registry_options *options,
                                const char *dependencies, ax_registry **out,
                                ax_error *err) {
  ax_registry *r = make();
  ax_status status = r ? fill(r, options, dependencies, err) : AX_NOMEM;
  if (status) {
    ax_registry_close(r);
    return ax_error_set(err, status, "no memory for the definitions");
  }
  *out = r;
  return AX_OK;
}

static ax_status lay_over(ax_registry *r, const ax_json *const *trees,
                          size_t count) {
  AX_TRY(make_tables(r));
  for (size_t i = 0; i < count; i++) {
    ax_package_entry *entry = AX_NEW(r->arena, ax_package_entry);
    if (!entry) return AX_NOMEM;
    if (ax_package_describe(trees[i], entry))
      AX_TRY(add_definition(r, NULL, entry, trees[i]));
  }
  return AX_OK;
}

ax_status ax_registry_overlay(ax_registry *base, const ax_json *const *trees,
                              size_t count, ax_registry **out, ax_error *err) {
  ax_registry *r = make();
  if (r) r->base = base;
  ax_status status = r ? lay_over(r, trees, count) : AX_NOMEM;
  if (status) {
    ax_registry_close(r);
    return ax_error_set(err, status, "no memory for the definitions");
  }
  *out = r;
  return AX_OK;
}

void ax_registry_close(ax_registry *registry) {
  if (!registry) return;
  ax_arena_free(registry->arena);
  (void)pthread_mutex_destroy(&registry->lock);
  free(registry);
}

/* --- reading a definition
 * ----------------------------------------------------------- */

static const ax_json *read_definition(ax_registry *r, definition *d);

static const ax_json *read_locked(definition *d);

static definition *pick(const ax_registry *r, ax_def_kind kind, ax_str url);

/* Called with the lock held: a snapshot asks for its base. */
static const ax_json *base_structure(void *ctx, ax_str url) {
  ax_registry *r = ctx;
  definition *d = pick(r, AX_DEF_STRUCTURE, url);
  const ax_json *tree =
      d && d->owner == r ? read_definition(r, d) : read_locked(d);
  return AX_JSON_GET(tree, "snapshot") ? tree : NULL;
}

static const ax_json *parse_file(ax_arena *arena, const definition *d,
                                 ax_error *err) {
  if (d->given) return d->given;
  ax_str path = ax_arena_printf(arena, "%s/" AX_STR_FMT, d->package->folder,
                                AX_STR_ARG(d->entry->file));
  ax_str text;
  const ax_json *doc;
  ax_json_fault fault;
  if (!path.ptr ||
      ax_file_read(arena, path.ptr, AX_PACKAGE_FILE_MAX, &text, err))
    return NULL;
  if (ax_json_parse(arena, text, &doc, &fault) == AX_OK) return doc;
  (void)ax_error_set(err, AX_INVALID, "%s:%u:%u: %s", path.ptr,
                     fault.place.line, fault.place.column, fault.text);
  return NULL;
}

/* A profile without a snapshot gets one; when that fails it stays without and
 * a note says why. */
static const ax_json *with_snapshot(ax_registry *r, const definition *d,
                                    const ax_json *tree) {
  if (d->entry->kind != AX_DEF_STRUCTURE || AX_JSON_GET(tree, "snapshot"))
    return tree;
  const ax_snapshot_source source = { r, base_structure };
  const ax_json *made = NULL;
  ax_error err = { 0 };
  if (ax_snapshot_generate(r->arena, tree, &source, &made, &err) == AX_OK)
    return made;
  ax_str note = ax_arena_printf(r->arena, AX_STR_FMT ": no snapshot: %s",
                                AX_STR_ARG(d->entry->url), err.text);
  if (note.ptr && add_note(r, note)) { /* without memory: no note */
  }
  return tree;
}

static const ax_json *read_definition(ax_registry *r, definition *d) {
  if (d->state == READ) return d->tree;
  if (d->state != UNREAD) return NULL; /* broken, or based on itself */
  d->state = READING;
  ax_error err = { 0 };
  const ax_json *tree = parse_file(r->arena, d, &err);
  if (!tree) {
    d->state = UNREADABLE;
    ax_str note = ax_arena_printf(r->arena, "%s", err.text);
    if (note.ptr && add_note(r, note)) { /* without memory: no note */
    }
    return NULL;
  }
  d->tree = with_snapshot(r, d, tree);
  d->state = READ;
  return d->tree;
}

/* --- finding
 * ----------------------------------------------------------------------------
 */

/* "4.0" stands for "4.0.1": whole leading parts. */
static bool version_fits(ax_str wanted, ax_str have) {
  if (!wanted.len || ax_str_eq(wanted, have)) return true;
  return ax_str_starts(have, wanted) && have.ptr[wanted.len] == '.';
}

static definition *pick(const ax_registry *r, ax_def_kind kind, ax_str url) {
  const ax_str whole = url;
  ax_str version = url;
  url = ax_str_cut(&version, '|');
  definition *d = ax_map_get(r->by_url[kind], url);
  while (d && !version_fits(version, d->entry->version)) d = d->other;
  return d || !r->base ? d : pick(r->base, kind, whole);
}

static const ax_json *read_locked(definition *d) {
  if (!d) return NULL;
  (void)pthread_mutex_lock(&d->owner->lock);
  const ax_json *tree = read_definition(d->owner, d);
  (void)pthread_mutex_unlock(&d->owner->lock);
  return tree;
}

const ax_json *ax_registry_find(ax_registry *registry, ax_def_kind kind,
                                ax_str url) {
  return read_locked(pick(registry, kind, url));
}

static ax_status load(definition *d, ax_arena *arena, ax_str name,
                      const ax_json **out, ax_error *err) {
  if (!d)
    return ax_error_set(err, AX_NOT_FOUND,
                        "no loaded package defines " AX_STR_FMT,
                        AX_STR_ARG(name));
  ax_error why = { 0 };
  *out = parse_file(arena, d, &why);
  if (!*out)
    return ax_error_set(err, why.status ? why.status : AX_NOMEM, "%s",
                        why.text);
  if (d->entry->kind == AX_DEF_STRUCTURE && !AX_JSON_GET(*out, "snapshot"))
    *out = read_locked(d);
  return *out ? AX_OK
              : ax_error_set(err, AX_INVALID, AX_STR_FMT " cannot be read",
                             AX_STR_ARG(name));
}

ax_status ax_registry_load(ax_registry *registry, ax_arena *arena,
                           ax_def_kind kind, ax_str url, const ax_json **out,
                           ax_error *err) {
  return load(pick(registry, kind, url), arena, url, out, err);
}

size_t ax_registry_canonical(const ax_registry *registry, ax_def_kind kind,
                             ax_str url, char *out, size_t room) {
  const definition *d = pick(registry, kind, url);
  if (!d) return 0;
  int len = snprintf(out, room, AX_STR_FMT "|" AX_STR_FMT,
                     AX_STR_ARG(d->entry->url), AX_STR_ARG(d->entry->version));
  return len > 0 && (size_t)len < room ? (size_t)len : 0;
}

const ax_json *ax_registry_supplement(ax_registry *registry, ax_str url,
                                      size_t i) {
  const ax_map *systems = registry->by_url[AX_DEF_CODE_SYSTEM];
  for (size_t k = 0; k < ax_map_count(systems); k++) {
    definition *d = ax_map_at(systems, k, NULL);
    if (!url.len || !ax_str_eq(d->entry->base, url)) continue;
    if (i-- == 0) return read_locked(d);
  }
  return registry->base ? ax_registry_supplement(registry->base, url, i) : NULL;
}

ax_str ax_registry_system_of(const ax_registry *registry, ax_str url) {
  const ax_map *systems = registry->by_url[AX_DEF_CODE_SYSTEM];
  ax_str version = url;
  ax_str set = ax_str_cut(&version, '|');
  for (size_t k = 0; set.len && k < ax_map_count(systems); k++) {
    const definition *d = ax_map_at(systems, k, NULL);
    if (ax_str_eq(d->entry->name, set)) return d->entry->url;
  }
  return registry->base ? ax_registry_system_of(registry->base, url)
                        : AX_STR("");
}

ax_str ax_registry_type_of(const ax_registry *registry, ax_str url) {
  const definition *d = pick(registry, AX_DEF_STRUCTURE, url);
  return d ? d->entry->name : AX_STR("");
}

static definition *type_named(const ax_registry *r, ax_str name) {
  definition *d = ax_map_get(r->types, name);
  return d || !r->base ? d : type_named(r->base, name);
}

const ax_json *ax_registry_type(ax_registry *registry, ax_str name) {
  return read_locked(type_named(registry, name));
}

bool ax_registry_has_type(const ax_registry *registry, ax_str name) {
  return type_named(registry, name) != NULL;
}

ax_status ax_registry_load_type(ax_registry *registry, ax_arena *arena,
                                ax_str name, const ax_json **out,
                                ax_error *err) {
  return load(type_named(registry, name), arena, name, out, err);
}

bool ax_registry_is_resource(ax_registry *registry, ax_str name) {
  const definition *d = type_named(registry, name);
  return d && d->entry->is_resource;
}

size_t ax_registry_count(const ax_registry *registry, ax_def_kind kind) {
  return ax_map_count(registry->by_url[kind]) +
         (registry->base ? ax_registry_count(registry->base, kind) : 0);
}

ax_str ax_registry_url(const ax_registry *registry, ax_def_kind kind,
                       size_t i) {
  ax_str url = AX_STR("");
  size_t own = ax_map_count(registry->by_url[kind]);
  if (i >= own && registry->base)
    return ax_registry_url(registry->base, kind, i - own);
  (void)ax_map_at(registry->by_url[kind], i, &url);
  return url;
}

size_t ax_registry_package_count(const ax_registry *registry) {
  return registry->base ? ax_registry_package_count(registry->base)
                        : registry->package_count;
}

ax_str ax_registry_package(const ax_registry *registry, size_t i) {
  if (registry->base) return ax_registry_package(registry->base, i);
  return i < registry->package_count ? registry->names[i] : AX_STR("");
}

size_t ax_registry_note_count(ax_registry *registry) {
  (void)pthread_mutex_lock(&registry->lock);
  size_t count = registry->notes.count;
  (void)pthread_mutex_unlock(&registry->lock);
  return count;
}

ax_str ax_registry_note(ax_registry *registry, size_t i) {
  (void)pthread_mutex_lock(&registry->lock);
  ax_str note =
      i < registry->notes.count ? registry->notes.items[i] : AX_STR("");
  (void)pthread_mutex_unlock(&registry->lock);
  return note;
}
