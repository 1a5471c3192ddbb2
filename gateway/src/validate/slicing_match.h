/*
 * slicing_match.h - does a value belong to a slice? (R4 profiling.html#slicing)
 *
 * The discriminators of a slicing are compiled, slice by slice, into tests:
 * steps to go from the value ("code", "extension(url)", "resolve()") and what
 * must be found there. What a discriminator demands of a slice stands in the
 * slice's own definition, or in the definitions of its types and profiles.
 *
 * Lifetime: the schema's arena. Threads: immutable.
 */
#ifndef AX_VALIDATE_SLICING_MATCH_H
#define AX_VALIDATE_SLICING_MATCH_H

#include "base/buf.h"
#include "validate/walk.h"

enum { AX_SLICING_STEPS = 16, AX_SLICING_TESTS = 64, AX_SLICING_FOUND = 64 };

typedef enum {
  AX_SLICING_NAME,      /* a member */
  AX_SLICING_CHOICE,    /* name[x]: whichever of its members is there */
  AX_SLICING_EXTENSION, /* the extensions with this url */
  AX_SLICING_OF_TYPE,   /* only of this type */
  AX_SLICING_RESOLVE    /* what the reference leads to */
} ax_slicing_step_kind;

typedef struct {
  ax_slicing_step_kind kind;
  ax_str name;
} ax_slicing_step;

typedef enum {
  AX_SLICING_FIXED,   /* equal to `value` */
  AX_SLICING_PATTERN, /* holds `value` */
  AX_SLICING_BOUND,   /* a code of the value set names[0] */
  AX_SLICING_EXISTS,
  AX_SLICING_ABSENT,
  AX_SLICING_TYPE,   /* one of `names` */
  AX_SLICING_PROFILE /* conforms to one of `names` */
} ax_slicing_test_kind;

typedef struct {
  ax_slicing_test_kind kind;
  const ax_slicing_step *steps;
  size_t step_count;
  const ax_json *value;
  const ax_str *names;
  size_t name_count;
  ax_str path; /* the discriminator's, for messages */
} ax_slicing_test;

/* All tests must hold; none at all: nothing tells what belongs to the slice. */
struct ax_slicing_match {
  const ax_slicing_test *tests;
  size_t count;
};

/* What compiling needs; `scratch` may be dropped afterwards. */
typedef struct {
  ax_arena *arena, *scratch;
  ax_registry *registry;
  const ax_json *elements; /* the snapshot that defines the slice */
} ax_slicing_source;

/* The tests of `slice` (an ElementDefinition of `elements`) by the
 * discriminators of `slicing`. NOMEM; a discriminator that says nothing usable
 * gives no test. */
ax_status ax_slicing_match_compile(const ax_slicing_source *source,
                                   const ax_json *slice, const ax_json *slicing,
                                   ax_slicing_match *out) AX_MUST_USE;

/* Does the value at `place` pass all tests? False when there are none. */
bool ax_slicing_test_all(const ax_slicing_match *match, ax_walk *walk,
                         const ax_place *place);

/* How many tests it passes, and in words the first that it does not. */
size_t ax_slicing_test_why(const ax_slicing_match *match, ax_walk *walk,
                           const ax_place *place, ax_buf *out);

/* Writes what each test demands, in words. */
void ax_slicing_test_explain(const ax_slicing_match *match, ax_json_writer *w);

#endif
