#include "app/admin_ask.h"

#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "base/file.h"
#include "net/net_client.h"
#include "json/json_parse.h"

enum { ASK_MS = 60000, TOKEN_MAX = 4096 };

static ax_status read_token(ax_arena *arena, const ax_config *config,
                            ax_str *token) {
  char path[4096];
  int len = snprintf(path, sizeof path, "%s/" AX_APP_TOKEN_FILE, config->data);
  if (len <= 0 || (size_t)len >= sizeof path) return AX_TOO_LARGE;
  return ax_file_read(arena, path, TOKEN_MAX, token, NULL);
}

static ax_status url_of(ax_arena *arena, const ax_config *config,
                        const char *path, ax_str *url, ax_error *err) {
  const char *address = NULL;
  unsigned port = 0;
  AX_TRY(ax_config_listen(arena, config->listen, &address, &port, err));
  bool v6 = strchr(address, ':') != NULL;
  if (strcmp(address, "0.0.0.0") == 0) address = "127.0.0.1";
  *url = ax_arena_printf(arena, v6 ? "http://[%s]:%u%s" : "http://%s:%u%s",
                         address, port, path);
  return url->ptr ? AX_OK : AX_NOMEM;
}

static ax_status exchange(ax_arena *arena, const ax_net_request *request,
                          ax_net_response *answer, ax_error *err) {
  const char *const origins[] = { request->url.ptr };
  const ax_net_client_options options = { .origins = origins,
                                          .origin_count = 1,
                                          .timeout_ms = ASK_MS };
  ax_net_client *client = NULL;
  AX_TRY(ax_net_client_new(&options, &client, err));
  ax_status status = ax_net_client_send(client, request, arena, answer, err);
  ax_net_client_free(client);
  return status;
}

/* The sentence of an OperationOutcome. */
static ax_str sentence(const ax_json *outcome) {
  const ax_json *issue = ax_json_item(AX_JSON_GET(outcome, "issue"), 0);
  return AX_JSON_STR(AX_JSON_GET(issue, "details"), "text");
}

static ax_status read_answer(ax_arena *arena, const ax_config *config,
                             const ax_net_response *answer, const ax_json **out,
                             ax_error *err) {
  if (ax_json_parse(arena, answer->body, out, NULL))
    return ax_error_set(err, AX_CONFLICT,
                        "what answers on %s is no Auspex gateway",
                        config->listen);
  if (answer->status == 200) return AX_OK;
  return ax_error_set(err, answer->status == 401 ? AX_DENIED : AX_INVALID,
                      AX_STR_FMT, AX_STR_ARG(sentence(*out)));
}

ax_status ax_admin_ask_send(ax_arena *arena, const ax_config *config,
                            const char *path, ax_str body, bool *offline,
                            const ax_json **out, ax_error *err) {
  ax_str url, token;
  ax_net_response answer = { 0 };
  ax_error gone = { 0 };
  AX_TRY(url_of(arena, config, path, &url, err));
  *offline = read_token(arena, config, &token) != AX_OK;
  if (*offline) return AX_OK;
  const ax_net_header json = { AX_STR("Content-Type"),
                               AX_STR("application/json") };
  const ax_net_request request = { .method =
                                       body.len ? AX_NET_POST : AX_NET_GET,
                                   .url = url,
                                   .headers = &json,
                                   .header_count = body.len ? 1 : 0,
                                   .body = body,
                                   .bearer = token };
  ax_status status = exchange(arena, &request, &answer, &gone);
  *offline = status == AX_UNAVAILABLE;
  if (*offline) return AX_OK;
  if (status) return ax_error_set(err, status, "%s", gone.text);
  return read_answer(arena, config, &answer, out, err);
}
