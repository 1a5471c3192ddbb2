#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "app/app.h"
#include "app/app_memory.h"
#include "app/command.h"
#include "app/commands.h"
#include "app/exits.h"
#include "base/log.h"
#include "http/http_server.h"

static ax_status settle_address(ax_arena *arena, const ax_config *config,
                                const char **address, unsigned *port,
                                ax_error *err) {
  AX_TRY(ax_config_listen(arena, config->listen, address, port, err));
  if (ax_config_is_loopback(*address)) return AX_OK;
  if (!config->insecure_no_auth)
    return ax_error_set(err, AX_INVALID,
                        "%s can be reached by others and nobody would be asked "
                        "who they are: use a loopback address, or say "
                        "--insecure-no-auth",
                        *address);
  ax_log_event(AX_LOG_WARN, "serving_without_authentication",
               ax_log_str("address", ax_str_from(*address)));
  return AX_OK;
}

static ax_status check(ax_arena *arena, const ax_config *config,
                       ax_error *err) {
  const char *address = NULL;
  unsigned port = 0;
  AX_TRY(settle_address(arena, config, &address, &port, err));
  return ax_app_settings_check(arena, config, err);
}

static const ax_command_manual manual = {
  .usage = "serve [OPTION]...",
  .about =
      "Serves FHIR R4 over HTTP. Prints one line `listening on "
      "http://ADDR:PORT/fhir` when it\n"
      "is ready, logs to standard error, and ends cleanly on SIGTERM or "
      "SIGINT: "
      "running\n"
      "requests are finished and everything accepted is on disk. SIGHUP looks "
      "for new modules.\n\n"
      "Nobody is asked who they are yet, so only loopback addresses are served "
      "unless\n"
      "--insecure-no-auth is given.",
  .check = check,
};

/* No thread may be ended by these: one waits for them. */
static void block_signals(sigset_t *set) {
  sigemptyset(set);
  sigaddset(set, SIGTERM);
  sigaddset(set, SIGINT);
  sigaddset(set, SIGHUP);
  (void)pthread_sigmask(SIG_BLOCK, set, NULL);
  (void)signal(SIGPIPE, SIG_IGN);
  (void)signal(SIGXFSZ, SIG_IGN); /* a file too large is an answer, no end */
}

static ax_status listen_on(ax_app *app, const char *address, unsigned port,
                           ax_http_server **out, ax_error *err) {
  const ax_config *c = app->config;
  ax_http_server_options options = {
    .address = address,
    .port = port,
    .threads = (unsigned)c->threads,
    .keep_alive_ms = (unsigned)c->keep_alive_ms,
    .request_timeout_ms = (unsigned)c->request_timeout_ms,
    .drain_ms = (unsigned)c->drain_ms,
    .running_max = (unsigned)c->running,
    .always = "/health/",
    .bodies_max = c->bodies,
    .body_max = c->max_body,
    .large_at_once = c->large_at_once,
    .turn_ms = (unsigned)c->turn_wait_ms,
    .request_memory = c->request_memory,
    .requests_memory = c->requests_memory,
    .handler = ax_api_serve,
    .ctx = &app->api,
    .refuse = ax_api_error_http,
  };
  return ax_http_server_start(&options, out, err);
}

static void announce(const char *address, unsigned port) {
  bool v6 = false;
  for (const char *c = address; *c; c++) v6 = v6 || *c == ':';
  (void)printf(v6 ? "listening on http://[%s]:%u/fhir\n"
                  : "listening on http://%s:%u/fhir\n",
               address, port);
  (void)fflush(stdout);
}

/* SIGHUP: new modules may lie in the folder. */
static void rescan(ax_app *app) {
  size_t found = 0;
  ax_error err = { 0 };
  ax_status status = ax_score_deploy_rescan(app->host, &found, &err);
  ax_log_event(status ? AX_LOG_ERROR : AX_LOG_INFO, "modules_rescanned",
               ax_log_int("found", (int64_t)found),
               ax_log_str("why", ax_str_from(err.text)));
}

static int serve(ax_app *app, const char *address, unsigned port,
                 const sigset_t *signals) {
  ax_http_server *server = NULL;
  ax_error err = { 0 };
  ax_status status = listen_on(app, address, port, &server, &err);
  if (status) return ax_command_fail(AX_EXIT_PORT, status, &err);
  announce(address, ax_http_server_port(server));
  int got = 0;
  while (sigwait(signals, &got) != 0 || got == SIGHUP)
    if (got == SIGHUP) rescan(app);
  ax_log_event(AX_LOG_INFO, "stopping", ax_log_int("signal", got),
               ax_log_int("running", ax_http_server_busy(server)));
  ax_http_server_stop(server);
  return AX_EXIT_OK;
}

static int run(ax_arena *arena, int argc, char **argv) {
  ax_config_command command;
  int exit_code = AX_EXIT_OK;
  if (!ax_command_begin(arena, &manual, argc, argv, &command, &exit_code))
    return exit_code;
  ax_error err = { 0 };
  if (command.word_count) {
    ax_status odd = ax_error_set(&err, AX_INVALID,
                                 "serve takes options only, not \"%.60s\"",
                                 command.words[0].value);
    return ax_command_fail(AX_EXIT_USAGE, odd, &err);
  }
  const char *address = NULL;
  unsigned port = 0;
  ax_status status =
      settle_address(arena, &command.config, &address, &port, &err);
  if (status) return ax_command_fail(AX_EXIT_USAGE, status, &err);
  sigset_t signals;
  block_signals(&signals);
  ax_app app;
  status = ax_app_open(arena, &command.config, true, &app, &exit_code, &err);
  if (status) return ax_command_fail(exit_code, status, &err);
  exit_code = serve(&app, address, port, &signals);
  ax_app_close(&app);
  ax_log_event(AX_LOG_INFO, "stopped", ax_log_int("exit", exit_code));
  return exit_code;
}

int ax_cmd_serve(int argc, char **argv) {
  ax_app_memory_settle();
  ax_arena *arena = ax_arena_new(16u << 20);
  if (!arena) return ax_command_fail(AX_EXIT_USAGE, AX_NOMEM, NULL);
  int code = run(arena, argc, argv);
  ax_arena_free(arena);
  return code;
}
