/* Transactions, batches, and requests that are sent again. */
#include "mutant.h"

#include "base/sha256.h"
#include "tree.h"
#include "json/json_edit.h"
#include "json/json_parse.h"

static bool has(ax_str text, const char *part) {
  return ax_str_find(text, ax_str_from(part)) != AX_STR_NONE;
}

static bool is_bundle(ax_mutant_call *call, const char *type) {
  return ax_str_eq(AX_JSON_STR(ax_mutant_sent(call), "type"),
                   ax_str_from(type));
}

static ax_status send_as(ax_mutant_call *call, const char *type) {
  return ax_mutant_put_sent(
      call, ax_json_edit_set(call->arena, ax_mutant_sent(call), AX_STR("type"),
                             ax_json_edit_string(ax_str_from(type))));
}

static ax_status answer_as(ax_mutant_call *call, const char *type) {
  const ax_json *tree = ax_mutant_answer(call);
  if (!tree || call->rs->status != 200) return AX_OK;
  return ax_mutant_put_answer(
      call, ax_json_edit_set(call->arena, tree, AX_STR("type"),
                             ax_json_edit_string(ax_str_from(type))));
}

/* --- all or nothing ------------------------------------------------------- */

static ax_status write_body(ax_mutant_call *call, const ax_json *resource,
                            ax_str *out) {
  ax_proxy_request kept = *call->rq;
  ax_status status = ax_mutant_put_sent(call, resource);
  *out = call->rq->body;
  *call->rq = kept;
  return status;
}

/* The entries of a transaction that fails are done one by one, and those that
 * can be are stored. */
static ax_status not_atomic(ax_mutant_call *call) {
  AX_TRY(ax_mutant_forward(call));
  if (call->rs->status < 400 || !is_bundle(call, "transaction")) return AX_OK;
  const ax_json *entries = AX_JSON_GET(ax_mutant_sent(call), "entry");
  for (size_t i = 0; i < ax_json_count(entries); i++) {
    const ax_json *entry = ax_json_item(entries, i);
    const ax_json *resource = AX_JSON_GET(entry, "resource");
    ax_str url = ax_json_text(ax_tree_at(entry, "request.url"));
    ax_str method = ax_json_text(ax_tree_at(entry, "request.method"));
    if (!resource || !ax_str_eq(method, AX_STR("POST"))) continue;
    ax_proxy_response ignored;
    ax_str body, path = AX_JOIN(call->arena, AX_STR("/"), url);
    if (!path.ptr) return AX_NOMEM;
    AX_TRY(write_body(call, resource, &body));
    AX_TRY(ax_mutant_ask(call, "POST", path, AX_STR(""), body, &ignored));
  }
  return AX_OK;
}

/* A transaction is a batch. */
static ax_status transaction_as_batch(ax_mutant_call *call) {
  if (!is_bundle(call, "transaction")) return ax_mutant_forward(call);
  AX_TRY(send_as(call, "batch"));
  AX_TRY(ax_mutant_forward(call));
  return answer_as(call, "transaction-response");
}

static ax_status batch_as_transaction(ax_mutant_call *call) {
  if (!is_bundle(call, "batch")) return ax_mutant_forward(call);
  AX_TRY(send_as(call, "transaction"));
  AX_TRY(ax_mutant_forward(call));
  return answer_as(call, "batch-response");
}

/* Two entries that mean one resource are done one after the other. */
static ax_status overlap(ax_mutant_call *call) {
  AX_TRY(ax_mutant_forward(call));
  bool refused =
      call->rs->status == 400 && has(call->rs->body, "\"duplicate\"");
  return refused ? transaction_as_batch(call) : AX_OK;
}

/* A Bundle that is neither is acknowledged. */
static ax_status other_type(ax_mutant_call *call) {
  if (call->rs->status != 400 || !is_bundle(call, "collection")) return AX_OK;
  call->rs->status = 200;
  call->rs->body =
      AX_STR("{\"resourceType\":\"Bundle\",\"type\":\"batch-response\"}");
  return AX_OK;
}

/* --- the answer ----------------------------------------------------------- */

static bool is_answer(ax_mutant_call *call) {
  ax_str type = AX_JSON_STR(ax_mutant_answer(call), "type");
  return ax_str_ends(type, AX_STR("-response"));
}

static ax_status put_entries(ax_mutant_call *call, const ax_json *entries) {
  if (!entries) return AX_NOMEM;
  return ax_mutant_put_answer(
      call,
      ax_tree_set(call->arena, ax_mutant_answer(call), "entry", *entries));
}

static ax_status reverse(ax_mutant_call *call) {
  const ax_json *now = NULL,
                *old = AX_JSON_GET(ax_mutant_answer(call), "entry");
  if (!is_answer(call) || ax_json_count(old) < 2) return AX_OK;
  for (size_t i = 0; i < ax_json_count(old); i++) {
    now = ax_tree_add(call->arena, now, ax_json_item(old, i), true);
    if (!now) return AX_NOMEM;
  }
  return put_entries(call, now);
}

static ax_status one_more(ax_mutant_call *call) {
  const ax_json *old = AX_JSON_GET(ax_mutant_answer(call), "entry");
  if (!is_answer(call) || ax_json_count(old) == 0) return AX_OK;
  return put_entries(
      call, ax_tree_add(call->arena, old, ax_json_item(old, 0), false));
}

static ax_status drop_answer_path(ax_mutant_call *call) {
  return is_answer(call) ? ax_mutant_drop_path(call) : AX_OK;
}

static ax_status set_answer_path(ax_mutant_call *call) {
  return is_answer(call) ? ax_mutant_set_path(call) : AX_OK;
}

static ax_status plain_location(ax_mutant_call *call) {
  if (!is_answer(call)) return AX_OK;
  return ax_mutant_put_answer(
      call, ax_tree_edit(call->arena, ax_mutant_answer(call),
                         "entry[].response.location", ax_mutant_cut_version, NULL));
}

/* After the first entry that failed, the others are not done either. */
static ax_status stop_at_fault(ax_mutant_call *call) {
  const ax_json *entries = AX_JSON_GET(ax_mutant_sent(call), "entry");
  if (!is_bundle(call, "batch") || ax_json_count(entries) < 2)
    return ax_mutant_forward(call);
  AX_TRY(ax_mutant_forward(call));
  const ax_json *old = AX_JSON_GET(ax_mutant_answer(call), "entry");
  const ax_json *now = NULL, *failed = NULL;
  for (size_t i = 0; i < ax_json_count(old); i++) {
    const ax_json *item = ax_json_item(old, i);
    ax_str status = ax_json_text(ax_tree_at(item, "response.status"));
    if (!failed && ax_str_starts(status, AX_STR("4"))) failed = item;
    now = ax_tree_add(call->arena, now, failed ? failed : item, false);
    if (!now) return AX_NOMEM;
  }
  return failed ? put_entries(call, now) : AX_OK;
}

/* --- places of faults ----------------------------------------------------- */

/* entry[1] -> entry[2] */
static ax_status wrong_entry(ax_mutant_call *call) {
  if (call->rs->status < 400) return AX_OK;
  ax_str body = call->rs->body;
  body =
      ax_mutant_swap(call->arena, body, "Bundle.entry[2]", "Bundle.entry[9]");
  body =
      ax_mutant_swap(call->arena, body, "Bundle.entry[1]", "Bundle.entry[2]");
  body =
      ax_mutant_swap(call->arena, body, "Bundle.entry[0]", "Bundle.entry[1]");
  call->rs->body = body;
  return AX_OK;
}

/* Places are told from the resource, not from the Bundle. */
static ax_status place_in_resource(ax_mutant_call *call) {
  if (call->rs->status < 400) return AX_OK;
  ax_str body = call->rs->body;
  for (int i = 0; i < 5; i++) {
    ax_str from = ax_arena_printf(call->arena, "Bundle.entry[%d].resource", i);
    if (!from.ptr) return AX_NOMEM;
    body = ax_mutant_swap(call->arena, body, from.ptr, "Resource");
  }
  call->rs->body = body;
  return AX_OK;
}

static ax_status first_fault_only(ax_mutant_call *call) {
  const ax_json *tree = ax_mutant_answer(call);
  const ax_json *first = ax_tree_at(tree, "issue[0]"), *one;
  if (call->rs->status < 400 || !first) return AX_OK;
  one = ax_tree_add(call->arena, NULL, first, true);
  if (!one) return AX_NOMEM;
  return ax_mutant_put_answer(call,
                              ax_tree_set(call->arena, tree, "issue", *one));
}

/* --- references and conditions -------------------------------------------- */

/* Type/id with an id of a gateway's making -> urn:uuid:id */
static bool unresolve(void *ctx, ax_str key, ax_str value, ax_str *out) {
  ax_mutant_call *call = ctx;
  if (!ax_str_eq(key, AX_STR("reference"))) return false;
  size_t slash = ax_str_find(value, AX_STR("/"));
  ax_str id = ax_str_skip(value, slash == AX_STR_NONE ? value.len : slash + 1);
  if (id.len != 36 || id.ptr[8] != '-') return false;
  *out = AX_JOIN(call->arena, AX_STR("urn:uuid:"), id);
  return out->ptr != NULL;
}

static ax_status references_stay(ax_mutant_call *call) {
  const ax_json *tree = ax_mutant_answer(call), *now = NULL;
  if (!tree || call->rs->status != 200) return AX_OK;
  AX_TRY(ax_json_edit_strings(call->arena, tree, unresolve, call, &now));
  return ax_mutant_put_answer(call, now);
}

static ax_status drop_sent_path(ax_mutant_call *call) {
  const ax_json *tree = ax_mutant_sent(call);
  if (!ax_json_is(tree, AX_JSON_OBJECT)) return AX_OK;
  return ax_mutant_change_sent(
      call, tree, ax_tree_remove(call->arena, tree, call->mutant->a));
}

/* References that mean nobody or several are left out. */
static bool drop_conditional(void *ctx, ax_arena *arena, const ax_json *old,
                             ax_json *out) {
  (void)ctx, (void)arena;
  if (!old) return false;
  *out = *old;
  return ax_str_find(ax_json_text(old), AX_STR("?")) == AX_STR_NONE;
}

static ax_status forgive_reference(ax_mutant_call *call) {
  AX_TRY(ax_mutant_forward(call));
  const ax_json *tree = ax_mutant_sent(call);
  if (call->rs->status != 422 || !tree || !has(call->rs->body, call->mutant->a))
    return AX_OK;
  AX_TRY(ax_mutant_put_sent(call,
                            ax_tree_edit(call->arena, tree,
                                         "entry[].resource.subject.reference",
                                         drop_conditional, NULL)));
  return ax_mutant_forward(call);
}

/* Reads of a transaction are done before its writes. */
static ax_status reads_first(ax_mutant_call *call) {
  const ax_json *entries = AX_JSON_GET(ax_mutant_sent(call), "entry");
  if (!is_bundle(call, "transaction")) return ax_mutant_forward(call);
  size_t count = ax_json_count(entries);
  ax_proxy_response *early =
      AX_NEW_ARRAY(call->arena, ax_proxy_response, count + 1);
  if (!early) return AX_NOMEM;
  for (size_t i = 0; i < count; i++) {
    const ax_json *entry = ax_json_item(entries, i);
    ax_str method = ax_json_text(ax_tree_at(entry, "request.method"));
    ax_str rest = ax_json_text(ax_tree_at(entry, "request.url"));
    if (!ax_str_eq(method, AX_STR("GET"))) continue;
    ax_str path = AX_JOIN(call->arena, AX_STR("/"), ax_str_cut(&rest, '?'));
    AX_TRY(ax_mutant_ask(call, "GET", path, rest, AX_STR(""), &early[i]));
  }
  AX_TRY(ax_mutant_forward(call));
  const ax_json *old = AX_JSON_GET(ax_mutant_answer(call), "entry"),
                *now = NULL;
  for (size_t i = 0; i < ax_json_count(old) && i < count; i++) {
    const ax_json *item = ax_json_item(old, i), *found = NULL;
    ax_json_fault fault;
    if (early[i].status == 200 &&
        ax_json_parse(call->arena, early[i].body, &found, &fault) == AX_OK)
      item = ax_tree_set(call->arena, item, "resource", *found);
    now = item ? ax_tree_add(call->arena, now, item, false) : NULL;
    if (!now) return AX_NOMEM;
  }
  return now && is_answer(call) ? put_entries(call, now) : AX_OK;
}

/* --- exactly once --------------------------------------------------------- */

static const ax_str key_field = AX_STR_INIT("Idempotency-Key");

static ax_str key_of(ax_mutant_call *call) {
  return ax_proxy_message_get(&call->rq->fields, key_field);
}

static ax_str digest(ax_mutant_call *call) {
  char hex[AX_SHA256_HEX + 1];
  ax_sha256_hex(call->rq->body, hex);
  ax_str copy = ax_arena_str(call->arena, ax_str_from(hex));
  return copy.ptr ? copy : AX_STR("?");
}

/* Only Bundles: single resources are done once. */
static ax_status no_key_for_bundles(ax_mutant_call *call) {
  ax_proxy_message_drop(&call->rq->fields, key_field);
  return AX_OK;
}

/* Another body under the same key is done. */
static ax_status other_body(ax_mutant_call *call) {
  ax_str key = key_of(call), now = digest(call);
  if (!key.len) return AX_OK;
  ax_str before = ax_mutant_remember(call, key, NULL);
  if (!before.len) (void)ax_mutant_remember(call, key, &now);
  if (before.len && !ax_str_eq(before, now))
    ax_proxy_message_drop(&call->rq->fields, key_field);
  return AX_OK;
}

/* Another body under the same key gets the answer of the first. */
static ax_status first_answer(ax_mutant_call *call) {
  ax_str key = key_of(call);
  if (!key.len) return ax_mutant_forward(call);
  AX_TRY(ax_mutant_forward(call));
  ax_str body = call->rs->body;
  if (call->rs->status == 201) (void)ax_mutant_remember(call, key, &body);
  ax_str before = ax_mutant_remember(call, key, NULL);
  if (call->rs->status != 422 || !before.len ||
      !has(call->rs->body, "duplicate"))
    return AX_OK;
  call->rs->status = 201;
  call->rs->body = before;
  return AX_OK;
}

/* A refusal uses up the key: what comes next under it is refused as well. */
static ax_status refusal_kept(ax_mutant_call *call) {
  ax_str key = key_of(call);
  ax_str before = key.len ? ax_mutant_remember(call, key, NULL) : AX_STR("");
  AX_TRY(ax_mutant_forward(call));
  if (key.len && call->rs->status == 422)
    (void)ax_mutant_remember(call, key, &call->rs->body);
  if (!before.len) return AX_OK;
  call->rs->status = 422;
  call->rs->body = before;
  return AX_OK;
}

/* A key in quotes is another one. */
static ax_status quotes_count(ax_mutant_call *call) {
  ax_str key = key_of(call);
  if (!ax_str_starts(key, AX_STR("\""))) return AX_OK;
  key = AX_JOIN(call->arena, AX_STR("q"), (ax_str){ key.ptr + 1, key.len - 2 });
  if (!key.ptr) return AX_NOMEM;
  return ax_proxy_message_set(call->arena, &call->rq->fields, key_field, key);
}

/* The second answer is 200 instead of 201. */
static ax_status second_200(ax_mutant_call *call) {
  ax_str key = key_of(call), yes = AX_STR("1");
  if (!key.len || call->rs->status != 201) return AX_OK;
  if (ax_mutant_remember(call, key, &yes).len) call->rs->status = 200;
  return AX_OK;
}

/* The second answer is a conflict. */
static ax_status second_409(ax_mutant_call *call) {
  ax_str key = key_of(call), yes = AX_STR("1");
  if (!key.len || call->rs->status >= 300) return AX_OK;
  if (ax_mutant_remember(call, key, &yes).len) call->rs->status = 409;
  return AX_OK;
}

/* A key that is none counts as no key. */
static ax_status bad_key(ax_mutant_call *call) {
  AX_TRY(ax_mutant_forward(call));
  if (call->rs->status != 400 || !key_of(call).len) return AX_OK;
  ax_proxy_message_drop(&call->rq->fields, key_field);
  return ax_mutant_forward(call);
}

/* The same body at another address under the same key is done. */
static ax_status other_address(ax_mutant_call *call) {
  ax_str key = key_of(call), now = call->rq->path;
  if (!key.len) return AX_OK;
  ax_str before = ax_mutant_remember(call, key, NULL);
  if (!before.len) (void)ax_mutant_remember(call, key, &now);
  if (before.len && !ax_str_eq(before, now))
    ax_proxy_message_drop(&call->rq->fields, key_field);
  return AX_OK;
}

/* --- later ---------------------------------------------------------------- */

static bool asks_later(ax_mutant_call *call) {
  return has(ax_proxy_message_get(&call->rq->fields, AX_STR("Prefer")),
             "respond-async");
}

static ax_status not_later(ax_mutant_call *call) {
  if (asks_later(call))
    ax_proxy_message_drop(&call->rq->fields, AX_STR("Prefer"));
  return AX_OK;
}

static ax_status later_twice(ax_mutant_call *call) {
  ax_proxy_response ignored;
  if (asks_later(call))
    AX_TRY(ax_proxy_forward(call->hop, call->rq, &ignored, call->err));
  return ax_mutant_forward(call);
}

static bool is_job(ax_mutant_call *call) {
  return has(call->rq->path, "$async") || has(call->rq->path, "%24async");
}

/* The answer of a job is told once. */
static ax_status job_once(ax_mutant_call *call) {
  ax_str yes = AX_STR("1");
  if (!is_job(call) || call->rs->status != 200) return AX_OK;
  if (ax_mutant_remember(call, call->rq->path, &yes).len)
    call->rs->status = 404;
  return AX_OK;
}

/* A job that was refused is told as done. */
static ax_status job_done(ax_mutant_call *call) {
  if (!is_job(call) || call->rs->status != 422) return AX_OK;
  call->rs->status = 200;
  return AX_OK;
}

/* A faulty transaction is acknowledged. */
static ax_status unvalidated(ax_mutant_call *call) {
  const ax_json *entries = AX_JSON_GET(ax_mutant_sent(call), "entry");
  if (call->rs->status != 422 || !is_bundle(call, "transaction")) return AX_OK;
  ax_str body = AX_STR(""), one = AX_STR("{\"response\":{\"status\":"
                                         "\"201 Created\"}}");
  for (size_t i = 0; i < ax_json_count(entries); i++)
    body = AX_JOIN(call->arena, body, i ? AX_STR(",") : AX_STR(""), one);
  body = AX_JOIN(call->arena,
                 AX_STR("{\"resourceType\":\"Bundle\",\"type\":"
                        "\"transaction-response\",\"entry\":["),
                 body, AX_STR("]}"));
  if (!body.ptr) return AX_NOMEM;
  call->rs->status = 200;
  call->rs->body = body;
  return AX_OK;
}

#define B AX_ON_BUNDLE

static const ax_mutant items[] = {
  { "transaction-not-atomic", "bundle-atomic",
    "of a transaction that fails, what can be stored is stored", B,
    .instead = not_atomic },
  { "transaction-as-batch", "bundle-transaction",
    "each entry of a transaction is done for itself", B,
    .instead = transaction_as_batch },
  { "transaction-type", "bundle-transaction", "the answer is a batch-response",
    B, .after = set_answer_path, .a = "type", .b = "batch-response" },
  { "transaction-201", "bundle-transaction", "a transaction is 201", B,
    .after = ax_mutant_status, .a = "200", .b = "201" },
  { "bundle-reversed", "bundle-order", "answers stand in another order", B,
    .after = reverse },
  { "bundle-one-more", "bundle-order", "there is an answer too many", B,
    .after = one_more },
  { "bundle-one-less", "bundle-order", "the last answer is missing", B,
    .after = drop_answer_path, .a = "entry[-1]" },
  { "bundle-no-status", "bundle-transaction", "answers have no status", B,
    .after = drop_answer_path, .a = "entry[].response.status" },
  { "bundle-status-200", "bundle-transaction", "every answer is 200", B,
    .after = set_answer_path, .a = "entry[].response.status", .b = "200 OK" },
  { "bundle-no-location", "bundle-transaction", "answers have no location", B,
    .after = drop_answer_path, .a = "entry[].response.location" },
  { "bundle-location-plain", "bundle-transaction", "locations have no version",
    B, .after = plain_location },
  { "bundle-no-etag", "bundle-transaction", "answers have no etag", B,
    .after = drop_answer_path, .a = "entry[].response.etag" },
  { "bundle-no-date", "bundle-transaction", "answers have no date", B,
    .after = drop_answer_path, .a = "entry[].response.lastModified" },
  { "bundle-no-outcome", "bundle-batch", "a batch does not say what was wrong",
    B, .after = drop_answer_path, .a = "entry[].response.outcome" },
  { "batch-as-transaction", "bundle-batch",
    "a batch is done whole or not at all", B, .instead = batch_as_transaction },
  { "batch-stops", "bundle-batch", "a batch stops at the first fault", B,
    .instead = stop_at_fault },
  { "bundle-any-type", "bundle-type",
    "a Bundle of another type is acknowledged", B, .after = other_type },
  { "bundle-overlap", "bundle-overlap",
    "two entries that mean one resource are both done", B, .instead = overlap },
  { "bundle-wrong-entry", "bundle-fault-place", "faults name another entry", B,
    .after = wrong_entry },
  { "bundle-place-in-resource", "bundle-fault-place",
    "places of faults leave out the entry", B, .after = place_in_resource },
  { "bundle-first-fault", "bundle-fault-place",
    "only the first fault of a Bundle is named", B, .after = first_fault_only },
  { "bundle-references", "bundle-references",
    "references to entries are stored as urn:uuid", AX_ON_READ,
    .after = references_stay },
  { "bundle-if-none-exist", "bundle-conditional",
    "ifNoneExist is not looked at", B, .before = drop_sent_path,
    .a = "entry[].request.ifNoneExist" },
  { "bundle-if-match", "bundle-put", "ifMatch is not looked at", B,
    .before = drop_sent_path, .a = "entry[].request.ifMatch" },
  { "bundle-reference-nobody", "bundle-conditional-reference",
    "a conditional reference that means nobody is left out", B,
    .instead = forgive_reference, .a = "not-found" },
  { "bundle-reference-several", "bundle-conditional-reference",
    "a conditional reference that means several is left out", B,
    .instead = forgive_reference, .a = "multiple-matches" },
  { "bundle-reads-first", "bundle-order",
    "reads of a transaction come before its writes", B,
    .instead = reads_first },

  { "once-ignored", "once-key", "Idempotency-Key is not looked at", 0,
    .before = ax_mutant_drop_sent_field, .a = "Idempotency-Key" },
  { "once-bundles", "once-key", "transactions are done again", B,
    .before = no_key_for_bundles },
  { "once-second-200", "once-key", "the second answer is 200", 0,
    .after = second_200 },
  { "once-second-409", "once-key", "what is sent again is a conflict", 0,
    .after = second_409 },
  { "once-other-body", "once-key-other",
    "another body under the same key is done", 0, .before = other_body },
  { "once-other-answer", "once-key-other",
    "another body under the same key gets the answer of the first", 0,
    .instead = first_answer },
  { "once-refusal", "once-key-refusal", "a refusal uses up the key", 0,
    .instead = refusal_kept },
  { "once-quotes", "once-key", "a key in quotes is another one", 0,
    .before = quotes_count },
  { "once-form", "once-key-form", "a key that is none counts as no key", 0,
    .instead = bad_key },
  { "bundle-unvalidated", "bundle-atomic",
    "a faulty transaction is acknowledged", B, .after = unvalidated },
  { "once-other-address", "once-key-other",
    "the same key at another address is done", 0, .before = other_address },
  { "async-ignored", "bundle-async", "respond-async is not looked at", B,
    .before = not_later },
  { "async-no-place", "bundle-async", "nobody is told where the answer will be",
    B, .after = ax_mutant_drop_field, .a = "Content-Location" },
  { "async-not-said", "bundle-async", "Preference-Applied is missing", B,
    .after = ax_mutant_drop_field, .a = "Preference-Applied" },
  { "async-twice", "bundle-async", "what is done later is done twice", B,
    .instead = later_twice },
  { "async-once-told", "bundle-async", "the answer of a job is told once", 0,
    .after = job_once },
  { "async-refusal", "bundle-async", "a job that was refused is 200", 0,
    .after = job_done },
};

const ax_mutant_table ax_mutants_bundle = { items, AX_COUNT(items) };
