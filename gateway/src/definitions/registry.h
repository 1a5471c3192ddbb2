/*
 * registry.h - every definition of the loaded FHIR packages, by canonical URL.
 *
 * A package is a folder (`package.json` and resources, or the folder above
 * with a `package/` inside) or a `.tgz` of one. Opening a registry reads an
 * index (type, id, url, version, file) and no definitions; the index of each
 * package is saved in the cache folder under the package's digest, so that the
 * next start reads one file. A definition is parsed the first time it is asked
 * for and stays for the registry's life.
 *
 * Later packages win over earlier ones for the same canonical and version.
 * Which files are definitions and which are examples: see package.h.
 *
 * Threads: all lookups may be called from any thread; parsing is done once
 * under a private lock.
 */
#ifndef AX_DEFINITIONS_REGISTRY_H
#define AX_DEFINITIONS_REGISTRY_H

#include "json/json.h"

typedef enum {
  AX_DEF_STRUCTURE,
  AX_DEF_VALUE_SET,
  AX_DEF_CODE_SYSTEM,
  AX_DEF_SEARCH_PARAMETER,
  AX_DEF_CONCEPT_MAP,
  AX_DEF_OPERATION,
  AX_DEF_COMPARTMENT,
  AX_DEF_QUESTIONNAIRE,
  AX_DEF_MEASURE,
  AX_DEF_LIBRARY,
  AX_DEF_KINDS
} ax_def_kind;

typedef struct ax_registry ax_registry;

typedef struct {
  const char *const *packages; /* folders or .tgz, in order */
  size_t package_count;
  const char *cache; /* folder for saved indexes and unpacked .tgz; or NULL */
} ax_registry_options;

/*
 * Opens the packages. NOT_FOUND, INVALID (with the package and what is wrong),
 * TOO_LARGE, IO. A missing dependency of a package is not an error; see
 * ax_registry_note(). The second form looks for them in `dependencies`, the
 * folder of a package cache (package_set.h); NULL: nowhere.
 */
ax_status ax_registry_open(const ax_registry_options *options,
                           ax_registry **out, ax_error *err) AX_MUST_USE;
ax_status ax_registry_open_with(const ax_registry_options *options,
                                const char *dependencies, ax_registry **out,
                                ax_error *err) AX_MUST_USE;

/*
 * A registry of `trees` (resources; those that are no definitions are left out)
 * over `base`: what it does not define itself is looked up there. The trees and
 * the base must outlive it; many may stand on one base at once. INVALID never;
 * NOMEM.
 */
ax_status ax_registry_overlay(ax_registry *base, const ax_json *const *trees,
                              size_t count, ax_registry **out,
                              ax_error *err) AX_MUST_USE;
void ax_registry_close(ax_registry *registry);

/*
 * The definition with canonical `url` ("url" or "url|version"), or NULL. A
 * version with fewer parts matches its patches ("4.0" finds "4.0.1"). The tree
 * lives as long as the registry. A file that cannot be read or parsed counts
 * as absent and is reported once by ax_registry_notes().
 */
const ax_json *ax_registry_find(ax_registry *registry, ax_def_kind kind,
                                ax_str url);

/*
 * The same for those who make something else of a definition once: parsed into
 * `arena` and not kept. A profile without a snapshot of its own is kept all the
 * same. NOT_FOUND, INVALID, TOO_LARGE, IO, NOMEM.
 */
ax_status ax_registry_load(ax_registry *registry, ax_arena *arena,
                           ax_def_kind kind, ax_str url, const ax_json **out,
                           ax_error *err) AX_MUST_USE;

/* Writes "url|version" of the definition that `url` finds into `out` and
 * returns its length; 0 when there is none or no room. Nothing is parsed. */
size_t ax_registry_canonical(const ax_registry *registry, ax_def_kind kind,
                             ax_str url, char *out, size_t room);

/* The `i`th loaded supplement to the code system `url` (R4
 * CodeSystem.supplements, whatever version it names), or NULL past the last. */
const ax_json *ax_registry_supplement(ax_registry *registry, ax_str url,
                                      size_t i);

/* The code system that names `url` as the value set of all its codes (R4
 * CodeSystem.valueSet); empty when none does. */
ax_str ax_registry_system_of(const ax_registry *registry, ax_str url);

/* The type a StructureDefinition is about ("Patient"), or empty. */
ax_str ax_registry_type_of(const ax_registry *registry, ax_str url);

/* The StructureDefinition of a type of the base specification by its name
 * ("Patient", "HumanName", "string"), or NULL. */
const ax_json *ax_registry_type(ax_registry *registry, ax_str name);

/* Is there such a type? Nothing is parsed. */
bool ax_registry_has_type(const ax_registry *registry, ax_str name);

/* ax_registry_load() of the type called `name`. */
ax_status ax_registry_load_type(ax_registry *registry, ax_arena *arena,
                                ax_str name, const ax_json **out,
                                ax_error *err) AX_MUST_USE;

/* True for names of concrete resource types ("Patient"; not "DomainResource").
 */
bool ax_registry_is_resource(ax_registry *registry, ax_str name);

/* How many of a kind, and the canonical of the `i`th in a fixed order. */
size_t ax_registry_count(const ax_registry *registry, ax_def_kind kind);
ax_str ax_registry_url(const ax_registry *registry, ax_def_kind kind, size_t i);

/* Loaded packages ("name#version") and sentences about what is missing or
 * broken (dependencies that are not there, files that do not parse). */
size_t ax_registry_package_count(const ax_registry *registry);
ax_str ax_registry_package(const ax_registry *registry, size_t i);
size_t ax_registry_note_count(ax_registry *registry);
ax_str ax_registry_note(ax_registry *registry, size_t i);

#endif
