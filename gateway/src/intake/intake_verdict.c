#include "intake/intake_verdict.h"

#include <inttypes.h>
#include <string.h>

#include "base/uuid.h"
#include "json/json_edit.h"

enum { OUTCOME_MAX = 64 << 20 };

/* --- the tag ---------------------------------------------------------------
 */

static bool is_ours(const ax_json *tag) {
  return ax_str_eq(AX_JSON_STR(tag, "system"),
                   AX_STR(AX_INTAKE_VERDICT_SYSTEM)) &&
         ax_str_eq(AX_JSON_STR(tag, "code"), AX_STR(AX_INTAKE_VERDICT_TAG));
}

static bool has_tag(const ax_json *resource) {
  const ax_json *tags = AX_JSON_GET(AX_JSON_GET(resource, "meta"), "tag");
  if (!ax_json_is(tags, AX_JSON_ARRAY)) return false;
  for (size_t i = 0; i < ax_json_count(tags); i++)
    if (is_ours(ax_json_item(tags, i))) return true;
  return false;
}

static ax_status make_tag(ax_arena *arena, ax_json *out) {
  static const struct {
    const char *key, *value;
  } members[] = {
    { "system", AX_INTAKE_VERDICT_SYSTEM },
    { "code", AX_INTAKE_VERDICT_TAG },
    { "display", "Accepted although validation found faults" },
  };
  ax_json empty = { .kind = AX_JSON_OBJECT };
  const ax_json *made = &empty;
  for (size_t i = 0; i < AX_COUNT(members) && made; i++)
    made = ax_json_edit_set(arena, made, ax_str_from(members[i].key),
                            ax_json_edit_string(ax_str_from(members[i].value)));
  if (!made) return AX_NOMEM;
  *out = *made;
  return AX_OK;
}

/* The tags of `meta` without ours, and with `more` behind them (or NULL). */
static ax_status tags_with(ax_arena *arena, const ax_json *meta,
                           const ax_json *more, ax_json *list) {
  const ax_json *tags = AX_JSON_GET(meta, "tag");
  if (!ax_json_is(tags, AX_JSON_ARRAY)) tags = NULL;
  ax_json *items = AX_NEW_ARRAY(arena, ax_json, ax_json_count(tags) + 1);
  if (!items) return AX_NOMEM;
  *list = (ax_json){ .kind = AX_JSON_ARRAY, .u.items = items };
  for (size_t i = 0; i < ax_json_count(tags); i++)
    if (!is_ours(ax_json_item(tags, i)))
      items[list->count++] = *ax_json_item(tags, i);
  if (more) items[list->count++] = *more;
  return AX_OK;
}

static ax_status set_tags(ax_arena *arena, ax_intake_item *item,
                          const ax_json *meta, const ax_json *list) {
  meta = list->count ? ax_json_edit_set(arena, meta, AX_STR("tag"), *list)
                     : ax_json_edit_remove(arena, meta, AX_STR("tag"));
  if (!meta) return AX_NOMEM;
  item->resource =
      ax_json_count(meta)
          ? ax_json_edit_set(arena, item->resource, AX_STR("meta"), *meta)
          : ax_json_edit_remove(arena, item->resource, AX_STR("meta"));
  return item->resource ? AX_OK : AX_NOMEM;
}

ax_status ax_intake_verdict_tag(ax_arena *arena, ax_intake_item *item,
                                ax_fhir_issues *findings) {
  ax_json empty = { .kind = AX_JSON_OBJECT }, tag, list;
  const ax_json *meta = AX_JSON_GET(item->resource, "meta");
  if (!ax_json_is(meta, AX_JSON_OBJECT)) meta = &empty;
  AX_TRY(make_tag(arena, &tag));
  AX_TRY(tags_with(arena, meta, &tag, &list));
  item->findings = findings;
  item->issues = ax_fhir_issues_new(arena);
  if (!item->issues) return AX_NOMEM;
  return set_tags(arena, item, meta, &list);
}

ax_status ax_intake_verdict_clean(ax_arena *arena, ax_intake_item *item) {
  ax_json list;
  const ax_json *meta = AX_JSON_GET(item->resource, "meta");
  if (!item->resource || !has_tag(item->resource)) return AX_OK;
  AX_TRY(tags_with(arena, meta, NULL, &list));
  return set_tags(arena, item, meta, &list);
}

/* --- what can be borne -----------------------------------------------------
 */

/* A Subscription that is not served here is not wrong: nothing in it could be
 * corrected. */
static bool not_served(const ax_issue *issue) {
  return issue->id && strcmp(issue->id, "subscription-not-served") == 0;
}

/* Inside a resource are its own path and what follows it by '.' or '['. */
static bool lies_in(ax_str path, ax_str resource) {
  if (!ax_str_starts(path, resource)) return false;
  if (path.len == resource.len) return true;
  char next = path.ptr[resource.len];
  return next == '.' || next == '[';
}

bool ax_intake_verdict_bearable(const ax_intake_item *item,
                                const ax_fhir_issues *issues) {
  if (!item->resource || item->method < AX_INTAKE_POST ||
      item->method > AX_INTAKE_PATCH)
    return false;
  ax_str resource =
      ax_intake_item_path(item, item->in_bundle ? ".resource" : "");
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++) {
    const ax_issue *issue = ax_fhir_issues_at(issues, i);
    if (issue->severity > AX_ERROR) continue;
    if (!lies_in(issue->path, resource) || not_served(issue)) return false;
  }
  return true;
}

ax_status ax_intake_verdict_settle(const ax_intake_options *options,
                                   const ax_intake_request *rq,
                                   ax_intake_item *item) {
  ax_intake_mode mode = ax_intake_mode_of(options->modes, rq->caller);
  bool tags = mode == AX_INTAKE_TAG && !rq->release;
  ax_fhir_issues *issues = tags ? ax_fhir_issues_new(rq->arena) : item->issues;
  if (!issues) return AX_NOMEM;
  AX_TRY(ax_validate_run(
      options->validator, item->resource,
      item->in_bundle ? ax_intake_item_path(item, ".resource") : item->type,
      NULL, 0, issues));
  if (!ax_fhir_issues_complete(issues)) return AX_NOMEM;
  if (ax_fhir_issues_errors(issues))
    return tags ? ax_intake_verdict_tag(rq->arena, item, issues) : AX_OK;
  if (tags)
    for (size_t i = 0; i < ax_fhir_issues_count(issues); i++)
      ax_fhir_issues_add(item->issues, *ax_fhir_issues_at(issues, i));
  return ax_intake_verdict_clean(rq->arena, item);
}

/* --- its record ------------------------------------------------------------
 */

ax_status ax_intake_verdict_record(const ax_intake_request *rq,
                                   const ax_intake_item *item, ax_held *out) {
  char *id = AX_NEW_ARRAY(rq->arena, char, AX_UUID_TEXT + 1);
  ax_buf text = AX_BUF_INIT(OUTCOME_MAX);
  if (!id) return AX_NOMEM;
  ax_uuid_text(ax_uuid_v7(item->updated_ms), id);
  ax_json_writer w = ax_json_write_begin(&text);
  ax_fhir_issues_write(item->findings, rq->source, &w);
  ax_status status = ax_json_write_end(&w);
  *out = (ax_held){
    .id = { id, AX_UUID_TEXT },
    .kind = AX_HELD_TAGGED,
    .state = AX_HELD_DONE,
    .sender = rq->caller,
    .request_id = rq->request_id,
    .message = rq->message,
    .target = ax_arena_printf(rq->arena, AX_STR_FMT "/_history/%" PRIu64,
                              AX_STR_ARG(item->reference), item->version),
    .request = AX_STR("{}"),
    .at_ms = item->updated_ms,
    .status = item->status,
    .outcome = ax_arena_str(rq->arena, ax_buf_view(&text)),
  };
  ax_buf_free(&text);
  if (status) return status;
  return out->target.ptr && out->outcome.ptr ? AX_OK : AX_NOMEM;
}
