/* What HTTP and the FHIR REST API ask of every answer. */
#include "mutant.h"

#include "tree.h"
#include "json/json_edit.h"

#define FHIR_JSON "application/fhir+json; charset=utf-8"

static ax_str sent_field(ax_mutant_call *call, ax_str name) {
  return ax_proxy_message_get(&call->rq->fields, name);
}

static ax_status set_media(ax_mutant_call *call, ax_str media) {
  return ax_proxy_message_set(call->arena, &call->rs->fields,
                              AX_STR("Content-Type"), media);
}

static bool has(ax_str text, const char *part) {
  return ax_str_find(text, ax_str_from(part)) != AX_STR_NONE;
}

/* --- negotiation ---------------------------------------------------------- */

static bool not_format(ax_mutant_call *call, ax_mutant_param *param) {
  (void)call;
  return !ax_str_eq(param->name, AX_STR("_format"));
}

/* 406 becomes an answer in what there is. */
static ax_status serve_anyway(ax_mutant_call *call) {
  AX_TRY(ax_mutant_forward(call));
  if (call->rs->status != 406) return AX_OK;
  ax_proxy_message_drop(&call->rq->fields, AX_STR("Accept"));
  AX_TRY(ax_mutant_params(call, not_format));
  return ax_mutant_forward(call);
}

/* 415 becomes an attempt to read the body as FHIR JSON. */
static ax_status read_anyway(ax_mutant_call *call) {
  AX_TRY(ax_mutant_forward(call));
  if (call->rs->status != 415) return AX_OK;
  AX_TRY(ax_proxy_message_set(call->arena, &call->rq->fields,
                              AX_STR("Content-Type"),
                              AX_STR("application/fhir+json")));
  return ax_mutant_forward(call);
}

/* Parameters of the media type that hold `a` are not looked at. */
static ax_status forget_media_param(ax_mutant_call *call) {
  ax_str media = sent_field(call, AX_STR("Content-Type")), rest = media;
  if (!has(media, call->mutant->a)) return AX_OK;
  return ax_proxy_message_set(call->arena, &call->rq->fields,
                              AX_STR("Content-Type"), ax_str_cut(&rest, ';'));
}

static ax_status no_charset(ax_mutant_call *call) {
  ax_str media =
      ax_proxy_message_get(&call->rs->fields, AX_STR("Content-Type"));
  ax_str rest = media;
  return media.len ? set_media(call, ax_str_cut(&rest, ';')) : AX_OK;
}

static ax_status no_format(ax_mutant_call *call) {
  return ax_mutant_params(call, not_format);
}

static ax_status always_fhir_json(ax_mutant_call *call) {
  ax_str media =
      ax_proxy_message_get(&call->rs->fields, AX_STR("Content-Type"));
  return has(media, "application/json") ? set_media(call, AX_STR(FHIR_JSON))
                                        : AX_OK;
}

/* Of several types that the client names, only the first counts. */
static ax_status first_accept(ax_mutant_call *call) {
  ax_str accept = sent_field(call, AX_STR("Accept")), rest = accept;
  ax_str first = ax_str_cut(&rest, ',');
  return rest.len ? ax_proxy_message_set(call->arena, &call->rq->fields,
                                         AX_STR("Accept"), first)
                  : AX_OK;
}

/* Every type that the client names is as welcome as the others. */
static ax_status forget_quality(ax_mutant_call *call) {
  ax_str rest = sent_field(call, AX_STR("Accept")), out = AX_STR("");
  while (rest.len) {
    ax_str one = ax_str_cut(&rest, ','), media = ax_str_cut(&one, ';');
    out = AX_JOIN(call->arena, out, out.len ? AX_STR(",") : AX_STR(""), media);
    if (!out.ptr) return AX_NOMEM;
  }
  return out.len ? ax_proxy_message_set(call->arena, &call->rq->fields,
                                        AX_STR("Accept"), out)
                 : AX_OK;
}

static ax_status head_length(ax_mutant_call *call) {
  if (!ax_str_eq(call->rq->method, AX_STR("HEAD"))) return AX_OK;
  return ax_proxy_message_set(call->arena, &call->rs->fields,
                              AX_STR("Content-Length"), AX_STR("1"));
}

/* --- compression ---------------------------------------------------------- */

static ax_status announce_gzip(ax_mutant_call *call) {
  bool asked = has(sent_field(call, AX_STR("Accept-Encoding")), "gzip");
  ax_proxy_message_drop(&call->rq->fields, AX_STR("Accept-Encoding"));
  AX_TRY(ax_mutant_forward(call));
  if (!asked || !call->rs->body.len) return AX_OK;
  return ax_proxy_message_set(call->arena, &call->rs->fields,
                              AX_STR("Content-Encoding"), AX_STR("gzip"));
}

static ax_status always_gzip(ax_mutant_call *call) {
  return ax_proxy_message_set(call->arena, &call->rq->fields,
                              AX_STR("Accept-Encoding"), AX_STR("gzip"));
}

/* --- methods and addresses ------------------------------------------------ */

static ax_status refuse(ax_mutant_call *call, int status, ax_str body) {
  *call->rs = (ax_proxy_response){ .status = status, .body = body };
  return set_media(call, AX_STR(FHIR_JSON));
}

#define OUTCOME(code, text)                                                 \
  AX_STR("{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":" \
         "\"error\",\"code\":\"" code "\",\"details\":{\"text\":\"" text    \
         "\"}}]}")

/* Method `a` is not offered. */
static ax_status refuse_method(ax_mutant_call *call) {
  if (!ax_str_eq(call->rq->method, ax_str_from(call->mutant->a)))
    return ax_mutant_forward(call);
  return refuse(call, 405, OUTCOME("not-supported", "this is not offered"));
}

static ax_status no_allow(ax_mutant_call *call) {
  if (call->rs->status == 405)
    ax_proxy_message_drop(&call->rs->fields, AX_STR("Allow"));
  return AX_OK;
}

static ax_status no_allow_on_options(ax_mutant_call *call) {
  if (ax_str_eq(call->rq->method, AX_STR("OPTIONS")))
    ax_proxy_message_drop(&call->rs->fields, AX_STR("Allow"));
  return AX_OK;
}

static ax_status not_below(ax_mutant_call *call) {
  if (!ax_str_eq(call->base, AX_STR("/fhir/R4")))
    return ax_mutant_forward(call);
  return refuse(call, 404, OUTCOME("not-found", "nothing at this address"));
}

/* Links in answers under the alias lead to the other name. */
static ax_status links_without_alias(ax_mutant_call *call) {
  if (ax_str_eq(call->base, AX_STR("/fhir/R4")))
    call->rs->body =
        ax_mutant_swap(call->arena, call->rs->body, "/fhir/R4/", "/fhir/");
  return AX_OK;
}

static ax_status no_slash_at_end(ax_mutant_call *call) {
  if (!ax_str_ends(call->rq->path, AX_STR("/"))) return ax_mutant_forward(call);
  return refuse(call, 404, OUTCOME("not-found", "nothing at this address"));
}

static bool not_pretty(ax_mutant_call *call, ax_mutant_param *param) {
  (void)call;
  if (!ax_str_eq(param->name, AX_STR("_pretty"))) return true;
  param->name = AX_STR("pretty_is_unknown");
  return true;
}

static ax_status refuse_pretty(ax_mutant_call *call) {
  ax_str before = call->rq->query;
  AX_TRY(ax_mutant_params(call, not_pretty));
  if (ax_str_eq(before, call->rq->query)) return ax_mutant_forward(call);
  return refuse(call, 400, OUTCOME("not-supported", "_pretty is not known"));
}

/* --- errors --------------------------------------------------------------- */

static ax_status html_errors(ax_mutant_call *call) {
  if (call->rs->status < 400) return AX_OK;
  call->rs->body = AX_STR("<html><body>Something went wrong</body></html>");
  return set_media(call, AX_STR("text/html"));
}

static ax_status empty_errors(ax_mutant_call *call) {
  return call->rs->status < 400 ? AX_OK : ax_mutant_drop_body(call);
}

/* A plain object instead of an OperationOutcome. */
static ax_status plain_errors(ax_mutant_call *call) {
  if (call->rs->status < 400) return AX_OK;
  call->rs->body = AX_STR("{\"error\":\"bad request\"}");
  return AX_OK;
}

/* Errors that say nothing: the details are gone. */
static ax_status mute_errors(ax_mutant_call *call) {
  const ax_json *tree = ax_mutant_answer(call);
  if (call->rs->status < 400 || !tree) return AX_OK;
  tree = ax_tree_remove(call->arena, tree, "issue[].details");
  if (tree) tree = ax_tree_remove(call->arena, tree, "issue[].diagnostics");
  return ax_mutant_put_answer(call, tree);
}

static ax_status errors_code(ax_mutant_call *call) {
  const ax_json *tree = ax_mutant_answer(call);
  ax_json code = ax_json_edit_string(AX_STR("exception"));
  if (call->rs->status < 400 || !tree) return AX_OK;
  return ax_mutant_put_answer(
      call, ax_tree_replace(call->arena, tree, "issue[].code", code));
}

/* Is it about JSON that cannot be read, of the kind that `a` names? */
static bool is_syntax(ax_mutant_call *call) {
  ax_str text = call->rs->body;
  return call->rs->status == 400 && has(text, "json-syntax") &&
         has(text, call->mutant->a);
}

static ax_status accept_syntax(ax_mutant_call *call) {
  return is_syntax(call) ? ax_mutant_pretend(call, 201) : AX_OK;
}

static ax_status syntax_500(ax_mutant_call *call) {
  if (is_syntax(call)) call->rs->status = 500;
  return AX_OK;
}

/* 200 and an OperationOutcome of errors. */
static ax_status errors_200(ax_mutant_call *call) {
  int status = call->rs->status;
  if (status == 400 || status == 422) call->rs->status = 200;
  return AX_OK;
}

/* Refusals that hold `a` become an empty searchset. */
static ax_status nothing_found(ax_mutant_call *call) {
  if (call->rs->status != 404 || !has(call->rs->body, call->mutant->a))
    return AX_OK;
  call->rs->status = 200;
  call->rs->body = AX_STR("{\"resourceType\":\"Bundle\",\"type\":\"searchset\","
                          "\"total\":0}");
  return AX_OK;
}

/* --- the CapabilityStatement ---------------------------------------------- */

static ax_status no_definition(ax_mutant_call *call) {
  if (!ax_str_eq(call->type, AX_STR("OperationDefinition")))
    return ax_mutant_forward(call);
  return refuse(call, 404, OUTCOME("not-found", "there is none"));
}

#define ALL 0
#define META AX_ON_METADATA, .after

static const ax_mutant items[] = {
  { "accept-ignored-406", "http-not-acceptable",
    "an Accept or _format that cannot be served is answered in JSON", ALL,
    .instead = serve_anyway },
  { "406-as-400", "http-not-acceptable", "what cannot be served is 400", ALL,
    .after = ax_mutant_status, .a = "406", .b = "400" },
  { "media-unchecked", "http-content-type",
    "a body of any media type is read as FHIR JSON", ALL,
    .instead = read_anyway },
  { "415-as-400", "http-content-type", "a media type that is not spoken is 400",
    ALL, .after = ax_mutant_status, .a = "415", .b = "400" },
  { "charset-unchecked", "http-content-type",
    "a charset that is not UTF-8 is read as UTF-8", ALL,
    .before = forget_media_param, .a = "utf-16" },
  { "fhirversion-unchecked", "http-content-type",
    "fhirVersion of another FHIR is not looked at", ALL,
    .before = forget_media_param, .a = "fhirVersion=3" },
  { "charset-missing", "http-accept", "answers do not say their charset", ALL,
    .after = no_charset },
  { "format-ignored", "http-format", "_format is not looked at", ALL,
    .before = no_format },
  { "json-not-served", "http-accept",
    "application/json is answered as application/fhir+json", ALL,
    .after = always_fhir_json },
  { "accept-first-only", "http-accept",
    "only the first type of Accept is looked at", ALL, .before = first_accept },
  { "media-type-xml", "http-accept", "answers claim to be XML", ALL,
    .after = ax_mutant_set_field, .a = "Content-Type",
    .b = "application/fhir+xml" },
  { "gzip-announced-only", "http-compress",
    "answers say gzip and are not compressed", ALL, .instead = announce_gzip },
  { "gzip-unasked", "http-compress",
    "answers are compressed for clients that did not ask", ALL,
    .before = always_gzip },
  { "gzip-never", "http-compress", "no answer is compressed", ALL,
    .before = ax_mutant_drop_sent_field, .a = "Accept-Encoding" },
  { "vary-missing", "http-compress", "Vary is missing", ALL,
    .after = ax_mutant_drop_field, .a = "Vary" },
  { "head-refused", "http-head", "HEAD is 405", ALL, .instead = refuse_method,
    .a = "HEAD" },
  { "options-refused", "http-options", "OPTIONS is 405", ALL,
    .instead = refuse_method, .a = "OPTIONS" },
  { "options-without-allow", "http-options", "OPTIONS names no methods", ALL,
    .after = no_allow_on_options },
  { "405-without-allow", "http-method", "405 does not say what is offered", ALL,
    .after = no_allow },
  { "405-as-404", "http-method", "a method that is not offered is 404", ALL,
    .after = ax_mutant_status, .a = "405", .b = "404" },
  { "alias-missing", "http-alias", "there is nothing below /fhir/R4", ALL,
    .instead = not_below },
  { "alias-links", "http-alias", "links below /fhir/R4 lead elsewhere", ALL,
    .after = links_without_alias },
  { "slash-at-end", "http-alias", "a slash at the end is 404", ALL,
    .instead = no_slash_at_end },
  { "pretty-refused", "http-pretty", "_pretty is refused", ALL,
    .instead = refuse_pretty },
  { "request-id-missing", "http-request-id", "X-Request-Id does not come back",
    ALL, .after = ax_mutant_drop_field, .a = "X-Request-Id" },
  { "request-id-other", "http-request-id",
    "X-Request-Id is not that of the sender", ALL, .after = ax_mutant_set_field,
    .a = "X-Request-Id", .b = "1" },
  { "cache-allowed", "http-security-headers", "answers may be kept by caches",
    ALL, .after = ax_mutant_drop_field, .a = "Cache-Control" },
  { "sniffing-allowed", "http-security-headers", "browsers may guess types",
    ALL, .after = ax_mutant_drop_field, .a = "X-Content-Type-Options" },
  { "csp-missing", "http-security-headers", "answers may run in a browser", ALL,
    .after = ax_mutant_drop_field, .a = "Content-Security-Policy" },
  { "cors-open", "http-cors", "pages of every origin may read answers", ALL,
    .after = ax_mutant_set_field, .a = "Access-Control-Allow-Origin",
    .b = "*" },
  { "errors-html", "http-broken-body", "errors are HTML pages", ALL,
    .after = html_errors },
  { "errors-empty", "http-broken-body", "errors have no body", ALL,
    .after = empty_errors },
  { "errors-plain", "http-broken-body", "errors are JSON of no resource", ALL,
    .after = plain_errors },
  { "errors-mute", "http-broken-body", "errors do not say what is wrong", ALL,
    .after = mute_errors },
  { "errors-one-code", "http-broken-body", "every error has the code exception",
    ALL, .after = errors_code },
  { "errors-200", "http-broken-body", "faulty requests are answered with 200",
    ALL, .after = errors_200 },
  { "syntax-500", "http-broken-body", "broken JSON is a fault of the server",
    ALL, .after = syntax_500, .a = "" },
  { "syntax-accepted", "http-broken-body", "broken JSON is stored", ALL,
    .after = accept_syntax, .a = "" },
  { "duplicate-keys-accepted", "http-broken-body",
    "JSON with a doubled key is stored", ALL, .after = accept_syntax,
    .a = "occurs twice" },
  { "tail-accepted", "http-broken-body",
    "what follows the JSON of a body is not looked at", ALL,
    .after = accept_syntax, .a = "nothing after the value" },
  { "surrogate-accepted", "http-broken-body", "halves of characters are stored",
    ALL, .after = accept_syntax, .a = "surrogate" },

  { "metadata-version", "capability", "fhirVersion is 5.0.0",
    META = ax_mutant_set_path, .a = "fhirVersion", .b = "5.0.0" },
  { "metadata-kind", "capability", "the statement has no kind",
    META = ax_mutant_drop_path, .a = "kind" },
  { "metadata-format", "capability", "the formats are not named",
    META = ax_mutant_json_path, .a = "format",
    .b = "[\"application/fhir+xml\"]" },
  { "metadata-patch-format", "capability", "the patch formats are not named",
    META = ax_mutant_drop_path, .a = "patchFormat" },
  { "metadata-software", "capability", "the software has no version",
    META = ax_mutant_drop_path, .a = "software.version" },
  { "metadata-interaction", "capability",
    "an interaction that there is is not named", META = ax_mutant_drop_path,
    .a = "rest[0].resource[type=Patient].interaction[code=vread]" },
  { "metadata-claims", "capability",
    "every type claims an interaction fewer: delete",
    META = ax_mutant_drop_path,
    .a = "rest[0].resource[].interaction[code=delete]" },
  { "metadata-type", "capability", "a resource type is not named",
    META = ax_mutant_drop_path, .a = "rest[0].resource[type=RiskAssessment]" },
  { "metadata-search-param", "capability",
    "a search parameter that there is is not named", META = ax_mutant_drop_path,
    .a = "rest[0].resource[type=Observation].searchParam[name="
         "combo-code-value-quantity]" },
  { "metadata-search-param-code", "capability",
    "the search parameter code of Observation is not named",
    META = ax_mutant_drop_path,
    .a = "rest[0].resource[type=Observation].searchParam[name=code]" },
  { "metadata-conditional", "capability", "conditional creates are not claimed",
    META = ax_mutant_json_path,
    .a = "rest[0].resource[type=Patient].conditionalCreate", .b = "false" },
  { "metadata-versioning", "capability", "versioning is not claimed",
    META = ax_mutant_set_path, .a = "rest[0].resource[].versioning",
    .b = "no-version" },
  { "metadata-transaction", "capability", "transactions are not claimed",
    META = ax_mutant_drop_path, .a = "rest[0].interaction[code=transaction]" },
  { "metadata-score", "capability", "$score is not named",
    META = ax_mutant_drop_path, .a = "rest[0].operation[name=score]" },
  { "metadata-risk-profile", "capability", "$risk-profile is not named",
    META = ax_mutant_drop_path,
    .a = "rest[0].resource[].operation[name=risk-profile]" },
  { "metadata-invalid", "capability", "the statement is not valid R4",
    META = ax_mutant_drop_path, .a = "rest[0].mode" },
  { "definitions-missing", "capability-definitions",
    "the definitions of the own operations cannot be read", AX_ON_READ,
    .instead = no_definition },
  { "address-200", "http-address", "an address where nothing is finds nothing",
    ALL, .after = nothing_found, .a = "nothing at this address" },
  { "type-unknown", "rest-read-type",
    "a type that R4 does not know finds nothing", ALL, .after = nothing_found,
    .a = "not a resource type" },
  { "accept-quality", "http-accept", "q in Accept is not looked at", ALL,
    .before = forget_quality },
  { "head-length", "http-head", "HEAD tells another length than GET", ALL,
    .after = head_length },
};

const ax_mutant_table ax_mutants_http = { items, AX_COUNT(items) };
