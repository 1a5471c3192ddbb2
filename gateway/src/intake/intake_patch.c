#include "intake/intake_patch.h"

#include "base/base64.h"
#include "intake/intake_patch_path.h"
#include "intake/intake_verdict.h"
#include "json/json_parse.h"
#include "json/json_patch.h"

static ax_status refuse(ax_intake_item *item, int status, const char *id,
                        const char *why) {
  item->status = status;
  item->resource = NULL;
  ax_fhir_issues_addf(
      item->issues, AX_ERROR,
      status == 400 ? AX_ISSUE_INVALID : AX_ISSUE_PROCESSING, id,
      ax_intake_item_path(item, item->in_bundle ? ".resource" : ""),
      item->entry, AX_STR(""), "The patch cannot be applied: %s", why);
  return AX_OK;
}

/* Neither may become another resource. */
static ax_status check_identity(ax_intake_item *item) {
  if (!ax_str_eq(AX_JSON_STR(item->resource, "resourceType"), item->type))
    return refuse(item, 422, "patch-changes-type",
                  "it changes the resourceType");
  if (!ax_str_eq(AX_JSON_STR(item->resource, "id"), item->id))
    return refuse(item, 422, "patch-changes-id", "it changes the id");
  return AX_OK;
}

ax_status ax_intake_patch_apply(const ax_intake *intake,
                                const ax_intake_request *rq,
                                ax_intake_item *item) {
  ax_arena *arena = rq->arena;
  ax_json_fault fault;
  const ax_json *stored = NULL;
  ax_error why = { 0 };
  AX_TRY(ax_json_parse(arena, item->before.body, &stored, &fault));
  bool json = ax_json_is(item->patch, AX_JSON_ARRAY);
  ax_status status =
      json
          ? ax_json_patch_apply(arena, stored, item->patch, &item->resource,
                                &why)
          : ax_intake_patch_path(ax_search_model(intake->options.search), arena,
                                 stored, item->patch, &item->resource, &why);
  if (status == AX_NOMEM) return status;
  if (status) return refuse(item, 422, "patch-failed", why.text);
  AX_TRY(check_identity(item));
  if (ax_fhir_issues_errors(item->issues)) return AX_OK;
  AX_TRY(ax_intake_verdict_settle(&intake->options, rq, item));
  if (ax_fhir_issues_errors(item->issues)) item->status = 422;
  return AX_OK;
}

/* --- from a Binary ---------------------------------------------------------
 */

ax_status ax_intake_patch_binary(ax_arena *arena, const ax_json *binary,
                                 const ax_json **out, const char **why) {
  ax_json_fault fault;
  ax_str type = AX_JSON_STR(binary, "contentType");
  ax_str data = AX_JSON_STR(binary, "data");
  size_t len = 0;
  *why = NULL;
  if (!ax_str_starts(type, AX_STR("application/json-patch+json"))) {
    *why = "The Binary of a PATCH has the contentType "
           "application/json-patch+json";
    return AX_OK;
  }
  char *text = AX_NEW_ARRAY(arena, char, data.len + 1);
  if (!text) return AX_NOMEM;
  if (!ax_base64_decode_strict(data, text, &len)) {
    *why = "The data of the Binary are not base64";
    return AX_OK;
  }
  ax_status status = ax_json_parse(arena, (ax_str){ text, len }, out, &fault);
  if (status == AX_NOMEM) return status;
  if (status) *why = "The data of the Binary are not JSON";
  return AX_OK;
}
