/* Validation: kinds of faults that are not found, and how faults are told. */
#include "mutant.h"

#include <stdlib.h>

#include "tree.h"
#include "json/json_edit.h"

static bool has(ax_str text, const char *part) {
  return ax_str_find(text, ax_str_from(part)) != AX_STR_NONE;
}

static const char all_ok[] =
    "{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":"
    "\"information\",\"code\":\"informational\",\"details\":{\"text\":\"No "
    "issues found\"}}]}";

static bool is_outcome(const ax_json *tree) {
  return ax_str_eq(AX_JSON_STR(tree, "resourceType"),
                   AX_STR("OperationOutcome"));
}

/* --- a kind of fault that is not found ------------------------------------ */

/* Message id `a`, and, where there is a `b`, a text with that in it. */
static bool other_fault(void *ctx, const ax_json *issue) {
  const ax_mutant *m = ctx;
  ax_str id = ax_json_text(ax_tree_at(issue, "details.coding[0].code"));
  ax_str text = ax_json_text(ax_tree_at(issue, "details.text"));
  if (!ax_mutant_lists(m->a, id)) return true;
  return m->b && !has(text, m->b);
}

static bool is_error(const ax_json *issue) {
  ax_str severity = AX_JSON_STR(issue, "severity");
  return ax_str_eq(severity, AX_STR("error")) ||
         ax_str_eq(severity, AX_STR("fatal"));
}

static size_t errors_in(const ax_json *issues) {
  size_t count = 0;
  for (size_t i = 0; i < ax_json_count(issues); i++)
    if (is_error(ax_json_item(issues, i))) count++;
  return count;
}

/* A gateway without the rule: its issues are missing, and what had no other
 * error is stored. */
static ax_status blind(ax_mutant_call *call) {
  const ax_json *tree = ax_mutant_answer(call);
  const ax_json *issues = AX_JSON_GET(tree, "issue");
  if (!is_outcome(tree) || !issues) return AX_OK;
  ax_mutant copy = *call->mutant;
  const ax_json *left = ax_tree_filter(call->arena, issues, other_fault, &copy);
  if (!left) return AX_NOMEM;
  if (ax_json_count(left) == ax_json_count(issues)) return AX_OK;
  if (call->rs->status == 422 && errors_in(left) == 0 &&
      (call->on & AX_ON_STORE))
    return ax_mutant_pretend(call, 201);
  if (ax_json_count(left) == 0) {
    call->rs->body = ax_str_from(all_ok);
    return AX_OK;
  }
  return ax_mutant_put_answer(call,
                              ax_tree_set(call->arena, tree, "issue", *left));
}

/* --- how faults are told -------------------------------------------------- */

static ax_status edit_issues(ax_mutant_call *call, const char *path,
                             ax_tree_change change, void *ctx) {
  const ax_json *tree = ax_mutant_answer(call);
  if (!is_outcome(tree)) return AX_OK;
  return ax_mutant_put_answer(
      call, ax_tree_edit(call->arena, tree, path, change, ctx));
}

static bool take_away(void *ctx, ax_arena *arena, const ax_json *old,
                      ax_json *out) {
  (void)ctx, (void)arena, (void)old, (void)out;
  return false;
}

static ax_status without(ax_mutant_call *call) {
  return edit_issues(call, call->mutant->a, take_away, NULL);
}

static bool say(void *ctx, ax_arena *arena, const ax_json *old, ax_json *out) {
  ax_mutant_call *call = ctx;
  (void)arena;
  if (!old) return false;
  *out = ax_json_edit_string(ax_str_from(call->mutant->b));
  return true;
}

static ax_status other_words(ax_mutant_call *call) {
  return edit_issues(call, call->mutant->a, say, call);
}

/* Severity a becomes b. */
static bool other_severity(void *ctx, ax_arena *arena, const ax_json *old,
                           ax_json *out) {
  const ax_mutant *mutant = ((ax_mutant_call *)ctx)->mutant;
  (void)arena;
  if (!old) return false;
  *out = ax_str_eq(ax_json_text(old), ax_str_from(mutant->a))
             ? ax_json_edit_string(ax_str_from(mutant->b))
             : *old;
  return true;
}

static ax_status severities(ax_mutant_call *call) {
  return edit_issues(call, "issue[].severity", other_severity, call);
}

static bool is_no_warning(void *ctx, const ax_json *issue) {
  (void)ctx;
  return !ax_str_eq(AX_JSON_STR(issue, "severity"), AX_STR("warning"));
}

static ax_status keep_issues(ax_mutant_call *call, ax_tree_keep keep) {
  const ax_json *tree = ax_mutant_answer(call);
  if (!is_outcome(tree)) return AX_OK;
  const ax_json *left =
      ax_tree_filter(call->arena, AX_JSON_GET(tree, "issue"), keep, NULL);
  if (!left) return AX_NOMEM;
  if (ax_json_count(left) == 0) {
    call->rs->body = ax_str_from(all_ok);
    return AX_OK;
  }
  return ax_mutant_put_answer(call,
                              ax_tree_set(call->arena, tree, "issue", *left));
}

static ax_status no_warnings(ax_mutant_call *call) {
  return keep_issues(call, is_no_warning);
}

static ax_status first_issue(ax_mutant_call *call) {
  const ax_json *tree = ax_mutant_answer(call);
  const ax_json *first = ax_tree_at(tree, "issue[0]"), *one;
  if (!is_outcome(tree) || !first) return AX_OK;
  one = ax_tree_add(call->arena, NULL, first, true);
  if (!one) return AX_NOMEM;
  return ax_mutant_put_answer(call,
                              ax_tree_set(call->arena, tree, "issue", *one));
}

static ax_status issues_twice(ax_mutant_call *call) {
  const ax_json *tree = ax_mutant_answer(call);
  const ax_json *issues = AX_JSON_GET(tree, "issue"), *more;
  if (!is_outcome(tree) || errors_in(issues) == 0) return AX_OK;
  more = ax_tree_add(call->arena, issues, ax_json_item(issues, 0), true);
  if (!more) return AX_NOMEM;
  return ax_mutant_put_answer(call,
                              ax_tree_set(call->arena, tree, "issue", *more));
}

/* The place is that of the element around. */
static bool outer(void *ctx, ax_arena *arena, const ax_json *old,
                  ax_json *out) {
  (void)ctx, (void)arena;
  if (!old) return false;
  ax_str text = ax_json_text(old);
  size_t len = text.len;
  while (len && text.ptr[len - 1] != '.') len--;
  if (len) text.len = len - 1;
  *out = ax_json_edit_string(text);
  return true;
}

static ax_status place_around(ax_mutant_call *call) {
  return edit_issues(call, "issue[].expression[0]", outer, NULL);
}

/* Positions in arrays are left out: name[1] -> name. */
static bool no_index(void *ctx, ax_arena *arena, const ax_json *old,
                     ax_json *out) {
  (void)ctx;
  if (!old) return false;
  char *text = ax_arena_cstr(arena, ax_json_text(old)), *to = text;
  *out = *old;
  if (!text) return true;
  for (const char *c = text; *c; c++) {
    if (*c == '[') c = strchr(c, ']') ? strchr(c, ']') : c;
    if (*c != ']' && *c != '[') *to++ = *c;
  }
  *to = '\0';
  *out = ax_json_edit_string(ax_str_from(text));
  return true;
}

static ax_status place_without_index(ax_mutant_call *call) {
  return edit_issues(call, "issue[].expression[0]", no_index, NULL);
}

static bool one_line_on(void *ctx, ax_arena *arena, const ax_json *old,
                        ax_json *out) {
  (void)ctx;
  uint64_t n = 0;
  if (!old) return false;
  *out = *old;
  if (!ax_str_uint64(ax_json_text(old), UINT32_MAX, &n)) return true;
  ax_str digits = ax_arena_printf(arena, "%llu", (unsigned long long)n + 1);
  if (digits.ptr) *out = ax_tree_number(digits);
  return true;
}

static ax_status line_off(ax_mutant_call *call) {
  return edit_issues(call, "issue[].extension[0].valueInteger", one_line_on,
                     NULL);
}

/* --- $validate ------------------------------------------------------------ */

static ax_status always_valid(ax_mutant_call *call) {
  if (call->rs->status == 200) call->rs->body = ax_str_from(all_ok);
  return AX_OK;
}

static ax_status invalid_422(ax_mutant_call *call) {
  const ax_json *tree = ax_mutant_answer(call);
  if (call->rs->status == 200 && errors_in(AX_JSON_GET(tree, "issue")))
    call->rs->status = 422;
  return AX_OK;
}

/* What is checked is stored as well. */
static ax_status validate_stores(ax_mutant_call *call) {
  AX_TRY(ax_mutant_forward(call));
  ax_str type = AX_JSON_STR(ax_mutant_sent(call), "resourceType");
  if (!type.len || call->rs->status != 200) return AX_OK;
  ax_proxy_response ignored;
  ax_str path = AX_JOIN(call->arena, AX_STR("/"), type);
  return ax_mutant_ask(call, "POST", path, AX_STR(""), call->rq->body,
                       &ignored);
}

/* The parameter `a` of a Parameters body is passed over as well. */
static bool is_other(void *ctx, const ax_json *part) {
  const ax_mutant *m = ctx;
  return !ax_str_eq(AX_JSON_STR(part, "name"), ax_str_from(m->a));
}

static ax_status ignore_parameter(ax_mutant_call *call) {
  AX_TRY(ax_mutant_drop_param(call));
  const ax_json *sent = ax_mutant_sent(call);
  const ax_json *parts = AX_JSON_GET(sent, "parameter");
  if (!parts) return AX_OK;
  ax_mutant copy = *call->mutant;
  const ax_json *left = ax_tree_filter(call->arena, parts, is_other, &copy);
  if (!left) return AX_NOMEM;
  if (ax_json_count(left) == ax_json_count(parts)) return AX_OK;
  return ax_mutant_put_sent(call,
                            ax_tree_set(call->arena, sent, "parameter", *left));
}

/* Profiles of our package that are asked for are passed over. */
static bool not_ours(ax_mutant_call *call, ax_mutant_param *param) {
  (void)call;
  return !ax_str_eq(param->name, AX_STR("profile")) ||
         !has(param->value, "auspex-gateway.org");
}

static ax_status ignore_ours(ax_mutant_call *call) {
  return ax_mutant_params(call, not_ours);
}

/* Requests that cannot be done are done without what was wrong: `a`. */
static ax_status forgive(ax_mutant_call *call) {
  AX_TRY(ax_mutant_forward(call));
  if (call->rs->status != 400) return AX_OK;
  AX_TRY(ax_mutant_drop_param(call));
  return ax_mutant_forward(call);
}

static ax_status type_of_body(ax_mutant_call *call) {
  call->rq->path = AX_JOIN(call->arena, call->base, AX_STR("/$validate"));
  return call->rq->path.ptr ? AX_OK : AX_NOMEM;
}

static ax_status claims_nothing(ax_mutant_call *call) {
  const ax_json *sent = ax_mutant_sent(call);
  if (!ax_json_is(sent, AX_JSON_OBJECT)) return AX_OK;
  return ax_mutant_change_sent(
      call, sent, ax_tree_remove(call->arena, sent, "meta.profile"));
}

#define V AX_ON_VALIDATE
#define BLIND 0, .after = blind

static const ax_mutant items[] = {
  { "blind-count-min", "validate-mandatory", "what is missing is not found",
    BLIND, .a = "count-min" },
  { "blind-count-max", "validate-cardinality", "what is too many is not found",
    BLIND, .a = "count-max" },
  { "blind-array", "validate-cardinality",
    "arrays where there may be one are not found", BLIND,
    .a = "array-unexpected" },
  { "blind-no-array", "validate-cardinality",
    "single values where there is an array are not found", BLIND,
    .a = "array-missing" },
  { "blind-array-empty", "validate-format", "empty arrays are not found", BLIND,
    .a = "array-empty" },
  { "blind-object-empty", "validate-format", "empty objects are not found",
    BLIND, .a = "object-empty" },
  { "blind-format", "validate-format", "values in a wrong form are not found",
    BLIND, .a = "value-format" },
  { "blind-not-object", "validate-type",
    "values where an object belongs are not found", BLIND,
    .a = "value-not-object" },
  { "blind-unknown-element", "validate-unknown",
    "elements that there are not are not found", BLIND,
    .a = "element-unknown" },
  { "blind-binding", "validate-binding",
    "codes outside of a required value set are not found", BLIND,
    .a = "code-not-in-value-set" },
  { "blind-code", "validate-binding",
    "codes that their system lacks are not found", BLIND, .a = "code-unknown" },
  { "blind-invariants", "validate-invariant", "no invariant is checked", BLIND,
    .a = "invariant-failed" },
  { "blind-obs-6", "validate-invariant", "obs-6 is not checked", BLIND,
    .a = "invariant-failed", .b = "obs-6" },
  { "blind-pat-1", "validate-invariant", "pat-1 is not checked", BLIND,
    .a = "invariant-failed", .b = "pat-1" },
  { "blind-per-1", "validate-invariant", "per-1 is not checked", BLIND,
    .a = "invariant-failed", .b = "per-1" },
  { "blind-txt-1", "validate-narrative", "txt-1 is not checked", BLIND,
    .a = "invariant-failed", .b = "txt-1" },
  { "blind-reference-type", "validate-reference",
    "references to a type that is not allowed are not found", BLIND,
    .a = "reference-type" },
  { "blind-reference-shape", "validate-reference",
    "what is no reference is not found", BLIND, .a = "reference-shape" },
  { "blind-fragment", "validate-reference",
    "references to nothing contained are not found", BLIND,
    .a = "reference-fragment" },
  { "blind-contained", "validate-contained",
    "contained resources that nobody needs are not found", BLIND,
    .a = "contained-unused" },
  { "blind-extension-modifier", "validate-extension",
    "modifier extensions that are not known are not found", BLIND,
    .a = "extension-unknown", .b = "modifier" },
  { "blind-extension", "validate-warning",
    "extensions that are not known are not named", BLIND,
    .a = "extension-unknown", .b = "not defined in the loaded packages" },
  { "blind-extension-context", "validate-extension",
    "extensions where they do not belong are not found", BLIND,
    .a = "extension-context" },
  { "blind-extension-url", "validate-extension",
    "extensions without a url are not found", BLIND, .a = "count-min",
    .b = "Extension.url" },
  { "blind-attachment", "validate-attachment",
    "sizes of attachments are not checked", BLIND, .a = "attachment-size" },
  { "blind-xhtml-element", "validate-narrative",
    "elements that a narrative may not have are not found", BLIND,
    .a = "xhtml-element" },
  { "blind-xhtml-root", "validate-narrative",
    "narratives outside of XHTML are not found", BLIND, .a = "xhtml-root" },
  { "blind-xhtml-syntax", "validate-narrative",
    "narratives that are not well-formed are not found", BLIND,
    .a = "xhtml-syntax" },
  { "blind-slices", "validate-slice",
    "slices that must be there are not "
    "missed",
    BLIND, .a = "slice-min slice-none" },
  { "blind-quantity", "validate-unit",
    "quantities of our profiles without a code are not found", BLIND,
    .a = "invariant-failed", .b = "auspex-qty-1" },
  { "blind-bundle-twice", "validate-bundle",
    "entries with one fullUrl are not found", BLIND, .a = "bundle-duplicate" },
  { "blind-bundle-total", "validate-bundle",
    "a total of a collection is not found", BLIND, .a = "bundle-total" },
  { "blind-bundle-request", "validate-bundle",
    "entries of a transaction without a request are not found", BLIND,
    .a = "invariant-failed entry-no-request bundle-request", .b = "request" },
  { "blind-bundle-put", "validate-bundle",
    "a PUT that does not say what is not found", BLIND,
    .a = "bundle-request-url bundle-request bundle-request-id" },
  { "blind-profile-unknown", "validate-profile",
    "profiles that are not known are not named", BLIND,
    .a = "profile-unknown" },

  { "outcome-no-place", "validate-place", "faults have no place", 0,
    .after = without, .a = "issue[].expression" },
  { "outcome-no-text", "validate-operation", "faults have no sentence", 0,
    .after = without, .a = "issue[].details.text" },
  { "outcome-no-severity", "validate-operation", "faults have no severity", 0,
    .after = without, .a = "issue[].severity" },
  { "outcome-one-code", "validate-cardinality", "every fault is processing", 0,
    .after = other_words, .a = "issue[].code", .b = "processing" },
  { "outcome-warnings", "validate-operation", "errors are told as warnings", 0,
    .after = severities, .a = "error", .b = "warning" },
  { "outcome-hard-warnings", "validate-warning", "warnings are told as errors",
    0, .after = severities, .a = "warning", .b = "error" },
  { "outcome-no-warnings", "validate-warning", "warnings are not told", 0,
    .after = no_warnings },
  { "outcome-first", "validate-mandatory", "only the first fault is told", 0,
    .after = first_issue },
  { "outcome-twice", "validate-cardinality", "the first fault is told twice", 0,
    .after = issues_twice },
  { "outcome-place-around", "validate-place",
    "places are those of the element around", 0, .after = place_around },
  { "outcome-place-index", "validate-place",
    "places leave out which item it is", 0, .after = place_without_index },
  { "outcome-no-line", "validate-place", "lines are not told", 0,
    .after = without, .a = "issue[].extension" },
  { "outcome-line-off", "validate-place", "lines are one too many", 0,
    .after = line_off },

  { "validate-ok", "validate-operation", "$validate finds no faults", V,
    .after = always_valid },
  { "validate-422", "validate-operation", "faults found by $validate are 422",
    V, .after = invalid_422 },
  { "validate-stores", "validate-stores-nothing", "$validate stores", V,
    .instead = validate_stores },
  { "validate-no-profile", "validate-profile",
    "the parameter profile is not looked at", V, .before = ignore_parameter,
    .a = "profile" },
  { "validate-no-claim", "validate-profile", "meta.profile is not looked at",
    V | AX_ON_CREATE, .before = claims_nothing },
  { "validate-no-mode", "validate-mode", "the parameter mode is not looked at",
    V, .before = ignore_parameter, .a = "mode" },
  { "validate-mode-unknown", "validate-refused",
    "a mode that is not known is passed over", V, .instead = forgive,
    .a = "mode" },
  { "validate-unknown", "validate-refused",
    "a parameter that is not known is passed over", V, .instead = forgive,
    .a = "nonsense" },
  { "validate-any-type", "validate-refused",
    "$validate of a type takes another one", V, .before = type_of_body },
  { "blind-fixed", "validate-fixed",
    "values that a profile fixes are not checked", BLIND,
    .a = "fixed-value pattern-value" },
  { "blind-choice", "validate-type",
    "types that a choice does not allow are not found", BLIND,
    .a = "type-not-allowed" },
  { "blind-slice-max", "validate-slice",
    "slices that are too many are not "
    "found",
    BLIND, .a = "slice-max" },
  { "validate-no-own", "validate-own-profiles",
    "our own profiles are not applied", V, .before = ignore_ours },
};

const ax_mutant_table ax_mutants_validate = { items, AX_COUNT(items) };
