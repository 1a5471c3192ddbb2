#include "delivery/delivery_token.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/uuid.h"
#include "delivery/delivery_jwt.h"
#include "net/net_token.h"
#include "json/json_write.h"

enum {
  ASSERTION_S = 240, /* SMART: at most five minutes */
  PART_MAX = 64 * 1024
};

struct ax_delivery_token {
  const ax_delivery_token_options *options;
  ax_net_client *client;
  ax_delivery_jwt_key *key;
  ax_net_token token;
};

ax_status ax_delivery_token_new(const ax_delivery_token_options *options,
                                ax_net_client *client, ax_delivery_token **out,
                                ax_error *err) {
  *out = NULL;
  ax_delivery_token *token = calloc(1, sizeof *token);
  if (!token) return AX_NOMEM;
  token->options = options;
  token->client = client;
  token->token = AX_NET_TOKEN_INIT;
  ax_status status = ax_delivery_jwt_key_new(options->key, options->algorithm,
                                             &token->key, err);
  if (status) {
    ax_delivery_token_free(token);
    return status;
  }
  *out = token;
  return AX_OK;
}

void ax_delivery_token_free(ax_delivery_token *token) {
  if (!token) return;
  ax_delivery_jwt_key_free(token->key);
  ax_net_token_clear(&token->token);
  free(token);
}

void ax_delivery_token_drop(ax_delivery_token *token) {
  ax_net_token_drop(&token->token);
}

/* --- the assertion ---------------------------------------------------------
 */

static ax_status text_of(ax_arena *arena, ax_buf *buf, ax_json_writer *w,
                         ax_str *out) {
  ax_json_write_close(w);
  ax_status status = ax_json_write_end(w);
  if (!status) *out = ax_arena_str(arena, ax_buf_view(buf));
  ax_buf_free(buf);
  return status ? status : (out->ptr ? AX_OK : AX_NOMEM);
}

static ax_status write_header(const ax_delivery_token_options *o,
                              ax_arena *arena, ax_str *out) {
  ax_buf buf = AX_BUF_INIT(PART_MAX);
  ax_json_writer w = ax_json_write_begin(&buf);
  ax_json_write_object(&w);
  ax_json_write_member(&w, AX_STR("alg"), ax_str_from(o->algorithm));
  ax_json_write_member(&w, AX_STR("typ"), AX_STR("JWT"));
  if (o->kid) ax_json_write_member(&w, AX_STR("kid"), ax_str_from(o->kid));
  return text_of(arena, &buf, &w, out);
}

static ax_status write_payload(const ax_delivery_token_options *o,
                               ax_arena *arena, ax_str *out) {
  char id[AX_UUID_TEXT + 1];
  int64_t now = ax_clock_wall_ms();
  ax_buf buf = AX_BUF_INIT(PART_MAX);
  ax_json_writer w = ax_json_write_begin(&buf);
  ax_uuid_text(ax_uuid_v7(now), id);
  ax_json_write_object(&w);
  ax_json_write_member(&w, AX_STR("iss"), ax_str_from(o->client_id));
  ax_json_write_member(&w, AX_STR("sub"), ax_str_from(o->client_id));
  ax_json_write_member(&w, AX_STR("aud"), ax_str_from(o->url));
  ax_json_write_member(&w, AX_STR("jti"), ax_str_from(id));
  ax_json_write_key(&w, AX_STR("exp"));
  ax_json_write_int(&w, now / 1000 + ASSERTION_S);
  return text_of(arena, &buf, &w, out);
}

static ax_status write_form(const ax_delivery_token *token, ax_arena *arena,
                            ax_str *out, ax_error *err) {
  const ax_delivery_token_options *o = token->options;
  ax_str header, payload, assertion, scope = AX_STR("");
  AX_TRY(write_header(o, arena, &header));
  AX_TRY(write_payload(o, arena, &payload));
  AX_TRY(ax_delivery_jwt_sign(token->key, arena, header, payload, &assertion,
                              err));
  if (o->scope) {
    scope = ax_net_client_escape(arena, ax_str_from(o->scope));
    if (scope.ptr) scope = AX_JOIN(arena, AX_STR("&scope="), scope);
    if (!scope.ptr) return AX_NOMEM;
  }
  *out = AX_JOIN(arena,
                 AX_STR("grant_type=client_credentials&client_assertion_type="
                        "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3A"
                        "jwt-bearer&client_assertion="),
                 assertion, scope);
  return out->ptr ? AX_OK : AX_NOMEM;
}

ax_status ax_delivery_token_get(ax_delivery_token *token, ax_arena *arena,
                                ax_str *out, ax_error *err) {
  if (!ax_net_token_is_good(&token->token)) {
    ax_net_token_ask ask = { .client = token->client,
                             .url = ax_str_from(token->options->url) };
    AX_TRY(write_form(token, arena, &ask.form, err));
    AX_TRY(ax_net_token_fetch(&token->token, &ask, arena, err));
  }
  *out = ax_net_token_text(&token->token);
  return AX_OK;
}
