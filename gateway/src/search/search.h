/*
 * search.h - search parameters: which index rows a resource gives, and which
 * query a request's parameters ask for; two faces of one table, so that what
 * can be asked is what is indexed.
 *
 * The table comes from the SearchParameter resources of the loaded packages:
 * their FHIRPath expressions are compiled (search_table.h), and what the
 * configuration excludes is left out.
 *
 * Threads: after loading, an ax_search may be used from any thread.
 */
#ifndef AX_SEARCH_SEARCH_H
#define AX_SEARCH_SEARCH_H

#include "definitions/registry.h"
#include "fhir/fhir_index.h"
#include "fhir/fhir_issue.h"
#include "fhirpath/fp_model.h"
#include "json/json.h"

typedef struct ax_search ax_search;

typedef enum { AX_SEARCH_IN, AX_SEARCH_BELOW, AX_SEARCH_ABOVE } ax_search_set;

/* What search asks others. A NULL function: nothing is known. */
typedef struct {
  void *ctx;
  /* The code system of the `code` at `path` ("Observation.status"), from its
   * required binding; empty: not known. The text outlives the search. */
  ax_str (*code_system)(void *ctx, ax_str path);
  /* Calls `each` for the codes of a value set (IN: `a` is its URL), or of the
   * code `b` of system `a` and all below or above it. False: it cannot be
   * told. */
  bool (*expand)(void *ctx, ax_search_set set, ax_str a, ax_str b,
                 bool (*each)(void *to, ax_str system, ax_str code), void *to);
} ax_search_host;

typedef struct {
  const ax_fp_model *model; /* types of elements; NULL: guessed by name */
  ax_search_host host;
  const char *exclude; /* "Type.param", "Type.*", "*.param", blanks between */
  /* Our published base URL, and bases under which others know our Patients
   * (ax_fhir_reference_is_below); NULL: none. What is referred to below them is
   * what Type/id refers to. */
  const char *base, *known_as;
} ax_search_options;

ax_status ax_search_new(const ax_search_options *options, ax_search **out,
                        ax_error *err) AX_MUST_USE;
void ax_search_free(ax_search *search);

/* The model it was made with; may be NULL. */
const ax_fp_model *ax_search_model(const ax_search *search);

/* Adds a SearchParameter; what is no usable one is left out. A later one with
 * the same code for the same type replaces the earlier. Before threads. NOMEM.
 */
ax_status ax_search_add(ax_search *search, const ax_json *tree) AX_MUST_USE;

/* Adds all those of the registry's packages (search_packages.c). */
ax_status ax_search_load(ax_search *search, ax_registry *registry,
                         ax_error *err) AX_MUST_USE;

/* A text that changes when the set of parameters does: what is stored was
 * indexed by the table with this digest. 64 hexadecimal digits and a NUL. */
void ax_search_digest(const ax_search *search, char out[65]);

/* The index rows of `resource`; `base` is ours as its sender names it, or
 * empty. Texts point into the tree, the table or the arena. NOMEM. */
ax_status ax_search_index(ax_search *search, ax_arena *arena,
                          const ax_json *resource, ax_str base,
                          ax_index_row **rows, size_t *count) AX_MUST_USE;

/* One decoded name=value pair of a query string or a form. */
typedef struct {
  ax_str name, value;
} ax_search_pair;

/* How the answer shall look (R4 3.1.1.5). */
typedef enum {
  AX_SUMMARY_FALSE,
  AX_SUMMARY_TRUE,
  AX_SUMMARY_TEXT,
  AX_SUMMARY_DATA,
  AX_SUMMARY_COUNT
} ax_summary;

/* _include and _revinclude: from resources of `type` by their references. */
typedef struct {
  bool reverse, iterate;
  ax_str type;          /* whose references */
  const ax_str *params; /* rows of these */
  size_t param_count;
  ax_str target; /* only references to this type; empty: all */
} ax_search_include;

typedef struct {
  ax_query query; /* without its cursor */
  ax_summary summary;
  const ax_str *elements; /* _elements; count 0: all */
  size_t element_count;
  const ax_search_include *includes;
  size_t include_count;
  const ax_search_pair *used; /* the question as it was understood, without
                                 its cursor: for links */
  size_t used_count;
} ax_search_request;

/*
 * Turns pairs into a query on `type`. Everything that is wrong (unknown
 * parameter, unknown modifier, a value that is not one) is an issue; the query
 * is usable only when there are no errors. With `lenient` unknown parameters
 * are warnings and not among those `used`. `base` is our own base URL, so that
 * absolute references to us are understood. A cursor (`_after`) that belongs to
 * another question is an issue too.
 */
typedef struct {
  ax_str type;
  const ax_search_pair *pairs;
  size_t count;
  ax_str base;
  bool lenient;
} ax_search_question;

ax_status ax_search_query(ax_search *search, ax_arena *arena,
                          const ax_search_question *question,
                          ax_search_request *out,
                          ax_fhir_issues *issues) AX_MUST_USE;

/* The cursor for the page behind `page` of the same question. NOMEM. */
ax_status ax_search_query_cursor(ax_arena *arena, const ax_search_request *rq,
                                 uint64_t next, ax_str next_keys,
                                 ax_str *out) AX_MUST_USE;

/* Splits and percent-decodes a query string. INVALID for broken escapes. */
ax_status ax_search_pairs(ax_arena *arena, ax_str query_string,
                          ax_search_pair **pairs, size_t *count,
                          ax_error *err) AX_MUST_USE;

/* The table, for the CapabilityStatement: the `i`th parameter of `type`, false
 * past the end. `kind` is the R4 search parameter type ("token" ...). */
typedef struct {
  ax_str name, kind;
  ax_str definition; /* canonical URL */
  const ax_str *targets; /* of a reference: types it may lead to; 0: any */
  size_t target_count;
} ax_search_param;
bool ax_search_param_at(ax_search *search, ax_str type, size_t i,
                        ax_search_param *out);

#endif
