/* Searching: what parameters mean. */
#include "mutant.h"

#include "tree.h"
#include "json/json_edit.h"

static bool has(ax_str text, const char *part) {
  return ax_str_find(text, ax_str_from(part)) != AX_STR_NONE;
}

/* --- parameters ----------------------------------------------------------- */

/* The modifier `a` is passed over. */
static bool no_modifier(ax_mutant_call *call, ax_mutant_param *p) {
  if (ax_str_eq(p->modifier, ax_str_from(call->mutant->a)))
    p->modifier = AX_STR("");
  return true;
}

static ax_status ignore_modifier(ax_mutant_call *call) {
  return ax_mutant_params(call, no_modifier);
}

/* The modifier `a` is taken for `b` ("" for none). */
static bool swap_modifier(ax_mutant_call *call, ax_mutant_param *p) {
  if (ax_str_eq(p->modifier, ax_str_from(call->mutant->a)))
    p->modifier = ax_str_from(call->mutant->b);
  return true;
}

static ax_status other_modifier(ax_mutant_call *call) {
  return ax_mutant_params(call, swap_modifier);
}

/* Parameters with the modifier `a` are passed over. */
static bool without_modifier(ax_mutant_call *call, ax_mutant_param *p) {
  return !ax_str_eq(p->modifier, ax_str_from(call->mutant->a));
}

static ax_status drop_with_modifier(ax_mutant_call *call) {
  return ax_mutant_params(call, without_modifier);
}

static bool invert(ax_mutant_call *call, ax_mutant_param *p) {
  (void)call;
  if (!ax_str_eq(p->modifier, AX_STR("missing"))) return true;
  p->value =
      ax_str_eq(p->value, AX_STR("true")) ? AX_STR("false") : AX_STR("true");
  return true;
}

static ax_status invert_missing(ax_mutant_call *call) {
  return ax_mutant_params(call, invert);
}

static bool is_control(const ax_mutant_param *p) {
  return ax_mutant_lists("_sort _count _include _revinclude _elements _summary "
                         "_total _after _format _pretty _tag",
                         p->name);
}

/* "lt2020" and the like: prefix `a` is taken for `b`. */
static bool swap_prefix(ax_mutant_call *call, ax_mutant_param *p) {
  ax_str from = ax_str_from(call->mutant->a);
  if (is_control(p) || !ax_str_starts(p->value, from) || p->value.len < 3)
    return true;
  char next = p->value.ptr[2];
  if ((next < '0' || next > '9') && next != '-') return true;
  p->value = AX_JOIN(call->arena, ax_str_from(call->mutant->b),
                     ax_str_skip(p->value, 2));
  return true;
}

static ax_status other_prefix(ax_mutant_call *call) {
  return ax_mutant_params(call, swap_prefix);
}

/* --- tokens, references, strings ------------------------------------------ */

static bool is_token(const ax_mutant_param *p) {
  return ax_mutant_lists("code status category identifier gender _security "
                         "combo-code component-code method",
                         p->name);
}

/* system|code -> code */
static bool no_system(ax_mutant_call *call, ax_mutant_param *p) {
  (void)call;
  size_t bar = ax_str_find(p->value, AX_STR("|"));
  if (is_token(p) && bar != AX_STR_NONE && bar + 1 < p->value.len &&
      !p->modifier.len)
    p->value = ax_str_skip(p->value, bar + 1);
  return true;
}

static ax_status ignore_system(ax_mutant_call *call) {
  return ax_mutant_params(call, no_system);
}

/* system|code -> system| */
static bool no_code(ax_mutant_call *call, ax_mutant_param *p) {
  (void)call;
  size_t bar = ax_str_find(p->value, AX_STR("|"));
  if (is_token(p) && bar != AX_STR_NONE && bar > 0 && !p->modifier.len)
    p->value.len = bar + 1;
  return true;
}

static ax_status ignore_code(ax_mutant_call *call) {
  return ax_mutant_params(call, no_code);
}

/* a,b -> a */
static bool only_first(ax_mutant_call *call, ax_mutant_param *p) {
  (void)call;
  ax_str rest = p->value;
  if (!is_control(p)) p->value = ax_str_cut(&rest, ',');
  return true;
}

static ax_status first_of_list(ax_mutant_call *call) {
  return ax_mutant_params(call, only_first);
}

/* code=a&code=b -> code=a,b */
static ax_status repeat_is_or(ax_mutant_call *call) {
  ax_str query = call->rq->query, first = AX_STR("&code="), joined;
  size_t at = ax_str_find(query, first);
  if (at == AX_STR_NONE) return AX_OK;
  ax_str rest = ax_str_skip(query, at + first.len);
  size_t more = ax_str_find(rest, first);
  if (more == AX_STR_NONE) return AX_OK;
  joined = AX_JOIN(call->arena, (ax_str){ query.ptr, at + first.len + more },
                   AX_STR(","), ax_str_skip(rest, more + first.len));
  if (!joined.ptr) return AX_NOMEM;
  call->rq->query = joined;
  return AX_OK;
}

/* Type/id -> id of whatever type the parameter may have. */
static bool other_type(ax_mutant_call *call, ax_mutant_param *p) {
  if (ax_mutant_lists("patient subject organization", p->name) &&
      ax_str_starts(p->value, AX_STR("Patient/")))
    p->value = AX_JOIN(call->arena, AX_STR("Group/"), ax_str_skip(p->value, 8));
  return true;
}

static ax_status lose_reference(ax_mutant_call *call) {
  return ax_mutant_params(call, other_type);
}

/* Strings are compared with modifier `a` where there is none. */
static bool string_with(ax_mutant_call *call, ax_mutant_param *p) {
  if (!p->modifier.len &&
      ax_mutant_lists("name family given value-string phonetic", p->name))
    p->modifier = ax_str_from(call->mutant->a);
  return true;
}

static ax_status strings_as(ax_mutant_call *call) {
  return ax_mutant_params(call, string_with);
}

/* --- dates, numbers, quantities ------------------------------------------- */

static bool is_date(const ax_mutant_param *p) {
  return ax_mutant_lists("date birthdate effective", p->name) &&
         p->value.len >= 4 && p->value.ptr[0] >= '0' && p->value.ptr[0] <= '9';
}

/* 2026 and 2026-01 are their first day. */
static bool first_day(ax_mutant_call *call, ax_mutant_param *p) {
  if (!is_date(p)) return true;
  if (p->value.len == 4)
    p->value = AX_JOIN(call->arena, p->value, AX_STR("-01-01"));
  else if (p->value.len == 7)
    p->value = AX_JOIN(call->arena, p->value, AX_STR("-01"));
  return true;
}

static ax_status dates_are_days(ax_mutant_call *call) {
  return ax_mutant_params(call, first_day);
}

/* Days are their month. */
static bool whole_month(ax_mutant_call *call, ax_mutant_param *p) {
  (void)call;
  if (is_date(p) && p->value.len == 10) p->value.len = 7;
  return true;
}

static ax_status dates_are_months(ax_mutant_call *call) {
  return ax_mutant_params(call, whole_month);
}

static bool is_number(const ax_mutant_param *p) {
  return ax_mutant_lists("probability value-quantity combo-value-quantity "
                         "component-value-quantity",
                         p->name);
}

/* 5 means 5.000 */
static bool exactly(ax_mutant_call *call, ax_mutant_param *p) {
  if (!is_number(p) || !p->value.len || p->value.ptr[0] < '0' ||
      p->value.ptr[0] > '9')
    return true;
  ax_str rest = p->value, number = ax_str_cut(&rest, '|');
  bool point = ax_str_find(number, AX_STR(".")) != AX_STR_NONE;
  p->value =
      AX_JOIN(call->arena, number, point ? AX_STR("0000") : AX_STR(".0000"),
              rest.len ? AX_STR("|") : AX_STR(""), rest);
  return true;
}

static ax_status exact_numbers(ax_mutant_call *call) {
  return ax_mutant_params(call, exactly);
}

/* number|system|code -> number */
static bool no_unit(ax_mutant_call *call, ax_mutant_param *p) {
  (void)call;
  ax_str rest = p->value;
  if (is_number(p)) p->value = ax_str_cut(&rest, '|');
  return true;
}

static ax_status ignore_unit(ax_mutant_call *call) {
  return ax_mutant_params(call, no_unit);
}

typedef struct {
  ax_str unit;
} unit_asked;

static bool in_unit(void *ctx, const ax_json *entry) {
  const unit_asked *asked = ctx;
  ax_str code = ax_json_text(ax_tree_at(entry, "resource.valueQuantity.code"));
  return !code.len || ax_str_eq(code, asked->unit);
}

static ax_status keep_entries(ax_mutant_call *call, ax_tree_keep keep,
                              void *ctx) {
  const ax_json *tree = ax_mutant_answer(call);
  const ax_json *old = AX_JSON_GET(tree, "entry");
  if (!old || call->rs->status != 200) return AX_OK;
  const ax_json *now = ax_tree_filter(call->arena, old, keep, ctx);
  if (!now) return AX_NOMEM;
  ax_str total = ax_arena_printf(call->arena, "%zu", ax_json_count(now));
  if (!total.ptr) return AX_NOMEM;
  tree = ax_json_count(now) ? ax_tree_set(call->arena, tree, "entry", *now)
                            : ax_tree_remove(call->arena, tree, "entry");
  if (!tree) return AX_NOMEM;
  if (ax_json_count(now) != ax_json_count(old))
    tree = ax_tree_replace(call->arena, tree, "total", ax_tree_number(total));
  return ax_mutant_put_answer(call, tree);
}

/* Only what was stored in the unit that is asked for. */
static ax_status no_conversion(ax_mutant_call *call) {
  ax_str query = call->rq->query;
  size_t at = ax_str_find(query, AX_STR("unitsofmeasure.org%7C"));
  size_t skip = 21;
  if (at == AX_STR_NONE) {
    at = ax_str_find(query, AX_STR("unitsofmeasure.org|"));
    skip = 19;
  }
  if (at == AX_STR_NONE) return AX_OK;
  ax_str rest = ax_str_skip(query, at + skip);
  unit_asked asked = { ax_str_cut(&rest, '&') };
  asked.unit = ax_mutant_swap(call->arena, asked.unit, "%2F", "/");
  return keep_entries(call, in_unit, &asked);
}

/* a$b -> a&b: the parts need not belong together. */
static bool split_composite(ax_mutant_call *call, ax_mutant_param *p) {
  (void)call;
  size_t dollar = ax_str_find(p->value, AX_STR("$"));
  if (dollar == AX_STR_NONE) return true;
  if (ax_str_eq(p->name, AX_STR("component-code-value-quantity"))) {
    p->name = AX_STR("component-value-quantity");
    p->value = ax_str_skip(p->value, dollar + 1);
  }
  return true;
}

static ax_status loose_composite(ax_mutant_call *call) {
  return ax_mutant_params(call, split_composite);
}

/* Of a composite only the code counts. */
static bool code_of_composite(ax_mutant_call *call, ax_mutant_param *p) {
  (void)call;
  size_t dollar = ax_str_find(p->value, AX_STR("$"));
  if (dollar == AX_STR_NONE ||
      !ax_str_ends(p->name, AX_STR("code-value-quantity")))
    return true;
  p->value.len = dollar;
  p->name.len -= 15; /* "-value-quantity" */
  return true;
}

static ax_status half_composite(ax_mutant_call *call) {
  return ax_mutant_params(call, code_of_composite);
}

/* --- chains --------------------------------------------------------------- */

static bool is_chain(const ax_mutant_param *p) {
  return ax_str_find(p->name, AX_STR(".")) != AX_STR_NONE ||
         ax_str_find(p->modifier, AX_STR(".")) != AX_STR_NONE;
}

static bool no_chain(ax_mutant_call *call, ax_mutant_param *p) {
  (void)call;
  return !is_chain(p);
}

static ax_status ignore_chain(ax_mutant_call *call) {
  return ax_mutant_params(call, no_chain);
}

static bool no_has(ax_mutant_call *call, ax_mutant_param *p) {
  (void)call;
  return !ax_str_starts(p->name, AX_STR("_has"));
}

static ax_status ignore_has(ax_mutant_call *call) {
  return ax_mutant_params(call, no_has);
}

/* The parameter `a` of the type `b` is not known. */
static bool renamed(ax_mutant_call *call, ax_mutant_param *p) {
  if (ax_str_eq(call->type, ax_str_from(call->mutant->b)) &&
      ax_str_eq(p->name, ax_str_from(call->mutant->a)))
    p->name = AX_STR("not-known-here");
  return true;
}

static ax_status not_known(ax_mutant_call *call) {
  return ax_mutant_params(call, renamed);
}

/* _has of _has is passed over. */
static bool no_nested_has(ax_mutant_call *call, ax_mutant_param *p) {
  (void)call;
  if (!ax_str_starts(p->name, AX_STR("_has:"))) return true;
  return ax_str_find(ax_str_skip(p->name, 5), AX_STR("_has:")) == AX_STR_NONE;
}

static ax_status ignore_nested_has(ax_mutant_call *call) {
  return ax_mutant_params(call, no_nested_has);
}

/* subject:Patient.birthdate is passed over, patient.birthdate is not. */
static bool no_typed_chain(ax_mutant_call *call, ax_mutant_param *p) {
  (void)call;
  return ax_str_find(p->modifier, AX_STR(".")) == AX_STR_NONE;
}

static ax_status ignore_typed_chain(ax_mutant_call *call) {
  return ax_mutant_params(call, no_typed_chain);
}

/* Strings in capitals are found as they are written only. */
static bool capitals_count(ax_mutant_call *call, ax_mutant_param *p) {
  (void)call;
  bool capital =
      p->value.len && p->value.ptr[0] >= 'A' && p->value.ptr[0] <= 'Z';
  if (capital && !p->modifier.len &&
      ax_mutant_lists("name family given", p->name))
    p->modifier = AX_STR("exact");
  return true;
}

static ax_status case_counts(ax_mutant_call *call) {
  return ax_mutant_params(call, capitals_count);
}

/* --- refusals ------------------------------------------------------------- */

/* What is not known is passed over and nothing is said. */
static ax_status silent(ax_mutant_call *call) {
  AX_TRY(ax_mutant_forward(call));
  if (call->rs->status != 400) return AX_OK;
  AX_TRY(ax_proxy_message_set(call->arena, &call->rq->fields, AX_STR("Prefer"),
                              AX_STR("handling=lenient")));
  return ax_mutant_forward(call);
}

static bool is_match(void *ctx, const ax_json *entry) {
  (void)ctx;
  ax_str mode = ax_json_text(ax_tree_at(entry, "search.mode"));
  return !ax_str_eq(mode, AX_STR("outcome"));
}

static ax_status no_outcome(ax_mutant_call *call) {
  const ax_json *tree = ax_mutant_answer(call);
  const ax_json *entries = AX_JSON_GET(tree, "entry");
  if (!entries) return AX_OK;
  const ax_json *now = ax_tree_filter(call->arena, entries, is_match, NULL);
  if (!now) return AX_NOMEM;
  if (ax_json_count(now) == ax_json_count(entries)) return AX_OK;
  return ax_mutant_put_answer(call,
                              ax_tree_set(call->arena, tree, "entry", *now));
}

/* A value that is none is passed over: parameters `a`. */
static ax_status forgive(ax_mutant_call *call) {
  AX_TRY(ax_mutant_forward(call));
  if (call->rs->status != 400) return AX_OK;
  AX_TRY(ax_mutant_drop_param(call));
  return ax_mutant_forward(call);
}

/* Refusals that hold `a` find nothing. */
static ax_status find_nothing(ax_mutant_call *call) {
  if (call->rs->status != 400 || !has(call->rs->body, call->mutant->a))
    return AX_OK;
  call->rs->status = 200;
  call->rs->body = AX_STR("{\"resourceType\":\"Bundle\",\"type\":"
                          "\"searchset\",\"total\":0}");
  return AX_OK;
}

#define S AX_ON_SEARCH
#define DROP S, .before = ax_mutant_drop_param
#define PREFIX(from, to) S, .before = other_prefix, .a = from, .b = to

static const ax_mutant items[] = {
  { "search-code", "search-token", "code is not looked at", DROP, .a = "code" },
  { "search-status", "search-token", "status is not looked at", DROP,
    .a = "status" },
  { "search-gender", "search-token", "gender is not looked at", DROP,
    .a = "gender" },
  { "search-identifier", "search-token", "identifier is not looked at", DROP,
    .a = "identifier" },
  { "search-telecom", "search-token", "phone and email are not looked at", DROP,
    .a = "phone email telecom" },
  { "search-deceased", "search-token", "deceased is not looked at", DROP,
    .a = "deceased" },
  { "search-combo-code", "search-token", "combo-code is not looked at", DROP,
    .a = "combo-code" },
  { "search-token-system", "search-token",
    "the system of a token is not "
    "looked at",
    S, .before = ignore_system },
  { "search-token-code", "search-token",
    "of system|code only the system "
    "counts",
    S, .before = ignore_code },
  { "search-or", "search-token", "of several values only the first counts", S,
    .before = first_of_list },
  { "search-and", "search-token", "a repeated parameter is an or", S,
    .before = repeat_is_or },
  { "search-patient", "search-reference", "patient is not looked at", DROP,
    .a = "patient" },
  { "search-subject", "search-reference", "subject is not looked at", DROP,
    .a = "subject" },
  { "search-organization", "search-reference", "organization is not looked at",
    DROP, .a = "organization" },
  { "search-reference-type", "search-reference",
    "Type/id of another type is compared", S, .before = lose_reference },
  { "search-date", "search-date", "date is not looked at", DROP, .a = "date" },
  { "search-birthdate", "search-date", "birthdate is not looked at", DROP,
    .a = "birthdate" },
  { "search-date-precision", "search-date",
    "a year or month means its first day", S, .before = dates_are_days },
  { "search-date-coarse", "search-date", "a day means its month", S,
    .before = dates_are_months },
  { "search-gt-as-ge", "search-prefix", "gt is taken for ge",
    PREFIX("gt", "ge") },
  { "search-lt-as-le", "search-prefix", "lt is taken for le",
    PREFIX("lt", "le") },
  { "search-ge-as-gt", "search-prefix", "ge is taken for gt",
    PREFIX("ge", "gt") },
  { "search-le-as-lt", "search-prefix", "le is taken for lt",
    PREFIX("le", "lt") },
  { "search-gt-as-lt", "search-prefix", "gt is taken for lt",
    PREFIX("gt", "lt") },
  { "search-sa-as-lt", "search-prefix", "sa is taken for lt",
    PREFIX("sa", "lt") },
  { "search-eb-as-gt", "search-prefix", "eb is taken for gt",
    PREFIX("eb", "gt") },
  { "search-ne-as-eq", "search-prefix", "ne is taken for eq",
    PREFIX("ne", "eq") },
  { "search-ap-as-eq", "search-prefix", "ap is taken for eq",
    PREFIX("ap", "eq") },
  { "search-string-exact", "search-string", "strings are found whole only", S,
    .before = strings_as, .a = "exact" },
  { "search-string-contains", "search-string", "strings are found inside", S,
    .before = strings_as, .a = "contains" },
  { "search-name", "search-string", "name is not looked at", DROP,
    .a = "name" },
  { "search-family", "search-string", "family is not looked at", DROP,
    .a = "family" },
  { "search-phonetic", "search-string", "phonetic is not looked at", DROP,
    .a = "phonetic" },
  { "search-value-string", "search-string", "value-string is not looked at",
    DROP, .a = "value-string" },
  { "search-url", "search-uri", "url is not looked at", DROP, .a = "url" },
  { "search-below", "search-uri", ":below is taken for equal", S,
    .before = ignore_modifier, .a = "below" },
  { "search-url-below", "search-uri", "uris are found by their beginning", S,
    .before = other_modifier, .a = "", .b = "below" },
  { "search-probability", "search-number", "probability is not looked at", DROP,
    .a = "probability" },
  { "search-number-precision", "search-quantity", "5 means exactly 5", S,
    .before = exact_numbers },
  { "search-value-quantity", "search-quantity",
    "value-quantity is not looked at", DROP, .a = "value-quantity" },
  { "search-unit-ignored", "search-quantity-ucum",
    "units of quantities are not looked at", S, .before = ignore_unit },
  { "search-unit-unconverted", "search-quantity-ucum",
    "quantities are found in their own unit only", S, .after = no_conversion },
  { "search-composite-loose", "search-composite",
    "the parts of a composite need not belong together", S,
    .before = loose_composite },
  { "search-composite-half", "search-composite",
    "of a composite only the code counts", S, .before = half_composite },
  { "search-id", "search-special", "_id is not looked at", DROP, .a = "_id" },
  { "search-last-updated", "search-special", "_lastUpdated is not looked at",
    DROP, .a = "_lastUpdated" },
  { "search-profile", "search-special", "_profile is not looked at", DROP,
    .a = "_profile" },
  { "search-security", "search-special", "_security is not looked at", DROP,
    .a = "_security" },
  { "search-source", "search-special", "_source is not looked at", DROP,
    .a = "_source" },
  { "search-tag", "search-special", "_tag is not looked at", DROP,
    .a = "_tag" },
  { "search-not", "search-modifiers", ":not is not looked at", S,
    .before = ignore_modifier, .a = "not" },
  { "search-not-dropped", "search-modifiers", ":not excludes nothing", S,
    .before = drop_with_modifier, .a = "not" },
  { "search-missing", "search-modifiers", ":missing is turned round", S,
    .before = invert_missing },
  { "search-missing-dropped", "search-modifiers", ":missing is passed over", S,
    .before = drop_with_modifier, .a = "missing" },
  { "search-text", "search-modifiers", ":text is passed over", S,
    .before = drop_with_modifier, .a = "text" },
  { "search-exact", "search-modifiers", ":exact is not looked at", S,
    .before = ignore_modifier, .a = "exact" },
  { "search-contains", "search-modifiers", ":contains is not looked at", S,
    .before = ignore_modifier, .a = "contains" },
  { "search-in", "search-modifiers", ":in and :not-in are the same", S,
    .before = other_modifier, .a = "not-in", .b = "in" },
  { "search-in-dropped", "search-modifiers", ":not-in is passed over", S,
    .before = drop_with_modifier, .a = "not-in" },
  { "search-of-type", "search-modifiers", ":of-type is passed over", S,
    .before = drop_with_modifier, .a = "of-type" },
  { "search-ref-identifier", "search-modifiers", ":identifier is passed over",
    S, .before = drop_with_modifier, .a = "identifier" },
  { "search-chain", "search-chain", "chains are passed over", S,
    .before = ignore_chain },
  { "search-has", "search-has", "_has is passed over", S,
    .before = ignore_has },
  { "search-chain-empty", "search-refused",
    "a chain through several types finds nothing", S, .after = find_nothing,
    .a = "through which type" },
  { "search-modifier-unknown", "search-refused",
    "a modifier that is not known finds nothing", S, .after = find_nothing,
    .a = "nonsense" },

  { "search-unknown-silent", "search-unknown",
    "parameters that are not known are passed over", S, .instead = silent },
  { "search-lenient-silent", "search-lenient",
    "with handling=lenient nothing is said of what was passed over", S,
    .after = no_outcome },
  { "search-lenient-refused", "search-lenient",
    "handling=lenient is not looked at", S, .before = ax_mutant_drop_sent_field,
    .a = "Prefer" },
  { "search-count-garbled", "search-refused",
    "a _count that is no number is passed over", S, .instead = forgive,
    .a = "_count" },
  { "search-cursor-garbled", "search-refused",
    "a page that is none is the first", S, .instead = forgive, .a = "_after" },
  { "search-total-garbled", "search-total",
    "a _total that is none is passed over", S, .instead = forgive,
    .a = "_total" },
  { "search-onset-date", "search-parameters",
    "onset-date of Condition is not known", S, .before = not_known,
    .a = "onset-date", .b = "Condition" },
  { "search-performer", "search-parameters",
    "performer of ServiceRequest is not known", S, .before = not_known,
    .a = "performer", .b = "ServiceRequest" },
  { "search-condition-code", "search-parameters",
    "clinical-status is passed over", DROP, .a = "clinical-status" },
  { "search-include-once", "search-include", ":iterate is not looked at", S,
    .before = ignore_modifier, .a = "iterate" },
  { "search-has-nested", "search-has", "_has of _has is passed over", S,
    .before = ignore_nested_has },
  { "search-chain-typed", "search-chain",
    "chains that name a type are passed over", S,
    .before = ignore_typed_chain },
  { "search-string-case", "search-string", "capitals count in strings", S,
    .before = case_counts },
};

const ax_mutant_table ax_mutants_search = { items, AX_COUNT(items) };
