/*
 * package_set.h - packages and what they depend on, in the order in which they
 * count, later ones over earlier ones: the packages as given, each behind what
 * it depends on. So core, which is given first, yields to the newer terminology
 * that a guide asks for.
 *
 * A dependency that is not among the packages given is looked for in the
 * folder of a package cache (`<folder>/<name>#<version>`, as in
 * ~/.fhir/packages), and so are its own. The version is the one asked for;
 * "4.0.x" and "latest" take the highest that fits; else any version that is
 * there stands in, and a note says so. What is nowhere is named by a note and
 * is not an error.
 *
 * Lifetime: the arena. Threads: one at a time.
 */
#ifndef AX_DEFINITIONS_PACKAGE_SET_H
#define AX_DEFINITIONS_PACKAGE_SET_H

#include "definitions/package.h"

typedef struct {
  const ax_package *const *packages;
  const ax_str *names; /* "name#version", one for each package */
  size_t count;
  const ax_str *notes; /* sentences about what is missing or broken */
  size_t note_count;
} ax_package_set;

/* As ax_registry_open_with(). */
ax_status ax_package_set_open(ax_arena *arena,
                              const ax_registry_options *options,
                              const char *dependencies, ax_package_set *out,
                              ax_error *err) AX_MUST_USE;

/* The folder in `cache` that holds `wanted` ("name#version", with a version as
 * above), or NULL. */
const char *ax_package_set_find(ax_arena *arena, const char *cache,
                                ax_str wanted);

#endif
