/*
 * search_table.h - the search parameters of a type, compiled from
 * SearchParameter resources. Private to search/.
 *
 * A parameter's FHIRPath expression is a union of branches. Branches that only
 * walk (members, choices, where(system='phone'), where(resolve() is Patient),
 * extension('url')) become steps that a small loop follows; the others run in
 * the FHIRPath engine. Both give the same nodes (test_search_table compares
 * them over the published examples).
 *
 * A parameter whose branches are those of others is an alias: it has no rows
 * of its own and asks for theirs ("combo-code" is "code" and "component-code",
 * "patient" is "subject" where that is a Patient). A composite has no rows
 * either: its parts meet in one resource, or in one element of it (`group`).
 *
 * Threads: a table is compiled once under a lock, then immutable.
 */
#ifndef AX_SEARCH_SEARCH_TABLE_H
#define AX_SEARCH_SEARCH_TABLE_H

#include "fhir/fhir_index.h"
#include "fhir/fhir_reference.h"
#include "fhirpath/fp_ast.h"
#include "search/search.h"

typedef enum {
  AX_SEARCH_MEMBER,   /* `name` */
  AX_SEARCH_CHOICE,   /* any member that is `name` and a type */
  AX_SEARCH_EITHER,   /* not known which of the two */
  AX_SEARCH_EQUALS,   /* stays when member `name` is the text `value` */
  AX_SEARCH_TARGET,   /* stays when it refers to the type `name` */
  AX_SEARCH_EXTENSION /* the extensions with the url `name` */
} ax_search_step_kind;

typedef struct {
  ax_search_step_kind kind;
  ax_str name, value;
} ax_search_step;

typedef struct {
  const ax_search_step *steps;
  size_t count;
  size_t group; /* so many first steps lead to the element that groups; 0: the
                   resource itself */
} ax_search_path;

typedef struct ax_search_def ax_search_def;
struct ax_search_def {
  ax_str type, name, url, kind_name;
  ax_index_kind kind;
  bool composite, phonetic;
  const ax_str *targets; /* REFERENCE: types; count 0: any */
  size_t target_count;
  ax_str system; /* TOKEN: the code system of a `code`, or empty */

  ax_search_path *paths;
  size_t path_count;
  const ax_fp_program *programs; /* branches that do not just walk */
  size_t program_count;

  const ax_search_def *const *aliases; /* whose rows are meant; 0: its own */
  size_t alias_count;
  ax_str only;         /* with aliases: only references to this type */
  const ax_str *names; /* of those whose rows are meant: at least one */
  size_t name_count;

  /* What the rows of modifiers are called: "code:text", "subject:identifier",
   * "identifier:of-type". */
  ax_str text_rows, identifier_rows, type_rows;

  const ax_search_def *const *parts; /* of a composite */
  size_t part_count;
};

typedef struct {
  ax_str type;
  const ax_fp_model *model;
  const ax_search_def *defs;
  size_t count;
} ax_search_table;

/* The table of `type`; empty for a type without parameters. NULL: no memory. */
const ax_search_table *ax_search_table_of(ax_search *search, ax_str type);

const ax_search_host *ax_search_host_of(const ax_search *search);

/* Does it lead below `own`, which may be empty, or a base of the options? */
bool ax_search_is_ours(const ax_search *search, const ax_reference *ref,
                       ax_str own);

const ax_search_def *ax_search_table_find(const ax_search_table *table,
                                          ax_str name);

/* May a reference of this parameter point to `type`? */
bool ax_search_table_targets(const ax_search_def *def, ax_str type);

/* Calls `each` with every node that the path leads to in `resource`; `group`
 * tells nodes of one grouping element from those of another. (search_index.c)
 */
ax_status ax_search_index_walk(const ax_search_path *path,
                               const ax_json *resource,
                               ax_status (*each)(void *to, const ax_json *v,
                                                 unsigned group),
                               void *to) AX_MUST_USE;

/* What the compiler gets: see search_open.c. */
typedef struct {
  ax_str name, url, kind, expression;
  bool phonetic;
  const ax_fp_program *program; /* of the whole expression; NULL: none */
  const ax_str *targets;
  size_t target_count;
  struct {
    ax_str definition;
  } parts[4];
  size_t part_count;
} ax_search_source;

typedef struct {
  ax_arena *arena;
  const ax_fp_model *model; /* may be NULL */
  const ax_search_host *host;
  ax_str type;
  const ax_search_source *const *sources;
  size_t count;
} ax_search_compile_job;

/* Is the parameter of a kind that can be asked for (not "special")? */
bool ax_search_table_offers(const ax_search_source *source);

/* Compiles the table of a type. NOMEM. */
ax_status ax_search_table_compile(const ax_search_compile_job *job,
                                  ax_search_table *out) AX_MUST_USE;

#endif
