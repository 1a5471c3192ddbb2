/* Every URL in one table. A pattern's places are explained in
 * http/http_route.h; the CapabilityStatement is made from these rows. */
#include "app/app.h"

#define CORE_VALIDATE \
  "http://hl7.org/fhir/OperationDefinition/Resource-validate"
#define OWN_VALIDATE AX_API_CANONICAL "/OperationDefinition/validate"
#define OWN_SCORE AX_API_CANONICAL "/OperationDefinition/score"
#define OWN_PROFILE AX_API_CANONICAL "/OperationDefinition/risk-profile"

const ax_api_route ax_routes[] = {
  { "/health/live", ax_api_health_live, AX_HTTP_GET, .plain = true },
  { "/health/ready", ax_api_health_ready, AX_HTTP_GET, .plain = true },
  { "/admin/outbox", ax_api_outbox, AX_HTTP_GET, .admin = true },
  { "/admin/outbox/{id}/retry", ax_api_outbox_retry, AX_HTTP_POST,
    .admin = true },
  { "/admin/unmapped", ax_api_unmapped, AX_HTTP_GET, .admin = true },
  { "/admin/messages/{id}", ax_api_outbox_message, AX_HTTP_GET, .admin = true },
  { "/admin/quarantine", ax_api_quarantine_list, AX_HTTP_GET, .admin = true },
  { "/admin/quarantine/{id}", ax_api_quarantine_one, AX_HTTP_GET | AX_HTTP_POST,
    .admin = true },
  { "/admin/tagged", ax_api_quarantine_tagged, AX_HTTP_GET, .admin = true },
  { "/admin/metrics", ax_api_admin_metrics, AX_HTTP_GET, .admin = true },
  { "/admin/statistics", ax_api_admin_statistics, AX_HTTP_GET, .admin = true },
  { "/admin/modules", ax_api_admin_modules, AX_HTTP_GET | AX_HTTP_POST,
    .admin = true },
  { "/fhir/metadata", ax_api_metadata, AX_HTTP_GET, .indexless = true },
  { "/fhir", ax_api_bundle, AX_HTTP_POST, .interactions = "transaction batch" },
  { "/fhir/$validate", ax_api_validate, AX_HTTP_POST, .operation = "validate",
    .definition = OWN_VALIDATE, .indexless = true },
  { "/fhir/$score", ax_api_score, AX_HTTP_POST, .operation = "score",
    .definition = OWN_SCORE },
  { "/fhir/$async/{id}", ax_api_job, AX_HTTP_GET | AX_HTTP_DELETE,
    .indexless = true },
  { "/fhir/$quarantine/{id}", ax_api_quarantine_look, AX_HTTP_GET,
    .indexless = true },
  { "/fhir/{type}", ax_api_search, AX_HTTP_GET, .interactions = "search-type" },
  { "/fhir/{type}", ax_api_create, AX_HTTP_POST, .interactions = "create" },
  { "/fhir/{type}", ax_api_update, AX_HTTP_PUT, .plain = false },
  { "/fhir/{type}", ax_api_patch, AX_HTTP_PATCH, .plain = false },
  { "/fhir/{type}", ax_api_delete, AX_HTTP_DELETE, .plain = false },
  { "/fhir/_history", ax_api_history, AX_HTTP_GET,
    .interactions = "history-system" },
  { "/fhir/{type}/_history", ax_api_history, AX_HTTP_GET,
    .interactions = "history-type" },
  { "/fhir/{type}/_search", ax_api_search, AX_HTTP_POST, .plain = false },
  { "/fhir/{type}/$validate", ax_api_validate, AX_HTTP_POST,
    .operation = "validate", .definition = CORE_VALIDATE, .indexless = true },
  { "/fhir/{type}/{id}/$validate", ax_api_validate, AX_HTTP_GET | AX_HTTP_POST,
    .plain = false },
  { "/fhir/{type}/{id}/$validation-outcome", ax_api_quarantine_outcome,
    AX_HTTP_GET, .plain = false },
  { "/fhir/{type}/{id}/$risk-profile", ax_api_risk_profile, AX_HTTP_GET,
    .operation = "risk-profile", .definition = OWN_PROFILE, .only = "Patient" },
  { "/fhir/{type}/{id}", ax_api_read, AX_HTTP_GET, .interactions = "read",
    .indexless = true },
  { "/fhir/{type}/{id}", ax_api_update, AX_HTTP_PUT, .interactions = "update" },
  { "/fhir/{type}/{id}", ax_api_patch, AX_HTTP_PATCH, .interactions = "patch" },
  { "/fhir/{type}/{id}", ax_api_delete, AX_HTTP_DELETE,
    .interactions = "delete" },
  { "/fhir/{type}/{id}/_history", ax_api_history, AX_HTTP_GET,
    .interactions = "history-instance" },
  { "/fhir/{type}/{id}/_history/{vid}", ax_api_vread, AX_HTTP_GET,
    .interactions = "vread", .indexless = true },
};

const size_t ax_routes_count = AX_COUNT(ax_routes);
