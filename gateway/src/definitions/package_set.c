#include "definitions/package_set.h"

#include <string.h>

#include "base/file.h"
#include "base/vec.h"

enum { PACKAGES_MAX = 500 };

typedef AX_VEC(const ax_package *) package_list;

typedef struct {
  ax_arena *arena;
  const ax_registry_options *options;
  const char *dependencies;
  package_list given, found; /* found: in the order of discovery */
  AX_VEC(ax_str) notes;
} opening;

static ax_status add_note(opening *o, ax_str note) {
  ax_str *slot = AX_VEC_PUSH(&o->notes, o->arena);
  if (!slot || !note.ptr) return AX_NOMEM;
  *slot = note;
  return AX_OK;
}

static ax_status open_into(opening *o, const char *path, package_list *list,
                           ax_error *err) {
  ax_package *package = AX_NEW(o->arena, ax_package);
  if (!package) return AX_NOMEM;
  AX_TRY(
      ax_package_open(o->arena, path, o->options->cache, package, err));
  const ax_package **slot = AX_VEC_PUSH(list, o->arena);
  if (!slot) return AX_NOMEM;
  *slot = package;
  for (size_t i = 0; i < package->broken_count; i++)
    AX_TRY(add_note(o, package->broken[i]));
  return AX_OK;
}

/* --- versions ------------------------------------------------------------- */

static bool is_open_version(ax_str version) {
  return ax_str_eq(version, AX_STR("latest")) ||
         ax_str_eq(version, AX_STR("current")) ||
         ax_str_eq(version, AX_STR("dev")) ||
         ax_str_ends(version, AX_STR(".x"));
}

static bool fits(ax_str wanted, ax_str have) {
  if (ax_str_eq(wanted, have)) return true;
  if (!is_open_version(wanted)) return false;
  if (!ax_str_ends(wanted, AX_STR(".x"))) return true;
  return ax_str_starts(have, (ax_str){ wanted.ptr, wanted.len - 1 });
}

/* Numbers by value, the rest bytewise: 4.10.0 is above 4.9.0. */
static int compare_versions(ax_str a, ax_str b) {
  while (a.len || b.len) {
    ax_str x = ax_str_cut(&a, '.');
    ax_str y = ax_str_cut(&b, '.');
    int64_t m, n;
    int order = ax_str_compare(x, y);
    if (ax_str_int64(x, 0, INT64_MAX, &m) &&
        ax_str_int64(y, 0, INT64_MAX, &n))
      order = m < n ? -1 : m > n;
    if (order != 0) return order;
  }
  return 0;
}

const char *ax_package_set_find(ax_arena *arena, const char *cache,
                                ax_str wanted) {
  const char *const *names;
  size_t count;
  ax_str version = wanted;
  ax_str name = ax_str_cut(&version, '#');
  ax_str best = AX_STR("");
  if (!cache || !cache[0] || memchr(wanted.ptr, '/', wanted.len) ||
      ax_file_list(arena, cache, &names, &count, NULL))
    return NULL;
  for (size_t i = 0; i < count; i++) {
    ax_str have = ax_str_from(names[i]);
    if (!ax_str_eq(ax_str_cut(&have, '#'), name) || !have.len) continue;
    if (fits(version, have) &&
        (!best.len || compare_versions(have, best) > 0))
      best = have;
  }
  if (!best.len) return NULL;
  return ax_arena_printf(arena, "%s/" AX_STR_FMT "#" AX_STR_FMT, cache,
                         AX_STR_ARG(name), AX_STR_ARG(best))
      .ptr;
}

/* --- dependencies --------------------------------------------------------- */

/* The examples package holds all of core's definitions. */
static bool provides(ax_str have, ax_str wanted) {
  return ax_str_eq(have, wanted) ||
         (ax_str_eq(wanted, AX_STR("hl7.fhir.r4.core")) &&
          ax_str_eq(have, AX_STR("hl7.fhir.r4.examples")));
}

static const ax_package *named(const package_list *list, ax_str name) {
  for (size_t i = 0; i < list->count; i++)
    if (provides(list->items[i]->name, name)) return list->items[i];
  return NULL;
}

static const ax_package *loaded(const opening *o, ax_str name) {
  const ax_package *p = named(&o->given, name);
  return p ? p : named(&o->found, name);
}

static ax_status note_missing(opening *o, const ax_package *of, ax_str wanted) {
  return add_note(o, ax_arena_printf(o->arena,
                                     "package " AX_STR_FMT "#" AX_STR_FMT
                                     " depends on " AX_STR_FMT
                                     ", which is not loaded",
                                     AX_STR_ARG(of->name),
                                     AX_STR_ARG(of->version),
                                     AX_STR_ARG(wanted)));
}

static ax_status note_other(opening *o, const ax_package *of, ax_str wanted,
                            const ax_package *instead) {
  return add_note(
      o, ax_arena_printf(o->arena,
                         "package " AX_STR_FMT "#" AX_STR_FMT
                         " depends on " AX_STR_FMT "; version " AX_STR_FMT
                         " is loaded in its place",
                         AX_STR_ARG(of->name), AX_STR_ARG(of->version),
                         AX_STR_ARG(wanted), AX_STR_ARG(instead->version)));
}

/* A package in the cache that cannot be opened is named, not fatal. */
static ax_status open_dependency(opening *o, const ax_package *of,
                                 ax_str wanted) {
  ax_error err = { 0 };
  ax_str version = wanted;
  ax_str name = ax_str_cut(&version, '#');
  const char *path =
      ax_package_set_find(o->arena, o->dependencies, wanted);
  if (!path) {
    ax_str any = AX_JOIN(o->arena, name, AX_STR("#latest"));
    if (!any.ptr) return AX_NOMEM;
    path = ax_package_set_find(o->arena, o->dependencies, any);
  }
  if (!path || o->found.count >= PACKAGES_MAX)
    return note_missing(o, of, wanted);
  ax_status status = open_into(o, path, &o->found, &err);
  if (status == AX_OK || status == AX_NOMEM) return status;
  AX_TRY(add_note(o, ax_arena_printf(o->arena, "%s", err.text)));
  return note_missing(o, of, wanted);
}

static ax_status resolve(opening *o, const ax_package *of) {
  for (size_t i = 0; i < of->dependency_count; i++) {
    ax_str wanted = of->dependencies[i];
    ax_str version = wanted;
    ax_str name = ax_str_cut(&version, '#');
    if (!loaded(o, name)) AX_TRY(open_dependency(o, of, wanted));
    const ax_package *have = loaded(o, name);
    if (have && ax_str_eq(have->name, name) && !fits(version, have->version))
      AX_TRY(note_other(o, of, wanted, have));
  }
  return AX_OK;
}

/* --- all of it ------------------------------------------------------------ */

typedef struct {
  const ax_package **all; /* as they count */
  size_t count;
  bool *taken; /* of what was found */
} ordering;

/* Puts the package behind what was found for it. Packages may depend on each
 * other; recursion as deep as there are packages. */
static void put_in_order(const opening *o, const ax_package *p, ordering *out) {
  for (size_t i = 0; i < p->dependency_count; i++) {
    ax_str wanted = p->dependencies[i], name = ax_str_cut(&wanted, '#');
    for (size_t k = 0; k < o->found.count; k++) {
      if (out->taken[k] || !provides(o->found.items[k]->name, name)) continue;
      out->taken[k] = true;
      put_in_order(o, o->found.items[k], out);
    }
  }
  out->all[out->count++] = p;
}

static ax_status finish(opening *o, ax_package_set *out) {
  size_t count = o->found.count + o->given.count;
  const ax_package **all =
      AX_NEW_ARRAY(o->arena, const ax_package *, count + 1);
  ax_str *names = AX_NEW_ARRAY(o->arena, ax_str, count + 1);
  ordering order = { .all = all,
                     .taken = AX_NEW_ARRAY(o->arena, bool, count + 1) };
  if (!all || !names || !order.taken) return AX_NOMEM;
  for (size_t i = 0; i < o->given.count; i++)
    put_in_order(o, o->given.items[i], &order);
  count = order.count;
  for (size_t i = 0; i < count; i++) {
    names[i] = AX_JOIN(o->arena, all[i]->name, AX_STR("#"), all[i]->version);
    if (!names[i].ptr) return AX_NOMEM;
  }
  *out = (ax_package_set){ all, names, count, o->notes.items, o->notes.count };
  return AX_OK;
}

ax_status ax_package_set_open(ax_arena *arena,
                              const ax_registry_options *options,
                              const char *dependencies, ax_package_set *out,
                              ax_error *err) {
  opening o = { .arena = arena,
                .options = options,
                .dependencies = dependencies };
  for (size_t i = 0; i < options->package_count; i++)
    AX_TRY(open_into(&o, options->packages[i], &o.given, err));
  for (size_t i = 0; i < o.given.count; i++)
    AX_TRY(resolve(&o, o.given.items[i]));
  for (size_t i = 0; i < o.found.count; i++) /* it grows */
    AX_TRY(resolve(&o, o.found.items[i]));
  return finish(&o, out);
}
