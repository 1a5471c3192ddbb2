#include "cli/cli_token.h"

#include <stdlib.h>

#include "base/base64.h"
#include "base/clock.h"
#include "json/json_parse.h"

enum { EARLY_S = 30, STANDARD_S = 300, ENDING_MAX = 86400 };

static ax_str base64(ax_arena *arena, ax_str bytes) {
  ax_buf text = AX_BUF_INIT(SIZE_MAX);
  ax_base64_append(&text, bytes);
  ax_str copy = text.status ? (ax_str){ NULL, 0 }
                            : ax_arena_str(arena, ax_buf_view(&text));
  ax_buf_free(&text);
  return copy;
}

ax_status ax_cli_token_basic(ax_arena *arena, ax_str id, ax_str secret,
                             ax_str *out) {
  ax_str user = ax_net_client_escape(arena, id);
  ax_str word = ax_net_client_escape(arena, secret);
  if (!user.ptr || !word.ptr) return AX_NOMEM;
  ax_str both = AX_JOIN(arena, user, AX_STR(":"), word);
  ax_str coded = both.ptr ? base64(arena, both) : both;
  *out = coded.ptr ? AX_JOIN(arena, AX_STR("Basic "), coded) : coded;
  return out->ptr ? AX_OK : AX_NOMEM;
}

static ax_status take_answer(ax_cli_token *token, ax_arena *arena,
                             const ax_net_response *rs, int64_t asked_ns,
                             ax_error *err) {
  const ax_json *tree = NULL;
  ax_json_fault fault;
  uint64_t seconds = STANDARD_S;
  if (rs->status >= 500)
    return ax_error_set(err, AX_UNAVAILABLE, "the token server answers %d",
                        rs->status);
  if (rs->status != 200 || ax_json_parse(arena, rs->body, &tree, &fault))
    return ax_error_set(err, AX_DENIED,
                        "the token server gives no token (status %d)",
                        rs->status);
  ax_str text = AX_JSON_STR(tree, "access_token");
  (void)ax_str_uint64(ax_json_text(AX_JSON_GET(tree, "expires_in")), ENDING_MAX,
                      &seconds);
  if (!text.len)
    return ax_error_set(err, AX_DENIED,
                        "the token server's answer holds no access_token");
  char *copy = malloc(text.len);
  if (!copy) return AX_NOMEM;
  memcpy(copy, text.ptr, text.len);
  ax_cli_token_clear(token);
  token->text = copy;
  token->len = text.len;
  uint64_t good = seconds / 2 > EARLY_S ? seconds - EARLY_S : seconds / 2;
  token->until_ns = asked_ns + (int64_t)good * 1000000000;
  return AX_OK;
}

ax_status ax_cli_token_get(ax_cli_token *token,
                           const ax_cli_token_options *options,
                           ax_net_client *client, ax_arena *arena, ax_str *out,
                           ax_error *err) {
  int64_t now = ax_clock_mono_ns();
  if (!token->text || token->until_ns <= now) {
    ax_net_header headers[] = {
      { AX_STR("Content-Type"), AX_STR("application/x-www-form-urlencoded") },
      { AX_STR("Accept"), AX_STR("application/json") },
      { AX_STR("Authorization"), AX_STR("") },
    };
    ax_net_request rq = { .method = AX_NET_POST,
                          .url = options->url,
                          .headers = headers,
                          .header_count = AX_COUNT(headers) };
    ax_net_response rs;
    AX_TRY(ax_cli_token_basic(arena, options->client_id, options->secret,
                              &headers[2].value));
    ax_str scope = ax_net_client_escape(arena, options->scope);
    if (!scope.ptr) return AX_NOMEM;
    rq.body = AX_JOIN(arena, AX_STR("grant_type=client_credentials"),
                      scope.len ? AX_STR("&scope=") : AX_STR(""), scope);
    if (!rq.body.ptr) return AX_NOMEM;
    AX_TRY(ax_net_client_send(client, &rq, arena, &rs, err));
    AX_TRY(take_answer(token, arena, &rs, now, err));
  }
  *out = (ax_str){ token->text, token->len };
  return AX_OK;
}

void ax_cli_token_clear(ax_cli_token *token) {
  free(token->text);
  *token = (ax_cli_token){ 0 };
}
