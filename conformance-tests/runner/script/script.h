/*
 * script.h - a TestScript resource, read and made ready to run.
 *
 * Loading is lenient, running is strict: what public scripts leave out or
 * write in the manner of another version (no encodeRequestUrl, no warningOnly,
 * R5's stopTestOnFail, a fixture whose `resource` is the resource itself) is
 * accepted, and each leniency is noted with its place, so that reports can
 * name it. What cannot be understood at all is a fault of the script
 * (INVALID).
 *
 * JSON and XML are read; XML becomes the same JSON tree by the element
 * definitions of R4 (xml_json.h).
 *
 * Lifetime: everything lives in the arena given. Threads: a loaded script is
 * immutable and may be shared.
 * Source: http://hl7.org/fhir/R4/testscript.html, testing.html.
 */
#ifndef AX_SCRIPT_SCRIPT_H
#define AX_SCRIPT_SCRIPT_H

#include "base/vec.h"
#include "definitions/registry.h"
#include "json/json.h"

/* A remark about the script itself: a leniency taken, a rule it breaks. The
 * same remark is made once: at its first place, with the number of others. */
typedef struct {
  ax_str place; /* "TestScript.fixture[0].resource" */
  ax_str text;
} ax_script_notice;

typedef struct {
  ax_str id;
  bool autocreate, autodelete;
  /* NULL: see `missing`. Mostly a resource; an object or a list that is none
   * (the body of a patch, what a server must refuse) is kept, too. */
  const ax_json *resource;
  ax_str reference;        /* as written; empty for an inline one */
  ax_str missing;          /* why there is no resource; else empty */
  /* Type to make a minimal resource of (the generator extensions of public
   * scripts); empty for all others. `resource` is NULL then until the runner
   * asked ax_script_generate. */
  ax_str generate;
  /* A part of another fixture or a response (the sub-fixtures of NIST's
   * engine): what `part_expression` gives on `part_of` when it is needed;
   * `resource` is NULL then. Empty for all others. */
  ax_str part_of, part_expression;
  ax_str place;
} ax_script_fixture;

typedef struct {
  ax_str name, default_value, description, hint;
  ax_str source_id; /* a fixture, or a responseId or requestId */
  ax_str expression, path, header_field; /* at most one is not empty */
  bool has_default;
  ax_str place;
} ax_script_variable;

typedef struct {
  ax_str id, canonical;
} ax_script_profile;

/* Where requests come from and go to. */
typedef struct {
  unsigned index; /* as the script numbers it, from 1 */
  ax_str profile; /* code of its profile ("FHIR-Server") */
} ax_script_party;

/* What a name means for the length of a phase or of a subtest. */
typedef struct {
  ax_str inner; /* the name bound */
  ax_str outer; /* the name outside whose value it has; empty: see `value` */
  ax_str value; /* the value itself */
  bool is_fixture; /* a fixture (or response), else a variable */
  bool is_out;     /* the inner one is given to the outer at the end */
} ax_script_binding;

typedef struct ax_script ax_script;

/*
 * Another script that an action runs in its place: the subtest extensions of
 * the Crucible engine (on an assert), the import of NIST's (on an operation).
 * Its set-up, tests and teardown run with `bindings` over its own variables;
 * the action passes when all that is asserted there holds.
 */
typedef struct {
  const ax_script *script; /* never NULL: else the action has a fault */
  AX_VEC(ax_script_binding) bindings;
  /* Not empty: run once for each value of the action's `expression` (on its
   * sourceId or the last response), this variable bound to the value. */
  ax_str each;
  bool all_must_pass; /* with `each`: all of the runs, else one of them */
} ax_script_subtest;

typedef struct {
  const ax_json *json; /* the operation or the assert; NULL when it is
                          neither, with `fault` */
  bool is_assert;
  ax_str fault; /* why it cannot be run; else empty */
  /* What it needs and nobody here has: elements of other versions ("rule
   * (STU3)"), modifier extensions that are not known. It ends as unsupported,
   * whatever else it says. Else empty. */
  ax_str unsupported;
  const ax_script_subtest *subtest; /* NULL: none */
  ax_str label, description;
  ax_str place; /* "TestScript.test[1].action[0].operation" */
} ax_script_action;

/*
 * A test that is parametrized for a list of values (an extension) is as many
 * phases, each with the parameter bound to its value and the value in its name.
 */
typedef struct {
  const ax_json *json; /* for its extensions; NULL: there is none */
  ax_str id, name, description, place;
  /* Of NIST's engine; NULL: none. A contained script with two tests, run in
   * the outer one's place: the first is part of this test, and when an assert
   * of the second does not hold, the rest of this test is skipped. */
  const ax_script *condition;
  AX_VEC(ax_script_binding) bindings; /* over the script's variables */
  AX_VEC(ax_script_action) actions;
} ax_script_phase;

struct ax_script {
  ax_str file;             /* as it was named */
  const ax_json *resource; /* the whole TestScript */
  bool was_xml;
  ax_str id, url, version, name, title, description, status;
  AX_VEC(ax_str) tags; /* codes of meta.tag */
  AX_VEC(ax_script_party) origins;
  AX_VEC(ax_script_party) destinations;
  AX_VEC(ax_script_fixture) fixtures;
  AX_VEC(ax_script_variable) variables;
  AX_VEC(ax_script_profile) profiles;
  ax_script_phase setup; /* no actions: none */
  AX_VEC(ax_script_phase) tests;
  ax_script_phase teardown;
  AX_VEC(ax_script_notice) notices;
};

typedef struct {
  ax_registry *registry; /* the definitions of R4; never NULL */
  /* Folders in which a fixture's relative reference is looked for after the
   * script's own folder; may be empty. */
  const char *const *fixture_folders;
  size_t fixture_folder_count;
} ax_script_options;

/*
 * Reads the file `path`. INVALID: not a TestScript, or broken (the sentence
 * names file and place); NOT_FOUND and IO: the file; NOMEM. A fixture that
 * cannot be read is no failure of loading: it is marked `missing`, and whoever
 * needs it fails.
 */
ax_status ax_script_load(const char *path, const ax_script_options *options,
                         ax_arena *arena, ax_script **out,
                         ax_error *err) AX_MUST_USE;

/*
 * Is this file a TestScript? Looks for the type of the resource, wherever it
 * stands, and parses nothing; for folders that hold fixtures beside scripts.
 */
bool ax_script_is(const char *path);

/* The fixture, variable or profile of this name, or NULL. */
const ax_script_fixture *ax_script_find_fixture(const ax_script *script,
                                                ax_str id);
const ax_script_variable *ax_script_find_variable(const ax_script *script,
                                                  ax_str name);
const ax_script_profile *ax_script_find_profile(const ax_script *script,
                                                ax_str id);

/* The value of extension `url` of an element (its value[x]), or NULL. */
const ax_json *ax_script_extension(const ax_json *element, ax_str url);

/*
 * A minimal resource of `type` that is valid by the base definition (all that
 * is mandatory, first code of each required value set), the same on each run.
 * NOT_FOUND: no such type.
 */
ax_status ax_script_generate(ax_registry *registry, ax_str type,
                             ax_arena *arena, const ax_json **out,
                             ax_error *err) AX_MUST_USE;

#endif
