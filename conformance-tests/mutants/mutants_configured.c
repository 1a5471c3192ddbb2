/* What a gateway does only when its operator says so: before one that is
 * served as suites/configured wants it. */
#include "mutant.h"

#include "tree.h"
#include "json/json_edit.h"

enum { HALF = 4096 }; /* of max_body in suites/configured/auspex.conf */

static const char allowed[] = "https://app.example.org";
#define ALLOW "Access-Control-Allow-Origin"

static ax_str origin_of(const ax_mutant_call *call) {
  return ax_proxy_message_get(&call->rq->fields, AX_STR("Origin"));
}

static ax_status let_in(ax_mutant_call *call, ax_str origin) {
  return origin.len ? ax_proxy_message_set(call->arena, &call->rs->fields,
                                           AX_STR(ALLOW), origin)
                    : AX_OK;
}

/* --- browsers ------------------------------------------------------------- */

static ax_status echo_origin(ax_mutant_call *call) {
  return let_in(call, origin_of(call));
}

/* Compared by its beginning: a longer name is somebody else's. */
static ax_status by_beginning(ax_mutant_call *call) {
  ax_str origin = origin_of(call);
  return ax_str_starts(origin, ax_str_from(allowed)) ? let_in(call, origin)
                                                     : AX_OK;
}

/* Only the name counts, neither scheme nor port. */
static ax_status by_host(ax_mutant_call *call) {
  ax_str origin = origin_of(call);
  return ax_str_find(origin, AX_STR("//app.example.org")) != AX_STR_NONE &&
                 !ax_str_ends(origin, AX_STR("evil.example"))
             ? let_in(call, origin)
             : AX_OK;
}

static ax_status refusals_hidden(ax_mutant_call *call) {
  return call->rs->status >= 400 ? ax_mutant_drop_field(call) : AX_OK;
}

static ax_status preflight_refused(ax_mutant_call *call) {
  if (ax_str_eq(call->rq->method, AX_STR("OPTIONS"))) call->rs->status = 405;
  return AX_OK;
}

/* --- large bodies --------------------------------------------------------- */

static ax_status large_pretended(ax_mutant_call *call) {
  return call->rs->status == 413 ? ax_mutant_pretend(call, 201) : AX_OK;
}

static ax_status large_mute(ax_mutant_call *call) {
  return call->rs->status == 413 ? ax_mutant_drop_body(call) : AX_OK;
}

static ax_status large_code(ax_mutant_call *call) {
  const ax_json *tree = ax_mutant_answer(call);
  ax_json code = ax_json_edit_string(AX_STR("processing"));
  if (call->rs->status != 413 || !tree) return AX_OK;
  return ax_mutant_put_answer(
      call, ax_tree_replace(call->arena, tree, "issue[].code", code));
}

static ax_status half_the_limit(ax_mutant_call *call) {
  if (call->rq->body.len > HALF && call->rs->status < 300)
    call->rs->status = 413;
  return AX_OK;
}

/* --- quarantine ----------------------------------------------------------- */

static ax_status kept_mute(ax_mutant_call *call) {
  return call->rs->status == 202 ? ax_mutant_drop_body(call) : AX_OK;
}

/* Says that it is kept, and forgets what is wrong. */
static ax_status kept_without_faults(ax_mutant_call *call) {
  const ax_json *tree = ax_mutant_answer(call);
  if (call->rs->status != 202 || !tree) return AX_OK;
  return ax_mutant_put_answer(call,
                              ax_tree_remove(call->arena, tree, "issue[1]"));
}

static bool asks_outcome(const ax_mutant_call *call) {
  return ax_str_find(call->rq->path, AX_STR("validation-outcome")) !=
         AX_STR_NONE;
}

static ax_status no_outcome(ax_mutant_call *call) {
  if (asks_outcome(call) && call->rs->status == 200) call->rs->status = 404;
  return AX_OK;
}

/* What was corrected is still said to be wrong. */
static ax_status outcome_stays(ax_mutant_call *call) {
  if (asks_outcome(call) && call->rs->status == 404) call->rs->status = 200;
  return AX_OK;
}

/* --- the table ------------------------------------------------------------ */

#define ROW .configured = true
#define STRICT .a = "X-Sender", .b = "strict-ward"
#define LENIENT .a = "X-Sender", .b = "lenient-ward"

static const ax_mutant items[] = {
  { "cors-deaf", "http-cors", "pages of an allowed origin are not let in", ROW,
    .after = ax_mutant_drop_field, .a = ALLOW },
  { "cors-any", "http-cors", "every origin is allowed by *", ROW,
    .after = ax_mutant_set_field, .a = ALLOW, .b = "*" },
  { "cors-echo", "http-cors", "every origin is allowed by its name", ROW,
    .after = echo_origin },
  { "cors-beginning", "http-cors", "an origin is compared by its beginning",
    ROW, .after = by_beginning },
  { "cors-host", "http-cors", "scheme and port of an origin do not count", ROW,
    .after = by_host },
  { "cors-vary", "http-cors", "caches are not told that answers differ", ROW,
    .after = ax_mutant_drop_field, .a = "Vary" },
  { "cors-vary-encoding", "http-cors",
    "caches are told of encodings and not of origins", ROW,
    .after = ax_mutant_set_field, .a = "Vary", .b = "Accept-Encoding" },
  { "cors-refusals", "http-cors", "refusals cannot be read by pages", ROW,
    .after = refusals_hidden, .a = ALLOW },
  { "cors-expose", "http-cors", "pages cannot read ETag and Location", ROW,
    .after = ax_mutant_drop_field, .a = "Access-Control-Expose-Headers" },
  { "cors-preflight", "http-cors", "pages may not ask first", ROW,
    .after = preflight_refused },
  { "cors-preflight-methods", "http-cors",
    "who asks first is not told the methods", ROW,
    .after = ax_mutant_drop_field, .a = "Access-Control-Allow-Methods" },
  { "cors-preflight-get", "http-cors", "only GET is allowed to pages", ROW,
    .after = ax_mutant_set_field, .a = "Access-Control-Allow-Methods",
    .b = "GET" },
  { "cors-preflight-fields", "http-cors",
    "who asks first is not told the header fields", ROW,
    .after = ax_mutant_drop_field, .a = "Access-Control-Allow-Headers" },
  { "large-400", "http-too-large", "too large is 400", ROW,
    .after = ax_mutant_status, .a = "413", .b = "400" },
  { "large-500", "http-too-large", "too large is a fault of the server", ROW,
    .after = ax_mutant_status, .a = "413", .b = "500" },
  { "large-pretended", "http-too-large",
    "what is too large is said to be stored", ROW, .after = large_pretended },
  { "large-mute", "http-too-large", "too large is not explained", ROW,
    .after = large_mute },
  { "large-code", "http-too-large", "too large has another issue code", ROW,
    .after = large_code },
  { "large-half", "http-too-large", "half of the limit is too large", ROW,
    .after = half_the_limit },
  { "quarantine-created", "quarantine-kept",
    "what is kept apart is answered with 201", ROW, .after = ax_mutant_status,
    .a = "202", .b = "201" },
  { "quarantine-place", "quarantine-kept", "the sender is not told where", ROW,
    .after = ax_mutant_drop_field, .a = "Content-Location" },
  { "quarantine-mute", "quarantine-kept", "the sender is told nothing", ROW,
    .after = kept_mute },
  { "quarantine-faultless", "quarantine-kept",
    "the sender is not told what is wrong", ROW, .after = kept_without_faults },
  { "quarantine-refuses", "quarantine-kept",
    "the sender's mode is not looked at", AX_ON_CREATE, ROW,
    .before = ax_mutant_drop_sent_field, .a = "X-Sender" },
  { "quarantine-stores", "quarantine-kept", "what is kept apart is stored",
    AX_ON_CREATE, ROW, .before = ax_mutant_set_sent_field, LENIENT },
  { "quarantine-all", "quarantine-kept", "all senders' faults are kept apart",
    AX_ON_CREATE, ROW, .before = ax_mutant_set_sent_field, STRICT },
  { "quarantine-open", "quarantine-kept",
    "everybody may see what a sender's faults are", AX_ON_OTHER, ROW,
    .before = ax_mutant_set_sent_field, STRICT },
  { "quarantine-lost", "quarantine-kept", "what is kept cannot be asked for",
    AX_ON_OTHER, ROW, .after = ax_mutant_status, .a = "200", .b = "404" },
  { "tag-missing", "quarantine-tagged", "what is faulty has no tag",
    AX_ON_READ | AX_ON_STORE, ROW, .after = ax_mutant_drop_path,
    .a = "meta.tag" },
  { "tag-refuses", "quarantine-tagged", "what is to be tagged is refused",
    AX_ON_UPDATE, ROW, .before = ax_mutant_drop_sent_field, .a = "X-Sender" },
  { "tag-apart", "quarantine-tagged", "what is to be tagged is kept apart",
    AX_ON_UPDATE, ROW, .before = ax_mutant_set_sent_field, STRICT },
  { "tag-outcome", "quarantine-tagged", "what was found cannot be asked for",
    ROW, .after = no_outcome },
  { "tag-outcome-stays", "quarantine-tagged",
    "what was corrected is still said to be wrong", ROW,
    .after = outcome_stays },
};

const ax_mutant_table ax_mutants_configured = { items, AX_COUNT(items) };
