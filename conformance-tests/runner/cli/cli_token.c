#include "cli/cli_token.h"

#include "base/base64.h"

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

static ax_status ask_for(ax_net_token *token,
                         const ax_cli_token_options *options,
                         ax_net_client *client, ax_arena *arena,
                         ax_error *err) {
  ax_net_token_ask ask = { .client = client, .url = options->url };
  ax_str scope = ax_net_client_escape(arena, options->scope);
  if (!scope.ptr) return AX_NOMEM;
  ask.form = AX_JOIN(arena, AX_STR("grant_type=client_credentials"),
                     scope.len ? AX_STR("&scope=") : AX_STR(""), scope);
  if (!ask.form.ptr) return AX_NOMEM;
  AX_TRY(ax_cli_token_basic(arena, options->client_id, options->secret,
                            &ask.authorization));
  return ax_net_token_fetch(token, &ask, arena, err);
}

ax_status ax_cli_token_get(ax_net_token *token,
                           const ax_cli_token_options *options,
                           ax_net_client *client, ax_arena *arena, ax_str *out,
                           ax_error *err) {
  if (!ax_net_token_is_good(token))
    AX_TRY(ask_for(token, options, client, arena, err));
  *out = ax_net_token_text(token);
  return AX_OK;
}
