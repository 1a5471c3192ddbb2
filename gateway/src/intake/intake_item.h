/*
 * intake_item.h - one thing a request wants done: a resource to write (POST,
 * PUT, PATCH), to delete, or something to read (GET); alone or as an entry of a
 * Bundle.
 *
 * An item is filled in stages, and each stage's fields stand together: what was
 * asked; who it is (id, version, If-None-Exist); how it is stored (tree with
 * new references, body, index, facts); what came of it.
 *
 * Lifetime: the request's arena. Threads: the request's.
 */
#ifndef AX_INTAKE_INTAKE_ITEM_H
#define AX_INTAKE_INTAKE_ITEM_H

#include "fhir/fhir_fact.h"
#include "fhir/fhir_index.h"
#include "fhir/fhir_issue.h"
#include "search/search.h"
#include "store/store.h"

typedef enum {
  AX_INTAKE_NOTHING, /* refused; `issues` say why */
  AX_INTAKE_POST,
  AX_INTAKE_PUT,
  AX_INTAKE_PATCH,
  AX_INTAKE_DELETE,
  AX_INTAKE_GET
} ax_intake_method;

/* ax_intake_item.if_match: it must exist, whatever its version (`*`). */
#define AX_INTAKE_MATCH_ANY UINT64_MAX

typedef struct {
  /* What was asked. */
  size_t i;       /* Bundle.entry[i]; of NDJSON the line */
  ax_str text;    /* as it was sent, where the request has more; or empty */
  bool in_bundle; /* else on its own */
  bool head;      /* GET: its answer has no body */
  ax_intake_method method;
  const ax_json *entry;    /* of the Bundle, or NULL */
  const ax_json *resource; /* as sent; PATCH: what the patch made of it; NULL
                              for GET and DELETE */
  const ax_json *patch;    /* PATCH: a JSON Patch or Parameters */
  ax_str full_url, type;
  ax_str target;        /* GET: what stands behind the base: "Type/id...",
                           "Type?query", "..._history?query" */
  ax_str if_none_exist; /* POST; empty: none */
  ax_str condition;  /* PUT, PATCH, DELETE on "Type?condition"; empty: by id */
  ax_str sent_id;    /* conditional PUT: the id in the resource, or empty */
  uint64_t if_match; /* the version that must be current; 0: any */
  uint64_t if_none_match; /* the version that must not be; MATCH_ANY: it must
                             not exist; 0: any. GET: the one that is known */
  int64_t if_modified_ms; /* GET: unchanged since then is known; 0: not asked */

  /* Who it is. */
  ax_str id;
  uint64_t version;
  int64_t updated_ms;
  ax_str reference; /* "Type/id" */
  bool found;       /* it is as asked for already: nothing is written */
  ax_stored
      before; /* PUT, PATCH, DELETE: what is current; version 0: nothing */

  /* How it is stored. */
  const ax_json *tree;
  const ax_json *medication; /* that the tree refers to; NULL: none is known */
  ax_str body;
  ax_index_row *index;
  size_t index_count;
  ax_facts facts;
  ax_str subject;  /* "Patient/id", or what the reference says */
  bool says_same;  /* a Patient whose facts are those of the version before */
  bool arrived;    /* a Patient for whom facts were waiting */
  ax_str survivor; /* a Patient whose facts become this other one's */
  const ax_adoption *partings; /* of a Patient: merges that are undone */
  size_t parting_count;

  /* What came of it. */
  ax_fhir_issues *issues;
  ax_fhir_issues *findings; /* with errors, and accepted in spite of them */
  ax_str held;              /* kept in quarantine, under this id */
  int status;    /* proposed HTTP status; 0: not yet known */
  bool hold;     /* to be kept in quarantine */
  ax_str answer; /* GET: the resource, searchset or history */
} ax_intake_item;

/* FHIRPath of the item with `suffix` behind it: "Bundle.entry[3].request.url".
 * Never fails: without memory the path is "Bundle". */
ax_str ax_intake_item_path(const ax_intake_item *item, const char *suffix);

/* Is there something to write? */
bool ax_intake_item_writes(const ax_intake_item *item);

/* Sets id, version and reference. NOMEM. */
ax_status ax_intake_item_name(ax_arena *arena, ax_intake_item *item, ax_str id,
                              uint64_t version) AX_MUST_USE;

/*
 * Says of a PUT or PATCH whose `tree` is settled whether it changes anything:
 * when it does not, it is `found` with the version it has (R4 3.1.0.4). What
 * the server sets (id, versionId, lastUpdated) and the order of members do not
 * count. NOMEM.
 */
ax_status ax_intake_item_compare(ax_arena *arena,
                                 ax_intake_item *item) AX_MUST_USE;

/*
 * From `tree` (the resource with its references settled) to what is stored:
 * id, meta.versionId and meta.lastUpdated are set, the body is written, index
 * and facts are taken. `scratch` is any buffer; `base` is our own base URL, so
 * that an absolute subject of ours is the same as a relative one. NOMEM,
 * TOO_LARGE.
 */
ax_status ax_intake_item_finish(ax_search *search, ax_arena *arena, ax_str base,
                                ax_buf *scratch,
                                ax_intake_item *item) AX_MUST_USE;

/* The write of a finished item. */
ax_write ax_intake_item_write(const ax_intake_item *item);

/* `resource` with id, meta.versionId and meta.lastUpdated; NULL: no memory. */
const ax_json *ax_intake_item_stamp(ax_arena *arena, const ax_json *resource,
                                    ax_str id, uint64_t version,
                                    int64_t updated_ms) AX_MUST_USE;

#endif
