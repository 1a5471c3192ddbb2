#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "app/command.h"
#include "app/config.h"
#include "cli/cli_exits.h"
#include "cli/cli_options.h"
#include "cli/cmd.h"
#include "proxy/proxy.h"
#include "report/report_mask.h"

static const size_t WORLD = (size_t)1 << 30;
enum { QUEUE_MAX = 10000, WAIT_MAX_S = 86400 };

/* Stands for a server where there is none: nothing is sent to it. */
static const char nowhere[] = "http://recorded.invalid/fhir";

static const char usage[] =
    "usage: auspex-conformance proxy --target URL [OPTION]... [SCRIPT]...\n"
    "       auspex-conformance proxy --recording FOLDER [OPTION]... SCRIPT...\n"
    "\n"
    "Judges a client, such as the feed of an EHR, on its way into a server. "
    "Point the\nclient at the proxy instead of the server: everything is "
    "passed "
    "on unchanged, and\nseen. Scripts whose operations name an origin, or "
    "whose "
    "asserts look at requests\n(direction=request), take what the client "
    "sends. "
    "Without a script the proxy runs\nuntil it is interrupted.\n"
    "\n"
    "Options:\n"
    "  --listen ADDR:PORT, --listen PORT\n"
    "      Where the client finds the proxy. Default: 127.0.0.1:8090.\n"
    "  --target URL\n"
    "      Base URL of the server. Operations of scripts go there directly.\n"
    "  --target-host\n"
    "      Send the server's own name as Host, for servers that have several.\n"
    "  --record FOLDER\n"
    "      Write each exchange into a file of this folder, secrets masked.\n"
    "  --recording FOLDER\n"
    "      Instead of a client: a folder that --record wrote, or one with\n"
    "      Bundles and resources. Each script sees it from its beginning.\n"
    "  --each\n"
    "      With --recording: run the scripts once for each message.\n"
    "  --wait SECONDS\n"
    "      How long a script waits for the client's next request. Default: "
    "60.\n"
    "  and those of `auspex-conformance run`: --report, --var, --include ...\n";

/* What was on the command line. */
typedef struct {
  const char *listen, *target, *record, *recording;
  bool each, target_host, help;
  uint64_t wait_s;
  ax_cli_words rest; /* for `run` */
  bool has_scripts;
} words;

typedef struct {
  ax_arena *arena;
  words w;
  ax_report_masker *masker;
  ax_recording *recording;
  ax_proxy *proxy;
  ax_cli_clients clients;
} job;

/* --- options -------------------------------------------------------------- */

/* `--name value` and `--name=value`; NULL when it is another option. */
static const char *value_of(const char *name, int argc, char **argv, int *i) {
  size_t len = strlen(name);
  if (!argv[*i]) return NULL;
  if (strncmp(argv[*i], name, len) != 0) return NULL;
  if (argv[*i][len] == '=') return argv[*i] + len + 1;
  if (argv[*i][len] != '\0') return NULL;
  return *i + 1 < argc ? argv[++*i] : "";
}

static bool take_word(words *w, int argc, char **argv, int *i) {
  const struct {
    const char *name;
    const char **at;
  } texts[] = { { "--listen", &w->listen },
                { "--target", &w->target },
                { "--record", &w->record },
                { "--recording", &w->recording } };
  for (size_t k = 0; k < AX_COUNT(texts); k++) {
    const char *value = value_of(texts[k].name, argc, argv, i);
    if (value) *texts[k].at = value;
    if (value) return true;
  }
  const struct {
    const char *name;
    bool *at;
  } switches[] = { { "--each", &w->each },
                   { "--target-host", &w->target_host },
                   { "--help", &w->help } };
  for (size_t k = 0; k < AX_COUNT(switches); k++) {
    if (strcmp(argv[*i], switches[k].name) != 0) continue;
    return *switches[k].at = true;
  }
  return false;
}

static ax_status take_wait(words *w, const char *text, ax_error *err) {
  if (ax_str_uint64(ax_str_from(text), WAIT_MAX_S, &w->wait_s) && w->wait_s)
    return AX_OK;
  return ax_error_set(err, AX_INVALID,
                      "--wait is a number of seconds from 1 to %d, not "
                      "\"%.40s\"",
                      WAIT_MAX_S, text);
}

static ax_status push(ax_arena *arena, ax_cli_words *list, const char *word) {
  const char **slot = AX_VEC_PUSH(list, arena);
  if (!slot) return AX_NOMEM;
  *slot = word;
  return AX_OK;
}

static ax_status check(const words *w, ax_error *err) {
  if (!w->target == !w->recording)
    return ax_error_set(err, AX_INVALID,
                        "the client comes either from --recording FOLDER or "
                        "through the proxy on its way to --target URL");
  if (w->recording && (w->record || w->listen || w->target_host))
    return ax_error_set(err, AX_INVALID,
                        "with --recording nothing is proxied: --listen, "
                        "--record and --target-host do not apply");
  if (w->recording && !w->has_scripts)
    return ax_error_set(err, AX_INVALID,
                        "--recording needs scripts that judge it");
  if (w->each && !w->recording)
    return ax_error_set(err, AX_INVALID,
                        "--each goes with --recording: record first, then "
                        "judge each message");
  return AX_OK;
}

/* Options of `run` are read here as well, to tell scripts from values. */
static ax_status look_at_rest(job *j, ax_error *err) {
  ax_cli_options options;
  words *w = &j->w;
  size_t count = w->rest.count;
  char **copy = AX_NEW_ARRAY(j->arena, char *, count + 1);
  if (!copy) return AX_NOMEM;
  for (size_t i = 0; i < count; i++) {
    copy[i] = ax_arena_cstr(j->arena, ax_str_from(w->rest.items[i]));
    if (!copy[i]) return AX_NOMEM;
  }
  AX_TRY(ax_cli_options_read(j->arena, (int)count, copy, &options, err));
  w->has_scripts = options.paths.count > 0;
  if (options.base)
    return ax_error_set(err, AX_INVALID,
                        "the server is named by --target here, not by --base");
  if (options.jobs > 1)
    return ax_error_set(err, AX_INVALID,
                        "scripts that judge one client run one after the "
                        "other: --jobs is 1 here");
  return AX_OK;
}

static ax_status take_words(job *j, int argc, char **argv, ax_error *err) {
  words *w = &j->w;
  w->wait_s = 60;
  for (int i = 0; i < argc; i++) {
    const char *wait = value_of("--wait", argc, argv, &i);
    if (wait)
      AX_TRY(take_wait(w, wait, err));
    else if (!take_word(w, argc, argv, &i))
      AX_TRY(push(j->arena, &w->rest, argv[i]));
  }
  if (w->help) return AX_OK;
  AX_TRY(look_at_rest(j, err));
  return check(w, err);
}

/* --- recording ------------------------------------------------------------ */

static ax_status mask_headers(const ax_report_masker *masker, ax_arena *arena,
                              ax_result_header *items, size_t count) {
  for (size_t i = 0; i < count; i++)
    AX_TRY(ax_report_mask_header(masker, arena, items[i].name, items[i].value,
                                 &items[i].value));
  return AX_OK;
}

static ax_status mask(void *ctx, ax_arena *arena, ax_result_exchange *e) {
  const ax_report_masker *masker = ctx;
  AX_TRY(ax_report_mask_text(masker, arena, e->url, &e->url));
  AX_TRY(ax_report_mask_text(masker, arena, e->request_body, &e->request_body));
  AX_TRY(
      ax_report_mask_text(masker, arena, e->response_body, &e->response_body));
  AX_TRY(mask_headers(masker, arena, e->request_headers.items,
                      e->request_headers.count));
  return mask_headers(masker, arena, e->response_headers.items,
                      e->response_headers.count);
}

/* --- the client ----------------------------------------------------------- */

static ax_status start_proxy(job *j, ax_error *err) {
  const words *w = &j->w;
  const char *listen = w->listen ? w->listen : "8090", *address = NULL;
  unsigned port = 0;
  uint64_t number = 0;
  ax_str text = ax_str_from(listen);
  if (ax_str_uint64(text, 65535, &number))
    text = ax_arena_printf(j->arena, "127.0.0.1:%s", listen);
  if (!text.ptr) return AX_NOMEM;
  AX_TRY(ax_config_listen(j->arena, text.ptr, &address, &port, err));
  if (w->record) {
    AX_TRY(ax_report_mask_new(j->arena, NULL, 0, &j->masker));
    AX_TRY(ax_recording_begin(w->record, mask, j->masker, &j->recording, err));
  }
  const ax_proxy_options options = {
    .address = address,
    .port = port,
    .target = w->target,
    .wait_ms = (unsigned)w->wait_s * 1000,
    .queue_max = w->has_scripts ? QUEUE_MAX : 0,
    .target_host = w->target_host,
    .recording = j->recording,
  };
  AX_TRY(ax_proxy_start(&options, &j->proxy, err));
  j->clients.client = ax_proxy_client(j->proxy);
  (void)printf("listening on %s, passing on to %s\n", ax_proxy_base(j->proxy),
               w->target);
  (void)fflush(stdout);
  return AX_OK;
}

static ax_status open_recording(job *j, ax_error *err) {
  AX_TRY(ax_recording_open(j->w.recording, ax_str_from(nowhere), j->arena,
                           &j->clients.client, err));
  j->clients.recorded = true;
  if (j->w.each) j->clients.times = ax_recording_left(j->clients.client);
  return AX_OK;
}

static int run_scripts(job *j) {
  ax_cli_words *rest = &j->w.rest;
  const char *base = j->w.target ? j->w.target : nowhere;
  if (push(j->arena, rest, "--base") || push(j->arena, rest, base))
    return ax_cmd_fail(AX_CLI_EXIT_INPUT, AX_NOMEM, NULL);
  char **argv = AX_NEW_ARRAY(j->arena, char *, rest->count + 1);
  for (size_t i = 0; argv && i < rest->count; i++) {
    argv[i] = ax_arena_cstr(j->arena, ax_str_from(rest->items[i]));
    if (!argv[i]) argv = NULL;
  }
  if (!argv) return ax_cmd_fail(AX_CLI_EXIT_INPUT, AX_NOMEM, NULL);
  return ax_cmd_run_clients((int)rest->count, argv, &j->clients);
}

static int wait_for_signal(const sigset_t *signals) {
  int got = 0;
  (void)sigwait(signals, &got);
  return AX_CLI_EXIT_OK;
}

/* What passed; a message that could not be recorded is a failure. */
static int conclude(job *j, int code) {
  ax_proxy_counts counts;
  if (!j->proxy) return code;
  ax_proxy_count(j->proxy, &counts);
  (void)printf("passed on %u request(s), %u without an answer\n",
               counts.passed + counts.failed, counts.failed);
  if (counts.why[0])
    (void)fprintf(stderr, "auspex-conformance: warning: %s\n", counts.why);
  if (counts.unrecorded)
    (void)fprintf(stderr,
                  "auspex-conformance: %u exchange(s) could not be recorded\n",
                  counts.unrecorded);
  return counts.unrecorded && code == AX_CLI_EXIT_OK ? AX_CLI_EXIT_FAILED
                                                     : code;
}

static int run(job *j, int argc, char **argv) {
  ax_error err = { 0 };
  sigset_t signals;
  ax_status status = take_words(j, argc, argv, &err);
  if (!status && j->w.help) {
    (void)ax_command_print(AX_STR(usage));
    return AX_CLI_EXIT_OK;
  }
  /* Of all threads that come, so that the one here gets them. */
  (void)sigemptyset(&signals);
  (void)sigaddset(&signals, SIGINT);
  (void)sigaddset(&signals, SIGTERM);
  if (!status && !j->w.has_scripts)
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
  if (!status)
    status = j->w.recording ? open_recording(j, &err) : start_proxy(j, &err);
  if (status) return ax_cmd_fail(AX_CLI_EXIT_INPUT, status, &err);
  return conclude(j, j->w.has_scripts ? run_scripts(j)
                                      : wait_for_signal(&signals));
}

int ax_cmd_proxy(int argc, char **argv) {
  job j = { .arena = ax_arena_new(WORLD) };
  int code = j.arena ? run(&j, argc, argv)
                     : ax_cmd_fail(AX_CLI_EXIT_INPUT, AX_NOMEM, NULL);
  ax_proxy_stop(j.proxy);
  ax_recording_end(j.recording);
  ax_arena_free(j.arena);
  return code;
}
