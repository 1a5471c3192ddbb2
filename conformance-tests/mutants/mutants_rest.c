/* One resource: create, read, update, delete; versions and their fields. */
#include "mutant.h"

#include "tree.h"
#include "json/json_edit.h"

static ax_str field(ax_mutant_call *call, ax_str name) {
  return ax_proxy_message_get(&call->rs->fields, name);
}

static ax_status set_field(ax_mutant_call *call, ax_str name, ax_str value) {
  return ax_proxy_message_set(call->arena, &call->rs->fields, name, value);
}

static ax_str join_path(ax_mutant_call *call) {
  return AX_JOIN(call->arena, AX_STR("/"), call->type, AX_STR("/"), call->id);
}

/* W/"12" -> 12; 0 without one. */
static uint64_t version_of(ax_mutant_call *call) {
  ax_str tag = field(call, AX_STR("ETag"));
  uint64_t version = 0;
  if (tag.len < 4) return 0;
  tag = (ax_str){ tag.ptr + 3, tag.len - 4 };
  return ax_str_uint64(tag, UINT32_MAX, &version) ? version : 0;
}

static ax_status tell_version(ax_mutant_call *call, uint64_t version) {
  ax_str tag =
      ax_arena_printf(call->arena, "W/\"%llu\"", (unsigned long long)version);
  ax_str digits =
      ax_arena_printf(call->arena, "%llu", (unsigned long long)version);
  if (!tag.ptr || !digits.ptr) return AX_NOMEM;
  AX_TRY(set_field(call, AX_STR("ETag"), tag));
  const ax_json *tree = ax_mutant_answer(call);
  if (!AX_JSON_GET(tree, "meta")) return AX_OK;
  return ax_mutant_put_answer(
      call, ax_tree_replace(call->arena, tree, "meta.versionId",
                            ax_json_edit_string(digits)));
}

/* --- answers -------------------------------------------------------------- */

static ax_status plain_place(ax_mutant_call *call) {
  ax_str place = field(call, AX_STR("Location"));
  size_t at = ax_str_find(place, AX_STR("/_history/"));
  if (at == AX_STR_NONE) return AX_OK;
  return set_field(call, AX_STR("Location"), (ax_str){ place.ptr, at });
}

/* Location is of a resource that is not there. */
static ax_status wrong_place(ax_mutant_call *call) {
  ax_str place = field(call, AX_STR("Location"));
  if (!place.len) return AX_OK;
  return set_field(
      call, AX_STR("Location"),
      ax_mutant_swap(call->arena, place, "/_history/", "x/_history/"));
}

static ax_status strong_tag(ax_mutant_call *call) {
  ax_str tag = field(call, AX_STR("ETag"));
  if (!ax_str_starts(tag, AX_STR("W/"))) return AX_OK;
  return set_field(call, AX_STR("ETag"), ax_str_skip(tag, 2));
}

static ax_status first_version_always(ax_mutant_call *call) {
  return version_of(call) ? tell_version(call, 1) : AX_OK;
}

static ax_status body_not_stored(ax_mutant_call *call) {
  return call->rs->status < 300 ? ax_mutant_drop_body(call) : AX_OK;
}

static ax_status iso_date(ax_mutant_call *call) {
  if (!field(call, AX_STR("Last-Modified")).len) return AX_OK;
  return set_field(call, AX_STR("Last-Modified"),
                   AX_STR("2026-11-29T08:00:00Z"));
}

/* Versions keep the date of the first. */
static ax_status date_stays(ax_mutant_call *call) {
  const ax_json *tree = ax_mutant_answer(call);
  ax_str date = ax_json_text(ax_tree_at(tree, "meta.lastUpdated"));
  if (!date.len || call->rs->status >= 300) return AX_OK;
  ax_str name = AX_JOIN(call->arena, AX_STR("date"), call->type, AX_STR("/"),
                        AX_JSON_STR(tree, "id"));
  ax_str first = ax_mutant_remember(call, name, NULL);
  if (!first.len) {
    (void)ax_mutant_remember(call, name, &date);
    return AX_OK;
  }
  return ax_mutant_put_answer(
      call, ax_tree_replace(call->arena, tree, "meta.lastUpdated",
                            ax_json_edit_string(first)));
}

/* Of several tags only the first counts. */
static ax_status first_tag(ax_mutant_call *call) {
  ax_str list =
      ax_proxy_message_get(&call->rq->fields, AX_STR("If-None-Match"));
  ax_str rest = list, first = ax_str_cut(&rest, ',');
  return rest.len ? ax_proxy_message_set(call->arena, &call->rq->fields,
                                         AX_STR("If-None-Match"), first)
                  : AX_OK;
}

static ax_status no_star(ax_mutant_call *call) {
  if (ax_str_eq(
          ax_proxy_message_get(&call->rq->fields, AX_STR("If-None-Match")),
          AX_STR("*")))
    ax_proxy_message_drop(&call->rq->fields, AX_STR("If-None-Match"));
  return AX_OK;
}

/* --- what is stored ------------------------------------------------------- */

static ax_status lose_create(ax_mutant_call *call) {
  AX_TRY(ax_mutant_forward(call));
  if (call->rs->status != 201) return AX_OK;
  /* It was stored to see whether it would be: it is gone again now. */
  const ax_json *made = ax_mutant_answer(call);
  ax_str id = AX_JSON_STR(made, "id");
  ax_proxy_response ignored;
  if (!id.len) return AX_OK;
  ax_str path = AX_JOIN(call->arena, AX_STR("/"), call->type, AX_STR("/"), id);
  AX_TRY(ax_mutant_ask(call, "DELETE", path, AX_STR(""), AX_STR(""), &ignored));
  ax_str name = AX_JOIN(call->arena, AX_STR("lost"), path), yes = AX_STR("1");
  (void)ax_mutant_remember(call, name, &yes);
  return AX_OK;
}

/* Nothing is known of what was lost, not even that it was there. */
static ax_status lost(ax_mutant_call *call) {
  if (call->on == AX_ON_CREATE) return lose_create(call);
  AX_TRY(ax_mutant_forward(call));
  ax_str name = AX_JOIN(call->arena, AX_STR("lost"), join_path(call));
  if (call->rs->status == 410 && ax_mutant_remember(call, name, NULL).len)
    call->rs->status = 404;
  return AX_OK;
}

static ax_status store_twice(ax_mutant_call *call) {
  ax_proxy_response first;
  AX_TRY(ax_proxy_forward(call->hop, call->rq, &first, call->err));
  AX_TRY(ax_mutant_forward(call));
  *call->rs = first;
  return AX_OK;
}

/* A POST with an id is taken for a PUT. */
static ax_status keep_id(ax_mutant_call *call) {
  ax_str id = AX_JSON_STR(ax_mutant_sent(call), "id");
  if (!id.len) return AX_OK;
  call->rq->method = AX_STR("PUT");
  call->rq->path = AX_JOIN(call->arena, call->rq->path, AX_STR("/"), id);
  return call->rq->path.ptr ? AX_OK : AX_NOMEM;
}

static ax_status keep_meta(ax_mutant_call *call) {
  const ax_json *sent = AX_JSON_GET(ax_mutant_sent(call), "meta");
  ax_str version = AX_JSON_STR(sent, "versionId");
  const ax_json *tree = ax_mutant_answer(call);
  if (!version.len || call->rs->status >= 300 || !AX_JSON_GET(tree, "meta"))
    return AX_OK;
  return ax_mutant_put_answer(
      call, ax_tree_replace(call->arena, tree, "meta.versionId",
                            ax_json_edit_string(version)));
}

/* The body is changed at `a` before it is stored. */
static ax_status store_without(ax_mutant_call *call) {
  const ax_json *sent = ax_mutant_sent(call);
  if (!ax_json_is(sent, AX_JSON_OBJECT)) return AX_OK;
  return ax_mutant_change_sent(
      call, sent, ax_tree_remove(call->arena, sent, call->mutant->a));
}

/* 11.50 becomes 11.5: numbers go through a floating point type. */
static bool shorten(void *ctx, ax_arena *arena, const ax_json *old,
                    ax_json *out) {
  (void)ctx, (void)arena;
  if (!old) return false;
  *out = *old;
  if (!ax_json_is(old, AX_JSON_NUMBER)) return true;
  ax_str digits = ax_json_text(old);
  if (ax_str_find(digits, AX_STR(".")) == AX_STR_NONE) return true;
  while (ax_str_ends(digits, AX_STR("0"))) digits.len--;
  if (ax_str_ends(digits, AX_STR("."))) digits.len--;
  *out = ax_tree_number(digits);
  return true;
}

static ax_status store_floats(ax_mutant_call *call) {
  const ax_json *sent = ax_mutant_sent(call);
  if (!ax_json_is(sent, AX_JSON_OBJECT)) return AX_OK;
  return ax_mutant_put_sent(
      call,
      ax_tree_edit(call->arena, sent, "valueQuantity.value", shorten, NULL));
}

/* Times are kept in UTC. */
static ax_status store_utc(ax_mutant_call *call) {
  ax_str body = call->rq->body;
  call->rq->body =
      ax_mutant_swap(call->arena, body, "12:30:00+02:00", "10:30:00Z");
  return AX_OK;
}

/* Letters that are not ASCII become question marks. */
static ax_status store_ascii(ax_mutant_call *call) {
  char *text = ax_arena_cstr(call->arena, call->rq->body);
  if (!text) return AX_NOMEM;
  for (size_t i = 0; i < call->rq->body.len; i++)
    if ((unsigned char)text[i] > 127) text[i] = '?';
  call->rq->body.ptr = text;
  return AX_OK;
}

/* A body of another type is stored where it belongs. */
static ax_status redirect_type(ax_mutant_call *call) {
  ax_str type = AX_JSON_STR(ax_mutant_sent(call), "resourceType");
  if (!type.len || ax_str_eq(type, call->type)) return AX_OK;
  call->rq->path = AX_JOIN(call->arena, call->base, AX_STR("/"), type);
  return call->rq->path.ptr ? AX_OK : AX_NOMEM;
}

/* --- reading -------------------------------------------------------------- */

static ax_status read_first(ax_mutant_call *call) {
  AX_TRY(ax_mutant_forward(call));
  if (call->rs->status != 200 || version_of(call) < 2) return AX_OK;
  call->rq->path = AX_JOIN(call->arena, call->rq->path, AX_STR("/_history/1"));
  return call->rq->path.ptr ? ax_mutant_forward(call) : AX_NOMEM;
}

static ax_status vread_newest(ax_mutant_call *call) {
  call->rq->path = AX_JOIN(call->arena, call->base, join_path(call));
  return call->rq->path.ptr ? AX_OK : AX_NOMEM;
}

/* Versions that never were are the newest. */
static ax_status vread_anything(ax_mutant_call *call) {
  AX_TRY(ax_mutant_forward(call));
  if (call->rs->status != 404) return AX_OK;
  AX_TRY(vread_newest(call));
  return ax_mutant_forward(call);
}

/* What is deleted can still be read: its last version. */
static ax_status read_deleted(ax_mutant_call *call) {
  AX_TRY(ax_mutant_forward(call));
  if (call->rs->status != 410) return AX_OK;
  uint64_t version = version_of(call);
  if (version < 2) return AX_OK;
  call->rq->path =
      ax_arena_printf(call->arena, AX_STR_FMT AX_STR_FMT "/_history/%llu",
                      AX_STR_ARG(call->base), AX_STR_ARG(join_path(call)),
                      (unsigned long long)version - 1);
  return call->rq->path.ptr ? ax_mutant_forward(call) : AX_NOMEM;
}

/* With the resource its versions are gone. */
static ax_status forget_versions(ax_mutant_call *call) {
  AX_TRY(ax_mutant_forward(call));
  ax_proxy_response now;
  AX_TRY(ax_mutant_ask(call, "GET", join_path(call), AX_STR(""), AX_STR(""),
                       &now));
  if (now.status == 410 && call->on == AX_ON_VREAD) *call->rs = now;
  return AX_OK;
}

static ax_status type_missing(ax_mutant_call *call) {
  if (!ax_str_eq(call->type, ax_str_from(call->mutant->a)))
    return ax_mutant_forward(call);
  *call->rs = (ax_proxy_response){ .status = 404, .body = AX_STR("") };
  return AX_OK;
}

static ax_status subscription_active(ax_mutant_call *call) {
  if (!ax_str_eq(call->type, AX_STR("Subscription"))) return AX_OK;
  if (call->rs->status == 422) AX_TRY(ax_mutant_pretend(call, 201));
  const ax_json *tree = ax_mutant_answer(call);
  if (!tree) return AX_OK;
  return ax_mutant_put_answer(
      call, ax_tree_replace(call->arena, tree, "status",
                            ax_json_edit_string(AX_STR("active"))));
}

/* --- deleting ------------------------------------------------------------- */

static ax_status delete_nothing(ax_mutant_call *call) {
  ax_proxy_response now;
  AX_TRY(ax_mutant_ask(call, "GET", join_path(call), AX_STR(""), AX_STR(""),
                       &now));
  if (now.status != 200) return ax_mutant_forward(call);
  *call->rs = (ax_proxy_response){ .status = 204, .body = AX_STR("") };
  return set_field(call, AX_STR("ETag"), AX_STR("W/\"2\""));
}

static ax_status delete_unknown_404(ax_mutant_call *call) {
  ax_proxy_response now;
  AX_TRY(ax_mutant_ask(call, "GET", join_path(call), AX_STR(""), AX_STR(""),
                       &now));
  AX_TRY(ax_mutant_forward(call));
  if (now.status == 404) call->rs->status = 404;
  return AX_OK;
}

/* Deleting it again makes another version. */
static ax_status delete_again(ax_mutant_call *call) {
  AX_TRY(ax_mutant_forward(call));
  ax_str name = AX_JOIN(call->arena, AX_STR("deleted"), join_path(call));
  ax_str yes = AX_STR("1");
  if (call->rs->status == 204 && ax_mutant_remember(call, name, &yes).len)
    call->rs->status = 410;
  return AX_OK;
}

/* What comes back begins with version 1. */
static ax_status back_as_new(ax_mutant_call *call) {
  return call->rs->status == 201 && version_of(call) > 1 ? tell_version(call, 1)
                                                         : AX_OK;
}

static ax_status back_200(ax_mutant_call *call) {
  if (call->rs->status == 201 && version_of(call) > 1) call->rs->status = 200;
  return AX_OK;
}

static ax_status type_deleted(ax_mutant_call *call) {
  if (call->rq->query.len) return ax_mutant_forward(call);
  *call->rs = (ax_proxy_response){ .status = 204, .body = AX_STR("") };
  return AX_OK;
}

/* A deleted resource is still found by its _id. */
static ax_status found_deleted(ax_mutant_call *call) {
  const ax_json *tree = ax_mutant_answer(call);
  size_t at = ax_str_find(call->rq->query, AX_STR("_id="));
  if (at != 0 || ax_json_count(AX_JSON_GET(tree, "entry"))) return AX_OK;
  ax_str id = ax_str_skip(call->rq->query, 4), rest = id;
  id = ax_str_cut(&rest, '&');
  ax_str path = AX_JOIN(call->arena, AX_STR("/"), call->type, AX_STR("/"), id);
  ax_proxy_response now;
  AX_TRY(ax_mutant_ask(call, "GET", path, AX_STR(""), AX_STR(""), &now));
  if (now.status != 410) return AX_OK;
  return ax_mutant_put_answer(
      call,
      ax_tree_replace(call->arena, tree, "total", ax_tree_number(AX_STR("1"))));
}

#define C AX_ON_CREATE
#define U AX_ON_UPDATE
#define R AX_ON_READ
#define V AX_ON_VREAD
#define D AX_ON_DELETE

static const ax_mutant items[] = {
  { "create-200", "rest-create-status", "a create is answered with 200", C,
    .after = ax_mutant_status, .a = "201", .b = "200" },
  { "create-no-location", "rest-create-location", "a create has no Location", C,
    .after = ax_mutant_drop_field, .a = "Location" },
  { "create-location-unversioned", "rest-create-location",
    "Location has no version", C, .after = plain_place },
  { "create-location-wrong", "rest-create-location",
    "Location leads to nothing", C, .after = wrong_place },
  { "create-no-etag", "rest-create-version", "a create has no ETag", C,
    .after = ax_mutant_drop_field, .a = "ETag" },
  { "create-no-last-modified", "rest-create-version",
    "a create has no Last-Modified", C, .after = ax_mutant_drop_field,
    .a = "Last-Modified" },
  { "create-no-body", "rest-create-id",
    "a create is answered without the resource", C, .after = body_not_stored },
  { "create-meta-kept", "rest-create-id",
    "the client's versionId is told as the server's", C, .after = keep_meta },
  { "create-id-kept", "rest-create-id", "the client's id is taken", C,
    .before = keep_id },
  { "create-lost", "rest-create-durable",
    "a create is acknowledged and not stored", C | R, .instead = lost },
  { "create-twice", "rest-create-searchable", "a create is done twice", C,
    .instead = store_twice },
  { "create-type-unchecked", "rest-create-type",
    "a body of another type than the address is stored", C,
    .before = redirect_type },
  { "store-drops-second-name", "rest-create-durable",
    "the second given name is not stored", AX_ON_STORE, .before = store_without,
    .a = "name[].given[1]" },
  { "store-drops-identifier-system", "rest-create-durable",
    "the system of identifiers is not stored", AX_ON_STORE,
    .before = store_without, .a = "identifier[].system" },
  { "store-floats", "rest-exact", "11.50 is stored as 11.5", AX_ON_STORE,
    .before = store_floats },
  { "store-utc", "rest-exact", "times lose their zone", AX_ON_STORE,
    .before = store_utc },
  { "store-ascii", "rest-exact", "letters beyond ASCII are lost", AX_ON_STORE,
    .before = store_ascii },
  { "etag-strong", "rest-read-version", "ETags are strong", 0,
    .after = strong_tag },
  { "version-not-counted", "rest-update-version", "every version is number 1",
    C | U | R, .after = first_version_always },

  { "read-no-etag", "rest-read-version", "a read has no ETag", R,
    .after = ax_mutant_drop_field, .a = "ETag" },
  { "read-no-last-modified", "rest-read-version", "a read has no Last-Modified",
    R, .after = ax_mutant_drop_field, .a = "Last-Modified" },
  { "read-no-version", "rest-read-version", "meta.versionId is missing", R,
    .after = ax_mutant_drop_path, .a = "meta.versionId" },
  { "read-no-date", "rest-read-version", "meta.lastUpdated is missing",
    C | U | R, .after = ax_mutant_drop_path, .a = "meta.lastUpdated" },
  { "read-first", "rest-update", "a read gives the first version", R,
    .instead = read_first },
  { "read-404-as-410", "rest-read-unknown", "what never was is 410", R,
    .after = ax_mutant_status, .a = "404", .b = "410" },
  { "read-404-as-400", "rest-read-unknown", "what never was is 400", R,
    .after = ax_mutant_status, .a = "404", .b = "400" },
  { "gone-404", "rest-gone", "what was deleted is 404", R | V,
    .after = ax_mutant_status, .a = "410", .b = "404" },
  { "gone-readable", "rest-gone", "what was deleted can be read", R,
    .instead = read_deleted },
  { "vread-newest", "rest-vread", "every version is the newest", V,
    .before = vread_newest },
  { "vread-no-etag", "rest-vread", "a version read has no ETag", V,
    .after = ax_mutant_drop_field, .a = "ETag" },
  { "vread-unknown", "rest-vread-unknown",
    "versions that never were are the newest", V, .instead = vread_anything },
  { "vread-deleted-200", "rest-gone", "the version of a deletion is no 410", V,
    .after = ax_mutant_status, .a = "410", .b = "200" },
  { "if-none-match-read", "rest-conditional-read",
    "If-None-Match of reads is not looked at", R,
    .before = ax_mutant_drop_sent_field, .a = "If-None-Match" },
  { "if-modified-since", "rest-conditional-read",
    "If-Modified-Since is not looked at", R,
    .before = ax_mutant_drop_sent_field, .a = "If-Modified-Since" },
  { "304-no-etag", "rest-conditional-read", "304 has no ETag", R,
    .after = ax_mutant_drop_field, .a = "ETag" },

  { "delete-not-done", "rest-delete", "a delete is acknowledged and not done",
    D, .instead = delete_nothing },
  { "delete-200", "rest-delete", "a delete is 200", D,
    .after = ax_mutant_status, .a = "204", .b = "200" },
  { "delete-no-etag", "rest-delete", "a delete does not tell its version", D,
    .after = ax_mutant_drop_field, .a = "ETag" },
  { "delete-unknown-404", "rest-delete-again",
    "deleting what never was is a fault", D, .instead = delete_unknown_404 },
  { "delete-again-410", "rest-delete-again", "deleting it again is a fault", D,
    .instead = delete_again },
  { "delete-if-match", "rest-delete-guard",
    "If-Match of a delete is not looked at", D,
    .before = ax_mutant_drop_sent_field, .a = "If-Match" },
  { "delete-forgets", "rest-delete-history",
    "with a resource its versions are gone", V, .instead = forget_versions },
  { "delete-back-version", "rest-delete-back",
    "what comes back begins with version 1", U, .after = back_as_new },
  { "delete-back-200", "rest-delete-back", "what comes back is 200", U,
    .after = back_200 },
  { "delete-type", "rest-delete-type",
    "a delete of a whole type is acknowledged", AX_ON_DELETE_IF,
    .instead = type_deleted },
  { "delete-found", "rest-delete-search", "deleted resources are counted",
    AX_ON_SEARCH, .after = found_deleted },
  { "store-drops-subject-identifier", "whose-identifier",
    "the identifier of a subject is not stored", AX_ON_STORE | AX_ON_BUNDLE,
    .before = store_without, .a = "entry[].resource.subject.identifier" },
  { "device-missing", "result-performer",
    "the Device that describes a model cannot be read", R,
    .instead = type_missing, .a = "Device" },
  { "card-missing", "result-profile", "the card of a model cannot be read", R,
    .instead = type_missing, .a = "DocumentReference" },
  { "subscription-active", "delivery-subscription",
    "a Subscription is active without leave", C | R,
    .after = subscription_active },
  { "last-modified-form", "rest-read-version",
    "Last-Modified is no date of HTTP", C | U | R, .after = iso_date },
  { "last-updated-stuck", "rest-update-version",
    "every version has the date of the first", C | U | R, .after = date_stays },
  { "if-none-match-list", "rest-conditional-read",
    "of several tags in If-None-Match only the first counts", R,
    .before = first_tag },
  { "if-none-match-star", "rest-conditional-read",
    "If-None-Match: * of reads is not looked at", R, .before = no_star },
};

const ax_mutant_table ax_mutants_rest = { items, AX_COUNT(items) };
