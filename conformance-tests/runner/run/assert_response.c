/* response: the status of an answer by its name. */
#include "run/assert.h"

#include "base/buf.h"

/* The codes of R4's assert-response-code-types and, behind them, R5's. */
static const struct {
  const char *word;
  int status;
} words[] = {
  { "okay", 200 },
  { "created", 201 },
  { "noContent", 204 },
  { "notModified", 304 },
  { "bad", 400 },
  { "forbidden", 403 },
  { "notFound", 404 },
  { "methodNotAllowed", 405 },
  { "conflict", 409 },
  { "gone", 410 },
  { "preconditionFailed", 412 },
  { "unprocessable", 422 },
  { "continue", 100 },
  { "switchingProtocols", 101 },
  { "accepted", 202 },
  { "nonAuthoritativeInformation", 203 },
  { "resetContent", 205 },
  { "partialContent", 206 },
  { "multipleChoices", 300 },
  { "movedPermanently", 301 },
  { "found", 302 },
  { "seeOther", 303 },
  { "useProxy", 305 },
  { "temporaryRedirect", 307 },
  { "permanentRedirect", 308 },
  { "badRequest", 400 },
  { "unauthorized", 401 },
  { "paymentRequired", 402 },
  { "notAcceptable", 406 },
  { "proxyAuthenticationRequired", 407 },
  { "requestTimeout", 408 },
  { "lengthRequired", 411 },
  { "contentTooLarge", 413 },
  { "uriTooLong", 414 },
  { "unsupportedMediaType", 415 },
  { "rangeNotSatisfiable", 416 },
  { "expectationFailed", 417 },
  { "misdirectedRequest", 421 },
  { "unprocessableContent", 422 },
  { "unprocessableEntity", 422 },
  { "upgradeRequired", 426 },
  { "internalServerError", 500 },
  { "notImplemented", 501 },
  { "badGateway", 502 },
  { "serviceUnavailable", 503 },
  { "gatewayTimeout", 504 },
  { "httpVersionNotSupported", 505 },
};

static int status_of(ax_str word) {
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (ax_str_eq(word, ax_str_from(words[i].word))) return words[i].status;
  return 0;
}

static ax_status unknown(ax_str word, ax_error *err) {
  return ax_error_set(err, AX_INVALID,
                      "'" AX_STR_FMT "' is no name of a response",
                      AX_STR_ARG(word));
}

/* "okay,created" as "200,201"; a number is one as well. */
static ax_status numbers_of(ax_arena *arena, ax_str list, ax_str *out,
                            ax_error *err) {
  *out = AX_STR("");
  while (list.len) {
    ax_str word = ax_str_trim(ax_str_cut(&list, ','));
    int64_t number = status_of(word);
    if (!number && !ax_str_int64(word, 100, 999, &number))
      return unknown(word, err);
    *out = ax_arena_printf(arena, AX_STR_FMT "%s%d", AX_STR_ARG(*out),
                           out->len ? "," : "", (int)number);
    if (!out->ptr) return AX_NOMEM;
  }
  return AX_OK;
}

ax_status ax_assert_response_judge(const ax_assert *a, ax_str text,
                                   ax_assert_outcome *out, ax_error *err) {
  ax_str wanted;
  AX_TRY(numbers_of(a->s->arena, text, &wanted, err));
  AX_TRY(ax_assert_response_code_judge(a, wanted, out, err));
  if (a->has_operator) return AX_OK;
  out->expected = ax_arena_printf(a->s->arena, AX_STR_FMT " (" AX_STR_FMT ")",
                                  AX_STR_ARG(text), AX_STR_ARG(wanted));
  if (!out->expected.ptr) return AX_NOMEM;
  return out->holds ? AX_OK : ax_assert_response_code_explain(a, out);
}
