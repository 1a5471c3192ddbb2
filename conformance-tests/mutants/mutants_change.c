/* Updates, conditions, Prefer, patches, history. */
#include "mutant.h"

#include "net/net_client.h"
#include "tree.h"
#include "json/json_edit.h"

static bool has(ax_str text, const char *part) {
  return ax_str_find(text, ax_str_from(part)) != AX_STR_NONE;
}

static ax_str join_path(ax_mutant_call *call) {
  return AX_JOIN(call->arena, AX_STR("/"), call->type, AX_STR("/"), call->id);
}

static ax_status read_now(ax_mutant_call *call, ax_proxy_response *out) {
  return ax_mutant_ask(call, "GET", join_path(call), AX_STR(""), AX_STR(""),
                       out);
}

/* A body that is JSON, of an answer that was asked for beside. */
static const ax_json *tree_of(ax_mutant_call *call, ax_proxy_response *answer) {
  ax_proxy_response *kept = call->rs;
  call->rs = answer;
  const ax_json *tree = ax_mutant_answer(call);
  call->rs = kept;
  return tree;
}

/* --- updates -------------------------------------------------------------- */

/* Acknowledged with the next version, and not stored. */
static ax_status lose_update(ax_mutant_call *call) {
  ax_proxy_response now;
  AX_TRY(read_now(call, &now));
  if (now.status != 200 || call->rq->fields.count == 0)
    return ax_mutant_forward(call);
  ax_str condition =
      ax_proxy_message_get(&call->rq->fields, AX_STR("If-Match"));
  const ax_json *sent = ax_mutant_sent(call);
  if (condition.len || !AX_JSON_STR(sent, "id").len)
    return ax_mutant_forward(call);
  AX_TRY(ax_mutant_pretend(call, 200));
  return ax_proxy_message_set(call->arena, &call->rs->fields, AX_STR("ETag"),
                              AX_STR("W/\"2\""));
}

/* What the new body lacks stays. */
static ax_status merge_update(ax_mutant_call *call) {
  ax_proxy_response now;
  AX_TRY(read_now(call, &now));
  const ax_json *sent = ax_mutant_sent(call), *old = tree_of(call, &now);
  if (now.status != 200 || !sent || !ax_json_is(old, AX_JSON_OBJECT))
    return AX_OK;
  for (size_t i = 0; i < old->count && sent; i++) {
    const ax_json_member *m = &old->u.members[i];
    if (!ax_json_get(sent, m->key))
      sent = ax_json_edit_set(call->arena, sent, m->key, m->value);
  }
  return ax_mutant_put_sent(call, sent);
}

/* An update that is answered with the version of the one before, as one that
 * changes nothing is, tells a new one. */
static ax_status version_always(ax_mutant_call *call) {
  AX_TRY(ax_mutant_forward(call));
  ax_str tag = ax_proxy_message_get(&call->rs->fields, AX_STR("ETag"));
  ax_str name = AX_JOIN(call->arena, AX_STR("tag"), join_path(call));
  ax_str before = ax_mutant_remember(call, name, &tag);
  if (call->rs->status != 200 || !ax_str_eq(before, tag)) return AX_OK;
  return ax_proxy_message_set(call->arena, &call->rs->fields, AX_STR("ETag"),
                              AX_STR("W/\"99\""));
}

/* The id of the address counts, whatever the body says. */
static ax_status take_id(ax_mutant_call *call) {
  const ax_json *sent = ax_mutant_sent(call);
  if (!ax_json_is(sent, AX_JSON_OBJECT)) return AX_OK;
  if (!ax_str_eq(AX_JSON_STR(sent, "resourceType"), call->type)) return AX_OK;
  return ax_mutant_put_sent(call,
                            ax_json_edit_set(call->arena, sent, AX_STR("id"),
                                             ax_json_edit_string(call->id)));
}

/* A faulty update is answered as if it had been stored. */
static ax_status accept_update(ax_mutant_call *call) {
  return call->rs->status == 422 ? ax_mutant_pretend(call, 201) : AX_OK;
}

/* A refusal that `a` names goes through without the field `b`. */
static ax_status retry_without(ax_mutant_call *call) {
  AX_TRY(ax_mutant_forward(call));
  if (call->rs->status != 400 || !has(call->rs->body, call->mutant->a))
    return AX_OK;
  ax_proxy_message_drop(&call->rq->fields, ax_str_from(call->mutant->b));
  return ax_mutant_forward(call);
}

/* --- conditions ----------------------------------------------------------- */

static ax_status create_201(ax_mutant_call *call) {
  ax_str condition =
      ax_proxy_message_get(&call->rq->fields, AX_STR("If-None-Exist"));
  if (condition.len && call->rs->status == 200) call->rs->status = 201;
  return AX_OK;
}

/* Several matches: it is created all the same. */
static ax_status create_at_412(ax_mutant_call *call) {
  AX_TRY(ax_mutant_forward(call));
  if (call->rs->status != 412) return AX_OK;
  ax_proxy_message_drop(&call->rq->fields, AX_STR("If-None-Exist"));
  return ax_mutant_forward(call);
}

/* A condition that is not understood counts as none. */
static ax_status create_at_400(ax_mutant_call *call) {
  AX_TRY(ax_mutant_forward(call));
  ax_str condition =
      ax_proxy_message_get(&call->rq->fields, AX_STR("If-None-Exist"));
  if (call->rs->status != 400 || !condition.len) return AX_OK;
  ax_proxy_message_drop(&call->rq->fields, AX_STR("If-None-Exist"));
  return ax_mutant_forward(call);
}

/* One match: what was sent is told instead of what is stored. */
static ax_status echo_match(ax_mutant_call *call) {
  ax_str condition =
      ax_proxy_message_get(&call->rq->fields, AX_STR("If-None-Exist"));
  const ax_json *found = ax_mutant_answer(call), *sent = ax_mutant_sent(call);
  if (!condition.len || call->rs->status != 200 || !found || !sent)
    return AX_OK;
  const ax_json *id = AX_JSON_GET(found, "id");
  const ax_json *meta = AX_JSON_GET(found, "meta");
  if (!id || !meta) return AX_OK;
  sent = ax_json_edit_set(call->arena, sent, AX_STR("id"), *id);
  if (sent) sent = ax_json_edit_set(call->arena, sent, AX_STR("meta"), *meta);
  return ax_mutant_put_answer(call, sent);
}

static ax_status search_ids(ax_mutant_call *call, const ax_json **out) {
  ax_proxy_response found;
  ax_str path = AX_JOIN(call->arena, AX_STR("/"), call->type);
  AX_TRY(ax_mutant_ask(call, "GET", path, call->rq->query, AX_STR(""), &found));
  *out = AX_JSON_GET(tree_of(call, &found), "entry");
  return AX_OK;
}

/* Several matches: the first one is meant. */
static ax_status first_of_several(ax_mutant_call *call) {
  const ax_json *entries = NULL;
  AX_TRY(ax_mutant_forward(call));
  if (call->rs->status != 412 || call->id.len) return AX_OK;
  AX_TRY(search_ids(call, &entries));
  ax_str id = ax_json_text(ax_tree_at(ax_json_item(entries, 0), "resource.id"));
  if (!id.len) return AX_OK;
  call->id = id;
  call->rq->path = AX_JOIN(call->arena, call->base, join_path(call));
  call->rq->query = AX_STR("");
  if (ax_str_eq(call->rq->method, AX_STR("PUT"))) AX_TRY(take_id(call));
  return call->rq->path.ptr ? ax_mutant_forward(call) : AX_NOMEM;
}

/* Several matches: all of them are deleted. */
static ax_status delete_all(ax_mutant_call *call) {
  const ax_json *entries = NULL;
  AX_TRY(ax_mutant_forward(call));
  if (call->rs->status != 412) return AX_OK;
  AX_TRY(search_ids(call, &entries));
  for (size_t i = 0; i < ax_json_count(entries); i++) {
    call->id =
        ax_json_text(ax_tree_at(ax_json_item(entries, i), "resource.id"));
    AX_TRY(ax_mutant_ask(call, "DELETE", join_path(call), AX_STR(""),
                         AX_STR(""), call->rs));
  }
  return AX_OK;
}

/* A conditional update always creates. */
static ax_status update_creates(ax_mutant_call *call) {
  if (!call->rq->query.len) return AX_OK;
  call->rq->method = AX_STR("POST");
  call->rq->query = AX_STR("");
  return AX_OK;
}

/* A condition that is not understood matches nothing. */
static ax_status condition_404(ax_mutant_call *call) {
  if (call->rs->status != 400 || !call->rq->query.len) return AX_OK;
  call->rs->status = call->on == AX_ON_DELETE_IF ? 204 : 404;
  return AX_OK;
}

/* The id of the body makes another resource of a conditional update. */
static ax_status update_other_id(ax_mutant_call *call) {
  AX_TRY(ax_mutant_forward(call));
  ax_str id = AX_JSON_STR(ax_mutant_sent(call), "id");
  if (call->rs->status != 400 || !id.len || !call->rq->query.len) return AX_OK;
  call->rq->path = AX_JOIN(call->arena, call->base, AX_STR("/"), call->type,
                           AX_STR("/"), id);
  call->rq->query = AX_STR("");
  return call->rq->path.ptr ? ax_mutant_forward(call) : AX_NOMEM;
}

/* --- Prefer --------------------------------------------------------------- */

static ax_status forget_prefer(ax_mutant_call *call) {
  ax_str prefer = ax_proxy_message_get(&call->rq->fields, AX_STR("Prefer"));
  if (has(prefer, call->mutant->a))
    ax_proxy_message_drop(&call->rq->fields, AX_STR("Prefer"));
  return AX_OK;
}

static ax_status minimal_without_place(ax_mutant_call *call) {
  ax_str prefer = ax_proxy_message_get(&call->rq->fields, AX_STR("Prefer"));
  if (!has(prefer, "return=minimal")) return AX_OK;
  ax_proxy_message_drop(&call->rs->fields, AX_STR("Location"));
  return AX_OK;
}

/* --- patches -------------------------------------------------------------- */

static ax_status patch_nothing(ax_mutant_call *call) {
  if (!call->id.len) return ax_mutant_forward(call);
  ax_proxy_response now;
  AX_TRY(read_now(call, &now));
  if (now.status != 200) return ax_mutant_forward(call);
  *call->rs = now;
  return AX_OK;
}

static bool other_kind(void *ctx, const ax_json *item) {
  ax_str op = AX_JSON_STR(item, "op");
  return !ax_str_eq(op, ax_str_from(ctx ? ctx : ""));
}

/* Operations `a` of a JSON Patch are passed over. */
static ax_status forget_op(ax_mutant_call *call) {
  const ax_json *sent = ax_mutant_sent(call);
  char *op = ax_arena_cstr(call->arena, ax_str_from(call->mutant->a));
  if (!op) return AX_NOMEM;
  if (!ax_json_is(sent, AX_JSON_ARRAY)) return AX_OK;
  const ax_json *left = ax_tree_filter(call->arena, sent, other_kind, op);
  if (ax_json_count(left) == 0) return left ? AX_OK : AX_NOMEM;
  return ax_mutant_put_sent(call, left);
}

/* Operations `a` of a FHIRPath Patch do what `b` says. */
static ax_status other_op(ax_mutant_call *call) {
  ax_str from =
      ax_arena_printf(call->arena, "\"valueCode\":\"%s\"", call->mutant->a);
  ax_str to =
      ax_arena_printf(call->arena, "\"valueCode\":\"%s\"", call->mutant->b);
  const ax_json *sent = ax_mutant_sent(call);
  if (!from.ptr || !to.ptr) return AX_NOMEM;
  if (!ax_json_is(sent, AX_JSON_OBJECT)) return AX_OK;
  AX_TRY(ax_mutant_put_sent(call, sent)); /* without blanks between */
  call->rq->body =
      ax_mutant_swap(call->arena, call->rq->body, from.ptr, to.ptr);
  return AX_OK;
}

/* A patch that does not fit is passed over: the resource as it was. */
static ax_status forgive_patch(ax_mutant_call *call) {
  AX_TRY(ax_mutant_forward(call));
  int status = call->rs->status;
  if (!call->id.len || (status != 422 && status != 400)) return AX_OK;
  ax_proxy_response now;
  AX_TRY(read_now(call, &now));
  if (now.status == 200) *call->rs = now;
  return AX_OK;
}

/* What a patch makes is not validated. */
static ax_status patch_unchecked(ax_mutant_call *call) {
  bool refused =
      call->rs->status == 422 && has(call->rs->body, "operationoutcome-issue-");
  if (!refused || !call->id.len) return AX_OK;
  ax_proxy_response now;
  AX_TRY(read_now(call, &now));
  if (now.status == 200) *call->rs = now;
  return AX_OK;
}

static ax_status history_of_all(ax_mutant_call *call) {
  if (!call->type.len || call->id.len) return AX_OK;
  call->rq->path = AX_JOIN(call->arena, call->base, AX_STR("/_history"));
  return call->rq->path.ptr ? AX_OK : AX_NOMEM;
}

static ax_status no_system_history(ax_mutant_call *call) {
  return call->type.len ? AX_OK : ax_mutant_drop_path(call);
}

/* --- history -------------------------------------------------------------- */

static ax_status edit_entries(ax_mutant_call *call, const ax_json *entries) {
  const ax_json *tree = ax_mutant_answer(call);
  if (!entries) return AX_NOMEM;
  return ax_mutant_put_answer(
      call, ax_tree_set(call->arena, tree, "entry", *entries));
}

static const ax_json *entries_of(ax_mutant_call *call) {
  return AX_JSON_GET(ax_mutant_answer(call), "entry");
}

static ax_status oldest_first(ax_mutant_call *call) {
  const ax_json *old = entries_of(call), *now = NULL;
  if (ax_json_count(old) < 2) return AX_OK;
  for (size_t i = 0; i < ax_json_count(old); i++) {
    now = ax_tree_add(call->arena, now, ax_json_item(old, i), true);
    if (!now) return AX_NOMEM;
  }
  return edit_entries(call, now);
}

static bool has_resource(void *ctx, const ax_json *entry) {
  (void)ctx;
  return AX_JSON_GET(entry, "resource") != NULL;
}

static ax_status no_deletions(ax_mutant_call *call) {
  const ax_json *old = entries_of(call);
  if (ax_json_count(old) == 0) return AX_OK;
  return edit_entries(call,
                      ax_tree_filter(call->arena, old, has_resource, NULL));
}

/* What never was has an empty history. */
static ax_status empty_history(ax_mutant_call *call) {
  if (call->rs->status != 404) return AX_OK;
  call->rs->status = 200;
  call->rs->body = AX_STR("{\"resourceType\":\"Bundle\",\"type\":\"history\","
                          "\"total\":0}");
  return AX_OK;
}

/* The second page begins a version later. */
static ax_status skip_one(ax_mutant_call *call) {
  const ax_json *tree = ax_mutant_answer(call);
  if (!has(call->rq->query, "_after=") || !tree) return AX_OK;
  return ax_mutant_put_answer(call,
                              ax_tree_remove(call->arena, tree, "entry[0]"));
}

static bool unknown_left_out(ax_mutant_call *call, ax_mutant_param *param) {
  (void)call;
  return ax_mutant_lists("_since _at _count _after _format _pretty",
                         param->name);
}

static ax_status ignore_unknown(ax_mutant_call *call) {
  return ax_mutant_params(call, unknown_left_out);
}

#define U AX_ON_UPDATE
#define W (AX_ON_UPDATE | AX_ON_UPDATE_IF)
#define C AX_ON_CREATE
#define H AX_ON_HISTORY
#define P AX_ON_PATCH

static const ax_mutant items[] = {
  { "update-creates-200", "rest-update-create", "an update that creates is 200",
    U, .after = ax_mutant_status, .a = "201", .b = "200" },
  { "update-201", "rest-update", "every update is 201", U,
    .after = ax_mutant_status, .a = "200", .b = "201" },
  { "update-no-location", "rest-create-location",
    "an update that creates has no Location", U, .after = ax_mutant_drop_field,
    .a = "Location" },
  { "update-no-etag", "rest-update-version", "an update has no ETag", U,
    .after = ax_mutant_drop_field, .a = "ETag" },
  { "update-no-last-modified", "rest-update-version",
    "an update has no Last-Modified", U, .after = ax_mutant_drop_field,
    .a = "Last-Modified" },
  { "update-lost", "rest-update", "an update is acknowledged and not stored", U,
    .instead = lose_update },
  { "update-merges", "rest-update-replaces", "what an update leaves out stays",
    U, .before = merge_update },
  { "update-same-counts", "rest-update-same",
    "an update that changes nothing makes a version", U,
    .instead = version_always },
  { "update-id-unchecked", "rest-update-id",
    "an update of another id is taken for the address's", U,
    .before = take_id },
  { "update-faulty", "rest-update-invalid", "a faulty update is acknowledged",
    U, .after = accept_update },
  { "update-405", "rest-update-create", "an update of what is not there is 404",
    U, .after = ax_mutant_status, .a = "201", .b = "404" },
  { "if-match-ignored", "rest-if-match", "If-Match is not looked at", U,
    .before = ax_mutant_drop_sent_field, .a = "If-Match" },
  { "if-match-409", "rest-if-match",
    "a version that is not the present one "
    "is 409",
    U, .after = ax_mutant_status, .a = "412", .b = "409" },
  { "if-match-garbled", "rest-if-match",
    "an If-Match that is no version counts as none", U,
    .instead = retry_without, .a = "If-Match", .b = "If-Match" },
  { "if-none-match-update", "rest-if-none-match",
    "If-None-Match of updates is not looked at", U,
    .before = ax_mutant_drop_sent_field, .a = "If-None-Match" },

  { "if-none-exist-ignored", "rest-conditional-create",
    "If-None-Exist is not looked at", C, .before = ax_mutant_drop_sent_field,
    .a = "If-None-Exist" },
  { "if-none-exist-201", "rest-conditional-create",
    "a conditional create that finds one is 201", C, .after = create_201 },
  { "if-none-exist-several", "rest-conditional-create",
    "a conditional create that finds several creates one more", C,
    .instead = create_at_412 },
  { "if-none-exist-unknown", "rest-condition-unknown",
    "a condition of a create that is not understood is passed over", C,
    .instead = create_at_400 },
  { "if-none-exist-echo", "rest-conditional-create",
    "a conditional create that finds one tells what was sent", C,
    .after = echo_match },
  { "update-if-creates", "rest-conditional-update",
    "a conditional update creates, whatever it finds", AX_ON_UPDATE_IF,
    .before = update_creates },
  { "update-if-several", "rest-conditional-update",
    "a conditional update of several changes the first", AX_ON_UPDATE_IF,
    .instead = first_of_several },
  { "update-if-other-id", "rest-conditional-update",
    "a conditional update stores under another id", AX_ON_UPDATE_IF,
    .instead = update_other_id },
  { "update-if-409", "rest-conditional-update", "several matches are 409", W,
    .after = ax_mutant_status, .a = "412", .b = "409" },
  { "condition-no-match", "rest-condition-unknown",
    "a condition that is not understood finds nothing",
    AX_ON_UPDATE_IF | AX_ON_DELETE_IF, .after = condition_404 },
  { "delete-if-several", "rest-conditional-delete",
    "a conditional delete of several deletes them all", AX_ON_DELETE_IF,
    .instead = delete_all },
  { "delete-if-first", "rest-conditional-delete",
    "a conditional delete of several deletes the first", AX_ON_DELETE_IF,
    .instead = first_of_several },
  { "delete-if-none-404", "rest-conditional-delete",
    "a conditional delete of none is 404", AX_ON_DELETE_IF,
    .after = ax_mutant_status, .a = "204", .b = "404" },
  { "patch-if-several", "rest-conditional-patch",
    "a conditional patch of several patches the first", P,
    .instead = first_of_several },
  { "patch-if-none", "rest-conditional-patch",
    "a conditional patch of none is 200", P, .after = ax_mutant_status,
    .a = "404", .b = "200" },

  { "prefer-minimal", "rest-prefer", "return=minimal is not looked at", 0,
    .before = forget_prefer, .a = "return=minimal" },
  { "prefer-outcome", "rest-prefer", "return=OperationOutcome is not looked at",
    0, .before = forget_prefer, .a = "return=OperationOutcome" },
  { "prefer-minimal-place", "rest-prefer",
    "with return=minimal there is no Location", 0,
    .after = minimal_without_place },

  { "patch-not-done", "rest-patch-json", "a patch is acknowledged and not done",
    P, .instead = patch_nothing },
  { "patch-test-ignored", "rest-patch-json",
    "the operation test of a JSON Patch is passed over", P, .before = forget_op,
    .a = "test" },
  { "patch-remove-ignored", "rest-patch-json",
    "the operation remove of a JSON Patch is passed over", P,
    .before = forget_op, .a = "remove" },
  { "patch-move-ignored", "rest-patch-json",
    "the operation move of a JSON Patch is passed over", P, .before = forget_op,
    .a = "move" },
  { "patch-copy-ignored", "rest-patch-json",
    "the operation copy of a JSON Patch is passed over", P, .before = forget_op,
    .a = "copy" },
  { "patch-replace-ignored", "rest-patch-json",
    "the operation replace of a JSON Patch is passed over", P,
    .before = forget_op, .a = "replace" },
  { "patch-fhirpath-insert", "rest-patch-fhirpath",
    "the operation insert of a FHIRPath Patch is taken for a delete", P,
    .before = other_op, .a = "insert", .b = "delete" },
  { "patch-fhirpath-delete", "rest-patch-fhirpath",
    "the operation delete of a FHIRPath Patch does something else", P,
    .before = other_op, .a = "delete", .b = "replace" },
  { "patch-forgiven", "rest-patch-atomic",
    "a patch that does not fit is passed over", P, .instead = forgive_patch },
  { "patch-if-match", "rest-if-match", "If-Match of a patch is not looked at",
    P, .before = ax_mutant_drop_sent_field, .a = "If-Match" },

  { "history-oldest-first", "rest-history-instance",
    "the oldest version comes first", H, .after = oldest_first },
  { "history-drops-first", "rest-history-instance",
    "the first version is missing", H, .after = ax_mutant_drop_path,
    .a = "entry[-1]" },
  { "history-no-deletions", "rest-history-instance", "deletions are missing", H,
    .after = no_deletions },
  { "history-no-request", "rest-history-instance",
    "entries do not say what was done", H, .after = ax_mutant_drop_path,
    .a = "entry[].request" },
  { "history-method", "rest-history-instance", "everything was a PUT", H,
    .after = ax_mutant_set_path, .a = "entry[].request.method", .b = "PUT" },
  { "history-status", "rest-history-instance", "everything was 200", H,
    .after = ax_mutant_set_path, .a = "entry[].response.status",
    .b = "200 OK" },
  { "history-no-etag", "rest-history-instance", "entries have no etag", H,
    .after = ax_mutant_drop_path, .a = "entry[].response.etag" },
  { "history-no-date", "rest-history-instance", "entries have no date", H,
    .after = ax_mutant_drop_path, .a = "entry[].response.lastModified" },
  { "history-no-full-url", "rest-history-instance", "entries have no fullUrl",
    H, .after = ax_mutant_drop_path, .a = "entry[].fullUrl" },
  { "history-type", "rest-history-instance", "the Bundle is a searchset", H,
    .after = ax_mutant_set_path, .a = "type", .b = "searchset" },
  { "history-total", "rest-history-instance", "total is one too many", H,
    .after = ax_mutant_total_off },
  { "history-page-total", "rest-history-pages", "total counts the page", H,
    .after = ax_mutant_total_of_page },
  { "history-count", "rest-history-pages", "_count is not looked at", H,
    .before = ax_mutant_drop_param, .a = "_count" },
  { "history-no-next", "rest-history-pages", "there is no next page", H,
    .after = ax_mutant_drop_path, .a = "link[relation=next]" },
  { "history-skips", "rest-history-pages", "a page leaves out a version", H,
    .after = skip_one },
  { "history-since", "rest-history-since", "_since is not looked at", H,
    .before = ax_mutant_drop_param, .a = "_since" },
  { "history-at", "rest-history-since", "_at is not looked at", H,
    .before = ax_mutant_drop_param, .a = "_at" },
  { "history-unknown", "rest-history-unknown",
    "what never was has an empty history", H, .after = empty_history },
  { "history-parameters", "rest-history-unknown",
    "parameters that are not known are passed over", H,
    .before = ignore_unknown },
  { "patch-gone-404", "rest-patch-gone", "a patch of what is deleted is 404", P,
    .after = ax_mutant_status, .a = "410", .b = "404" },
  { "patch-unvalidated", "rest-patch-validated",
    "what a patch makes is not validated", P, .after = patch_unchecked },
  { "history-type-all", "rest-history-type",
    "the history of a type has all types", H, .before = history_of_all },
  { "history-system-empty", "rest-history-system",
    "the history of the system is empty", H, .after = no_system_history,
    .a = "entry" },
};

const ax_mutant_table ax_mutants_change = { items, AX_COUNT(items) };
