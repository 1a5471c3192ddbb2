#include "net/net_token.h"

#include "base/clock.h"
#include "json/json_parse.h"

enum {
  EARLY_S = 30,     /* renewed so long before its end */
  STANDARD_S = 300, /* where the server does not say */
  ENDING_MAX_S = 86400
};

bool ax_net_token_is_good(const ax_net_token *token) {
  return token->until_ns > ax_clock_mono_ns();
}

ax_str ax_net_token_text(const ax_net_token *token) {
  return ax_buf_view(&token->text);
}

void ax_net_token_drop(ax_net_token *token) {
  token->until_ns = 0;
}

void ax_net_token_clear(ax_net_token *token) {
  ax_buf_free(&token->text);
  *token = AX_NET_TOKEN_INIT;
}

/* RFC 6749 5.2: a word such as invalid_client says why. */
static ax_status no_token(const ax_net_response *rs, const ax_json *tree,
                          ax_error *err) {
  ax_str why = AX_JSON_STR(tree, "error");
  if (why.len > 60) why.len = 60;
  return ax_error_set(err, AX_DENIED,
                      "the token server gives no token (status %d%s" AX_STR_FMT
                      ")",
                      rs->status, why.len ? ", " : "", AX_STR_ARG(why));
}

static int64_t good_for_s(const ax_json *tree) {
  uint64_t seconds = STANDARD_S;
  (void)ax_str_uint64(ax_json_text(AX_JSON_GET(tree, "expires_in")),
                      ENDING_MAX_S, &seconds);
  bool long_lived = seconds / 2 > EARLY_S;
  return (int64_t)(long_lived ? seconds - EARLY_S : seconds / 2);
}

static ax_status take_answer(ax_net_token *token, ax_arena *arena,
                             const ax_net_response *rs, int64_t asked_ns,
                             ax_error *err) {
  const ax_json *tree = NULL;
  ax_json_fault fault;
  if (rs->status >= 500)
    return ax_error_set(err, AX_UNAVAILABLE, "the token server answers %d",
                        rs->status);
  ax_status status = ax_json_parse(arena, rs->body, &tree, &fault);
  if (status == AX_NOMEM) return status;
  if (rs->status != 200) return no_token(rs, tree, err);
  ax_str text = AX_JSON_STR(tree, "access_token");
  if (!text.len)
    return ax_error_set(err, AX_DENIED,
                        "the token server's answer holds no access_token");
  ax_buf_clear(&token->text);
  ax_buf_append(&token->text, text);
  if (token->text.status) return token->text.status;
  token->until_ns = asked_ns + good_for_s(tree) * 1000000000;
  return AX_OK;
}

ax_status ax_net_token_fetch(ax_net_token *token, const ax_net_token_ask *ask,
                             ax_arena *arena, ax_error *err) {
  const ax_net_header headers[] = {
    { AX_STR("Content-Type"), AX_STR("application/x-www-form-urlencoded") },
    { AX_STR("Accept"), AX_STR("application/json") },
    { AX_STR("Authorization"), ask->authorization },
  };
  const ax_net_request rq = { .method = AX_NET_POST,
                              .url = ask->url,
                              .headers = headers,
                              .header_count = ask->authorization.len ? 3 : 2,
                              .body = ask->form };
  ax_net_response rs;
  int64_t now = ax_clock_mono_ns();
  token->until_ns = 0;
  AX_TRY(ax_net_client_send(ask->client, &rq, arena, &rs, err));
  return take_answer(token, arena, &rs, now, err);
}
