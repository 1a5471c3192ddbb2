/*
 * package.h - one FHIR package on disk: where its files are and which of them
 * are definitions (FHIR NPM packages; layout of the usual package cache).
 *
 * A path may be the folder with `package.json` in it, the folder above (with
 * `package/` inside), or a `.tgz`, which is unpacked once into the cache
 * folder (package_archive.h).
 *
 * Definitions are the files of the types in ax_def_kind. The package
 * hl7.fhir.r4.examples holds examples of definitions beside the definitions;
 * nothing marks them but their ids, so an id that is "example" or begins with
 * "example-" or "example2" is left out in every package.
 *
 * Lifetime: everything is in the arena. Threads: one at a time.
 */
#ifndef AX_DEFINITIONS_PACKAGE_H
#define AX_DEFINITIONS_PACKAGE_H

#include "definitions/registry.h"

typedef struct {
  ax_def_kind kind;
  ax_str url, version, id;
  ax_str name;      /* StructureDefinition: its type; CodeSystem: the value
                       set of all its codes, without a version */
  ax_str base;      /* StructureDefinition: baseDefinition; CodeSystem: the
                       system that it supplements, without a version */
  ax_str file;      /* inside the package's folder */
  bool is_type;     /* derivation specialization (or none) */
  bool is_resource; /* concrete resource type */
} ax_package_entry;

typedef struct {
  ax_str name, version;
  const char *folder; /* where package.json is */
  const ax_package_entry *entries;
  size_t entry_count;
  const ax_str *dependencies; /* "name#version" */
  size_t dependency_count;
  const ax_str *broken; /* sentences about files that do not parse */
  size_t broken_count;
} ax_package;

/*
 * Opens the package at `path`. `cache` is the folder for saved indexes and
 * unpacked archives; NULL: nothing is saved, a .tgz is UNSUPPORTED. NOT_FOUND,
 * INVALID (no package.json, or a broken one), TOO_LARGE, IO, NOMEM.
 */
ax_status ax_package_open(ax_arena *arena, const char *path, const char *cache,
                          ax_package *out, ax_error *err) AX_MUST_USE;

/* What `doc` says about itself, as an entry without a file; false when it is no
 * definition or has no url. The texts are those of `doc`. */
bool ax_package_describe(const ax_json *doc, ax_package_entry *out);

/* The kind whose resourceType is `type`, or AX_DEF_KINDS. */
ax_def_kind ax_package_kind(ax_str type);
const char *ax_package_kind_name(ax_def_kind kind);

enum { AX_PACKAGE_FILE_MAX = 64 << 20 };

#endif
