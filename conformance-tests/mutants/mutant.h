/*
 * mutant.h - faults that a gateway may have, each of them a proxy in front of a
 * sound one that changes what goes in or what comes out.
 *
 * A row of a table names the fault, the requirement that it breaks (a key of
 * suites/requirements.json) and how: `before` changes a request on its way,
 * `after` changes an answer on its way back, `instead` does the whole of it and
 * may ask the gateway several times. All faults can be seen from outside by
 * somebody who knows what is promised; a change that keeps every promise does
 * not belong here.
 *
 * Threads: a mutant's functions are called by many at once; what it remembers
 * between requests (ax_mutant_remember) has a lock.
 */
#ifndef AX_MUTANTS_MUTANT_H
#define AX_MUTANTS_MUTANT_H

#include "proxy/proxy.h"

/* What a request is about (R4 3.1.0). */
typedef enum {
  AX_ON_READ = 1 << 0,
  AX_ON_VREAD = 1 << 1,
  AX_ON_CREATE = 1 << 2,
  AX_ON_UPDATE = 1 << 3,    /* by id */
  AX_ON_UPDATE_IF = 1 << 4, /* by a condition */
  AX_ON_PATCH = 1 << 5,     /* both ways */
  AX_ON_DELETE = 1 << 6,
  AX_ON_DELETE_IF = 1 << 7,
  AX_ON_HISTORY = 1 << 8,
  AX_ON_SEARCH = 1 << 9,
  AX_ON_BUNDLE = 1 << 10,
  AX_ON_VALIDATE = 1 << 11,
  AX_ON_SCORE = 1 << 12,
  AX_ON_PROFILE = 1 << 13, /* $risk-profile */
  AX_ON_METADATA = 1 << 14,
  AX_ON_OTHER = 1 << 15
} ax_on;

#define AX_ON_STORE \
  (AX_ON_CREATE | AX_ON_UPDATE | AX_ON_UPDATE_IF | AX_ON_PATCH)

typedef struct ax_mutant ax_mutant;
typedef struct ax_mutant_memory ax_mutant_memory;

/* One request at a mutant. */
typedef struct {
  const ax_mutant *mutant;
  ax_mutant_memory *memory;
  ax_proxy_hop *hop;
  ax_arena *arena;
  ax_proxy_request *rq;
  ax_proxy_response *rs; /* of `after` and `instead` */
  ax_error *err;
  ax_on on;
  ax_str type, id, version; /* of the address; may be empty */
  ax_str base;              /* "/fhir" or "/fhir/R4" */
} ax_mutant_call;

typedef ax_status (*ax_mutant_act)(ax_mutant_call *call);

struct ax_mutant {
  const char *key;
  const char *requirement;
  const char *fault; /* what is wrong with such a gateway */
  unsigned on;       /* ax_on; 0: every request */
  ax_mutant_act before, after, instead;
  const char *a, *b; /* what the functions make of them, they say */
  bool configured;   /* stands before a gateway that suites/configured wants */
};

/* The tables, one for each area. */
typedef struct {
  const ax_mutant *items;
  size_t count;
} ax_mutant_table;

extern const ax_mutant_table ax_mutants_http, ax_mutants_rest,
    ax_mutants_change, ax_mutants_search, ax_mutants_found, ax_mutants_bundle,
    ax_mutants_validate, ax_mutants_score, ax_mutants_configured;

/* All of them in one list; `count` of them. */
size_t ax_mutant_count(void);
const ax_mutant *ax_mutant_at(size_t i);
/* By its key; NULL: there is none. */
const ax_mutant *ax_mutant_named(ax_str key);

/* --- running one ---------------------------------------------------------- */

ax_mutant_memory *ax_mutant_memory_new(void) AX_MUST_USE;
void ax_mutant_memory_free(ax_mutant_memory *memory);

/* What a proxy is started with; `mutant` NULL changes nothing. */
typedef struct {
  const ax_mutant *mutant;
  ax_mutant_memory *memory;
} ax_mutant_ctx;
ax_status ax_mutant_pass(void *ctx, ax_proxy_hop *hop, ax_proxy_request *rq,
                         ax_proxy_response *rs, ax_error *err);

/* Fills on, type, id, version, base from method and path. */
void ax_mutant_address(ax_mutant_call *call);

/* --- what mutants are made of --------------------------------------------- */

/* Sends the request as it is now. */
ax_status ax_mutant_forward(ax_mutant_call *call);

/* Asks something else of the gateway, beside: `path` behind the base. */
ax_status ax_mutant_ask(ax_mutant_call *call, const char *method, ax_str path,
                        ax_str query, ax_str body, ax_proxy_response *out);

/* The answer's body, the request's; NULL when it is not JSON. */
const ax_json *ax_mutant_answer(ax_mutant_call *call);
const ax_json *ax_mutant_sent(ax_mutant_call *call);

/* Puts a tree there; NULL is no memory. The media type stays. */
ax_status ax_mutant_put_answer(ax_mutant_call *call, const ax_json *tree);
ax_status ax_mutant_put_sent(ax_mutant_call *call, const ax_json *tree);

/* The same where `tree` was made of `sent`; nothing when it is the same tree,
 * so that places in it stay where they were. */
ax_status ax_mutant_change_sent(ax_mutant_call *call, const ax_json *sent,
                                const ax_json *tree);

/* A copy of `text` with `old` replaced by `now`, everywhere. */
ax_str ax_mutant_swap(ax_arena *arena, ax_str text, const char *old,
                      const char *now);

/* Remembers `value` under `name`; what was remembered before, or "" (in
 * `arena`). With a NULL value it only tells. */
ax_str ax_mutant_remember(ax_mutant_call *call, ax_str name,
                          const ax_str *value);

/* A made-up answer to a create: 201, Location, ETag, the body with an id. */
ax_status ax_mutant_pretend(ax_mutant_call *call, int status);

/* An ax_tree_change: Observation/1/_history/2 becomes Observation/1. */
bool ax_mutant_cut_version(void *ctx, ax_arena *arena, const ax_json *old,
                           ax_json *out);

/* Is the text in a list with blanks between? */
bool ax_mutant_lists(const char *list, ax_str name);

/* Changes the parameters of the query, and of a form. `edit` may change name
 * and value; false takes the parameter away. */
typedef struct {
  ax_str name, modifier, value; /* "code", "not", "1234-5" */
} ax_mutant_param;
typedef bool (*ax_mutant_param_edit)(ax_mutant_call *call,
                                     ax_mutant_param *param);
ax_status ax_mutant_params(ax_mutant_call *call, ax_mutant_param_edit edit);

/* --- ready-made ----------------------------------------------------------- */

ax_status ax_mutant_drop_sent_field(ax_mutant_call *call); /* a */
ax_status ax_mutant_set_sent_field(ax_mutant_call *call);  /* a: b */
ax_status ax_mutant_drop_field(ax_mutant_call *call);      /* a */
ax_status ax_mutant_set_field(ax_mutant_call *call);       /* a: b */
ax_status ax_mutant_status(ax_mutant_call *call);          /* a becomes b */
ax_status ax_mutant_drop_path(ax_mutant_call *call);       /* a, of 2xx */
ax_status ax_mutant_set_path(ax_mutant_call *call);        /* a to the text b */
ax_status ax_mutant_json_path(ax_mutant_call *call);       /* a to the JSON b */
ax_status ax_mutant_drop_param(ax_mutant_call *call); /* those listed in a */
ax_status ax_mutant_drop_body(ax_mutant_call *call);
ax_status ax_mutant_total_off(ax_mutant_call *call);     /* one too many */
ax_status ax_mutant_total_of_page(ax_mutant_call *call); /* counts the page */

#endif
