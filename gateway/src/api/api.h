/*
 * api.h - FHIR over HTTP: what every handler gets, and the handlers.
 *
 * One file per interaction or operation (api_read.c, api_create.c ...); the
 * table that ties URLs to them is app/routes.c.
 */
#ifndef AX_API_API_H
#define AX_API_API_H

#include "definitions/registry.h"
#include "fhir/fhir_issue.h"
#include "http/http.h"
#include "intake/intake.h"
#include "store/store.h"
#include "validate/validate.h"

typedef struct {
  ax_registry *registry;
  ax_validator *validator;
  ax_store *store;
  ax_intake *intake;
  const char *version; /* of the gateway */
  const char *software_date;
  bool (*ready)(void *ctx, ax_buf *why); /* for /health/ready */
  void *ready_ctx;
} ax_api; /* immutable while serving */

/* What a route found in the URL. */
typedef struct {
  const ax_api *api;
  ax_http_request *rq;
  ax_http_response *rs;
  ax_str base;              /* "http://127.0.0.1:8080/fhir", from Host */
  ax_str type, id, version; /* URL parts; empty where the route has none */
} ax_api_call;

void ax_api_metadata(ax_api_call *call);
void ax_api_health_live(ax_api_call *call);
void ax_api_health_ready(ax_api_call *call);
void ax_api_read(ax_api_call *call);   /* GET Type/id */
void ax_api_vread(ax_api_call *call);  /* GET Type/id/_history/version */
void ax_api_search(ax_api_call *call); /* GET Type?.., POST Type/_search */
void ax_api_create(ax_api_call *call); /* POST Type */
void ax_api_bundle(ax_api_call *call); /* POST base */
void ax_api_validate(ax_api_call *call);
void ax_api_score(ax_api_call *call);

/* --- answers: api_answer.c, api_error.c ----------------------------------- */

/* Answers with `issues` as an OperationOutcome. */
void ax_api_answer_issues(ax_api_call *call, int status,
                          const ax_fhir_issues *issues, ax_str source);

/* Answers a failure of ours: the ONE table from ax_status to HTTP. */
void ax_api_error(ax_api_call *call, ax_status status, const ax_error *err);

/* Answers one refusal with its FHIR issue code. */
void ax_api_error_refuse(ax_api_call *call, int status, ax_issue_type type,
                         const char *fmt, ...) AX_PRINTF(4, 5);

#endif
