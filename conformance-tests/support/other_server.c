#include "other_server.h"

#include "support/ax_test.h"

static ax_str refuse(int status, ax_str text, ax_buf *body) {
  (void)status;
  ax_buf_append(body, text);
  return AX_STR("text/plain");
}

ax_http_server *other_server_start(ax_http_handler handler, void *ctx,
                                   unsigned port) {
  ax_http_server *server = NULL;
  ax_error err = { 0 };
  const ax_http_server_options options = { .address = "127.0.0.1",
                                           .port = port,
                                           .threads = 8,
                                           .keep_alive_ms = 2000,
                                           .request_timeout_ms = 5000,
                                           .drain_ms = 1000,
                                           .body_max = 4 << 20,
                                           .request_memory = 8 << 20,
                                           .handler = handler,
                                           .ctx = ctx,
                                           .refuse = refuse };
  if (ax_http_server_start(&options, &server, &err)) fail_msg("%s", err.text);
  return server;
}
