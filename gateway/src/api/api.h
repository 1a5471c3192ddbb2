/*
 * api.h - FHIR over HTTP: what every handler gets, and the handlers.
 *
 * One file per interaction or operation (api_read.c, api_create.c ...); the
 * table that ties URLs to them is app/routes.c. A handler reads its call,
 * answers it exactly once and returns; what it answers with lives in the
 * request's arena.
 *
 * Threads: handlers run on many threads at once; ax_api is immutable.
 */
#ifndef AX_API_API_H
#define AX_API_API_H

#include "definitions/registry.h"
#include "fhir/fhir_issue.h"
#include "http/http.h"
#include "http/http_media.h"
#include "http/http_rate.h"
#include "intake/intake.h"
#include "store/store.h"
#include "validate/validate.h"
#include "json/json_write.h"

/* Where our own definitions live. */
#define AX_API_CANONICAL "https://auspex-gateway.org/fhir"

typedef struct ax_api_call ax_api_call;

/* One row of the table of URLs. */
typedef struct {
  const char *pattern; /* see http/http_route.h */
  void (*run)(ax_api_call *call);
  unsigned methods;         /* ax_http_method, or-ed; GET covers HEAD */
  bool plain;               /* not FHIR: Accept does not matter */
  bool admin;               /* for operators: they show their token; plain */
  bool indexless;           /* served also while the index is made anew */
  const char *interactions; /* R4 codes for the CapabilityStatement, separated
                               by blanks: "transaction batch" */
  const char *operation;    /* name without '$', or NULL */
  const char *definition;   /* canonical of the OperationDefinition */
  const char *only;         /* the one type that has the operation, or NULL */
} ax_api_route;

typedef struct {
  ax_registry *registry;
  ax_search *search;
  ax_validator *validator;
  ax_store *store;
  ax_intake *intake;
  ax_score_host *host;
  const char *admin_token; /* what an operator must show */
  const ax_api_route *routes;
  size_t route_count;
  const char *base;    /* published base URL, or NULL: from Host */
  const char *cors;    /* origins that browsers may call from, blanks between,
                          or "*"; NULL or empty: none */
  const char *version; /* of the gateway */
  const char *software_date;
  const char *sender_header; /* whose value names the sender; "": the address */
  int64_t key_keep_ms;       /* how long an Idempotency-Key is remembered */
  int64_t same_body_ms;      /* an equal body within it is a repeat; 0: never */
  ax_intake_translate *translate;        /* of senders' codes; NULL: none */
  ax_http_rate *rate;                    /* of each sender; NULL: no bound */
  bool (*ready)(void *ctx, ax_buf *why); /* for /health/ready */
  void *ready_ctx;
  /* May requests that need the search index be served? If not, why. */
  bool (*indexed)(void *ctx, ax_buf *why);
} ax_api; /* immutable while serving */

struct ax_api_call {
  const ax_api *api;
  ax_http_request *rq;
  ax_http_response *rs;
  ax_str base;              /* "http://127.0.0.1:8080/fhir", from Host */
  ax_str type, id, version; /* URL parts; empty where the route has none */
  ax_http_media media;      /* what the client wants back */
};

/* Answers any request: finds its route, settles the media type, calls the
 * handler. An ax_http_handler; `api` is a const ax_api. */
void ax_api_serve(void *api, ax_http_request *rq, ax_http_response *rs);

/* Can the search index be used? False while it is made anew: it was answered. */
bool ax_api_serve_indexed(ax_api_call *call) AX_MUST_USE;

void ax_api_metadata(ax_api_call *call);
void ax_api_health_live(ax_api_call *call);
void ax_api_health_ready(ax_api_call *call);
void ax_api_read(ax_api_call *call);    /* GET Type/id */
void ax_api_vread(ax_api_call *call);   /* GET Type/id/_history/version */
void ax_api_search(ax_api_call *call);  /* GET Type?.., POST Type/_search */
void ax_api_history(ax_api_call *call); /* GET [Type[/id]]/_history */
void ax_api_create(ax_api_call *call);  /* POST Type */
void ax_api_update(ax_api_call *call);  /* PUT Type/id, PUT Type?condition */
void ax_api_patch(ax_api_call *call);   /* PATCH, the same */
void ax_api_delete(ax_api_call *call);  /* DELETE, the same */
void ax_api_bundle(ax_api_call *call);  /* POST base */
void ax_api_outbox(ax_api_call *call);  /* GET /admin/outbox */
void ax_api_outbox_retry(ax_api_call *call);   /* POST .../{id}/retry */
void ax_api_outbox_message(ax_api_call *call); /* GET /admin/messages/{id} */
void ax_api_unmapped(ax_api_call *call);       /* GET /admin/unmapped */
void ax_api_job(ax_api_call *call); /* GET, DELETE $async/{id} */
void ax_api_quarantine_look(ax_api_call *call); /* GET $quarantine/{id} */
void ax_api_quarantine_list(ax_api_call *call); /* GET /admin/quarantine */
void ax_api_quarantine_one(ax_api_call *call);  /* GET, POST .../{id} */
void ax_api_quarantine_tagged(ax_api_call *call);  /* GET /admin/tagged */
void ax_api_quarantine_outcome(ax_api_call *call); /* $validation-outcome */
void ax_api_validate(ax_api_call *call);
void ax_api_score(ax_api_call *call);
void ax_api_risk_profile(ax_api_call *call); /* GET Patient/id/$risk-profile */
void ax_api_admin_statistics(ax_api_call *call);
void ax_api_admin_metrics(ax_api_call *call);
void ax_api_admin_modules(ax_api_call *call); /* GET: look, POST: act */

/* Does the call show the operators' token? False: it was answered. */
bool ax_api_admin_allowed(ax_api_call *call) AX_MUST_USE;

/* --- answers: api_answer.c, api_error.c ----------------------------------- */

/* An empty text for a body, freed with the request; NULL without memory: then
 * the call has been answered. */
ax_buf *ax_api_answer_begin(ax_api_call *call) AX_MUST_USE;

/* The same, and without memory NULL and no answer. */
ax_buf *ax_api_answer_buf(ax_api_call *call) AX_MUST_USE;

/* Answers with the FHIR JSON in `body`. */
void ax_api_answer_json(ax_api_call *call, int status, ax_str body);

/* Sets ETag and Last-Modified. */
void ax_api_answer_version(ax_api_call *call, uint64_t version,
                           int64_t updated_ms);

/* Answers with `issues` as an OperationOutcome. */
void ax_api_answer_issues(ax_api_call *call, int status,
                          const ax_fhir_issues *issues, ax_str source);

/* Is the body NDJSON? Then POST Type loads it (api_lines.c). */
bool ax_api_lines_sent(const ax_api_call *call);
void ax_api_lines(ax_api_call *call);

/* Tells a sender where to ask for what is done later (api_job.c). */
void ax_api_job_accepted(ax_api_call *call, ax_str id);

/* Tells a sender that its request is in quarantine (api_quarantine.c). */
void ax_api_quarantine_answer(ax_api_call *call,
                              const ax_intake_result *result);

/* Answers a failure of ours: the ONE table from ax_status to HTTP. */
void ax_api_error(ax_api_call *call, ax_status status, const ax_error *err);

/* Answers one refusal with its FHIR issue code. */
void ax_api_error_refuse(ax_api_call *call, int status, ax_issue_type type,
                         const char *fmt, ...) AX_PRINTF(4, 5);

/* The body of a refusal by the HTTP server itself (an ax_http_refuser). */
ax_str ax_api_error_http(int status, ax_str text, ax_buf *body);

/* --- requests: api_body.c --------------------------------------------------
 */

/* Parses a JSON body with a FHIR media type. False: the call was answered. */
bool ax_api_body_json(ax_api_call *call, const ax_json **out) AX_MUST_USE;

/* The same, and it must be an object with a resourceType. */
bool ax_api_body_resource(ax_api_call *call, const ax_json **out,
                          ax_str *type) AX_MUST_USE;

/* Parses a body that says how to change a resource: a JSON Patch, or the
 * Parameters of a FHIRPath Patch. */
bool ax_api_body_patch(ax_api_call *call, const ax_json **out) AX_MUST_USE;

/* Whoever sent this: what the configured header says, else the address. */
ax_str ax_api_once_sender(const ax_api_call *call);

/* Sets rq->once from the Idempotency-Key, or from the body where equal bodies
 * are taken for repeats (api_once.c). False: the call was answered. */
bool ax_api_once(ax_api_call *call, ax_intake_request *rq) AX_MUST_USE;

/* The request as the data path wants it. */
ax_intake_request ax_api_body_intake(ax_api_call *call, const ax_json *doc);

/* --- wishes: api_prefer.c ------------------------------------------------- */

typedef enum {
  AX_API_RETURN_DEFAULT,
  AX_API_RETURN_MINIMAL,
  AX_API_RETURN_REPRESENTATION,
  AX_API_RETURN_OUTCOME
} ax_api_return;

typedef struct {
  ax_api_return wants; /* return= */
  bool lenient;        /* handling=lenient */
  bool async;          /* respond-async */
} ax_api_prefer;

/* What the Prefer fields ask for. */
ax_api_prefer ax_api_prefer_of(const ax_http_request *rq);

/* The decoded pairs of the query; false: it was refused. */
bool ax_api_body_query(ax_api_call *call, ax_search_pair **pairs,
                       size_t *count);

/* The version in If-Match or If-None-Match (`field`); 0: the field is not
 * there; AX_INTAKE_ANY_VERSION: `*`. False: it is not usable, the call was
 * answered. */
bool ax_api_prefer_version(ax_api_call *call, ax_str field,
                           uint64_t *out) AX_MUST_USE;

/* --- form: api_form.c ----------------------------------------------------- */

/* Is the parameter about the answer's form (_format, _pretty)? */
bool ax_api_is_form_param(ax_str name);

/* Gives the finished answer its form: line breaks, compression, CORS. */
void ax_api_form_finish(ax_api_call *call);

#endif
