/*
 * The plug-ins of a gateway, from the command line. A gateway that runs on the
 * configured address is asked (its token lies in the data folder); where none
 * runs, the same is done to the ledger in the data folder and counts from the
 * next start.
 */
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/admin_ask.h"
#include "app/app.h"
#include "app/app_worker.h"
#include "app/cmd_plugin.h"
#include "app/command.h"
#include "app/exits.h"
#include "base/file.h"
#include "json/json_write.h"

enum { MEMORY = 64 << 20, TEXT_MAX = 16 << 20 };

static const ax_config_extra extras[] = {
  { "--who", "NAME", "Who does it; otherwise the user of this command." },
  { "--why", "TEXT", "Why; is recorded." },
  { NULL, NULL, NULL },
};

typedef struct {
  ax_arena *arena;
  const ax_config *config;
  ax_str act, target, who, why;
  bool offline; /* no gateway answers */
} wish;

/* `w->offline` where no gateway runs: then nothing was asked. */
static ax_status ask(wish *w, ax_str body, const ax_json **out, ax_error *err) {
  return ax_admin_ask_send(w->arena, w->config, "/admin/modules", body,
                           &w->offline, out, err);
}

/* --- without a gateway
 * ---------------------------------------------------------
 */

static ax_status open_host(const wish *w, ax_score_host **out, ax_error *err) {
  ax_score_options options = ax_app_worker_options(w->arena, w->config);
  options.staged = true;
  options.signed_only = !w->config->modules_unsigned;
  return ax_score_host_new(&options, out, err);
}

static ax_status act_offline(const wish *w, ax_score_act *done, ax_error *err) {
  ax_score_order order = { .target = w->target, .who = w->who, .why = w->why };
  ax_score_host *host = NULL;
  ax_store_modules *ledger = NULL;
  if (!ax_score_deploy_act_named(w->act, &order.kind))
    return ax_error_set(err, AX_UNAVAILABLE, "no gateway runs on %s",
                        w->config->listen);
  AX_TRY(ax_file_make_dirs(w->config->data, err));
  AX_TRY(open_host(w, &host, err));
  ax_error why = { 0 };
  ax_status status = ax_app_modules_begin(w->config, host, &ledger, &why);
  if (status == AX_CONFLICT) {
    why = (ax_error){ 0 };
    (void)ax_error_set(&why, status,
                       "a gateway runs on the data folder %.100s, but not on "
                       "%.60s: name its address with --listen",
                       w->config->data, w->config->listen);
  }
  if (status) (void)ax_error_set(err, status, "%s", why.text);
  if (!status) status = ax_score_deploy_do(host, &order, w->arena, done, err);
  ax_score_host_free(host);
  ax_store_modules_close(ledger);
  return status;
}

/* --- acts --------------------------------------------------------------------
 */

static ax_status take_words(const ax_config_command *command, bool target,
                            wish *w, ax_error *err) {
  for (size_t i = 0; i < command->word_count; i++) {
    const ax_config_word *word = &command->words[i];
    ax_str value = ax_str_from(word->value);
    if (word->name && strcmp(word->name, "--who") == 0)
      w->who = value;
    else if (word->name)
      w->why = value;
    else if (w->target.len || !target)
      return ax_error_set(err, AX_INVALID,
                          "plugin " AX_STR_FMT " %s, not "
                          "\"%.60s\"",
                          AX_STR_ARG(w->act),
                          target ? "takes one NAME" : "takes options only",
                          word->value);
    else
      w->target = value;
  }
  if (w->target.len || !target) return AX_OK;
  return ax_error_set(err, AX_INVALID, "plugin " AX_STR_FMT " needs a NAME",
                      AX_STR_ARG(w->act));
}

/* The user whose command this is, also behind sudo. */
static ax_str user_of(ax_arena *arena) {
  const struct passwd *user = getpwuid(getuid());
  ax_str name = user ? ax_arena_str(arena, ax_str_from(user->pw_name))
                     : ax_arena_printf(arena, "uid %ld", (long)getuid());
  return name.ptr ? name : AX_STR("unknown");
}

static ax_status write_wish(const wish *w, ax_str *out) {
  ax_buf body = AX_BUF_INIT(1 << 16);
  ax_json_writer j = ax_json_write_begin(&body);
  ax_json_write_object(&j);
  ax_json_write_member(&j, AX_STR("act"), w->act);
  ax_json_write_member(&j, AX_STR("target"), w->target);
  ax_json_write_member(&j, AX_STR("who"), w->who);
  ax_json_write_member(&j, AX_STR("why"), w->why);
  ax_json_write_close(&j);
  ax_status status = ax_json_write_end(&j);
  if (!status) *out = ax_arena_str(w->arena, ax_buf_view(&body));
  ax_buf_free(&body);
  return status ? status : (out->ptr ? AX_OK : AX_NOMEM);
}

static void print_done(const wish *w, ax_str module, ax_str version,
                       ax_str digest, ax_str model) {
  (void)printf(
      AX_STR_FMT "\t" AX_STR_FMT "\t" AX_STR_FMT "\t%.16s%s" AX_STR_FMT "%s\n",
      AX_STR_ARG(w->act), AX_STR_ARG(module), AX_STR_ARG(version),
      digest.ptr ? digest.ptr : "", model.len ? "\t" : "", AX_STR_ARG(model),
      w->offline ? "\tfrom the next start of the gateway" : "");
}

static ax_status do_act(wish *w, ax_error *err) {
  ax_str body;
  const ax_json *answer = NULL;
  ax_score_act done = { 0 };
  AX_TRY(write_wish(w, &body));
  AX_TRY(ask(w, body, &answer, err));
  if (w->offline) {
    AX_TRY(act_offline(w, &done, err));
    print_done(w, done.module, done.version, done.digest, done.model);
  } else if (ax_str_eq(w->act, AX_STR("rescan"))) {
    (void)printf("%.*s new\n",
                 AX_STR_ARG(ax_json_text(AX_JSON_GET(answer, "found"))));
  } else {
    print_done(w, AX_JSON_STR(answer, "module"), AX_JSON_STR(answer, "version"),
               AX_JSON_STR(answer, "digest"), AX_JSON_STR(answer, "model"));
  }
  return AX_OK;
}

static int exit_of(ax_status status) {
  return status == AX_INVALID || status == AX_NOT_FOUND ||
                 status == AX_CONFLICT || status == AX_DENIED
             ? AX_EXIT_INPUT
             : AX_EXIT_SCORING;
}

static int run_act(ax_arena *arena, const char *act, bool target,
                   const ax_command_manual *manual, int argc, char **argv) {
  ax_config_command command;
  int code = AX_EXIT_OK;
  ax_error err = { 0 };
  if (!ax_command_begin(arena, manual, argc, argv, &command, &code))
    return code;
  wish w = { .arena = arena,
             .config = &command.config,
             .act = ax_str_from(act),
             .target = AX_STR(""),
             .who = user_of(arena),
             .why = AX_STR("") };
  ax_status status = take_words(&command, target, &w, &err);
  if (status) return ax_command_fail(AX_EXIT_USAGE, status, &err);
  status = do_act(&w, &err);
  return status ? ax_command_fail(exit_of(status), status, &err) : AX_EXIT_OK;
}

static int act(const char *name, bool target, const ax_command_manual *manual,
               int argc, char **argv) {
  ax_arena *arena = ax_arena_new(MEMORY);
  if (!arena) return ax_command_fail(AX_EXIT_USAGE, AX_NOMEM, NULL);
  int code = run_act(arena, name, target, manual, argc, argv);
  ax_arena_free(arena);
  return code;
}

#define ACTS(X)                                                                \
  X(activate, "NAME", true,                                                    \
    "Takes a version of a module into service. NAME is a module, or "          \
    "NAME@VERSION, or NAME@ and\nthe beginning of a digest. Another active "   \
    "version finishes what it has begun and stays\nready to be rolled back "   \
    "to.")                                                                     \
  X(shadow, "NAME", true,                                                      \
    "Has a version score whatever concerns it, for evidence only: nothing is " \
    "given out.")                                                              \
  X(rollback, "NAME", true,                                                    \
    "Takes the version that was active before into service again.")            \
  X(retire, "NAME", true, "Takes a version of a module out of service.")       \
  X(kill, "MODEL", true,                                                       \
    "Switches one model off, whatever version of its module is active.")       \
  X(revive, "MODEL", true, "Switches a killed model on again.")                \
  X(rescan, "", false,                                                         \
    "Has the gateway look for new modules in the folder of plug-ins, verify "  \
    "and stage them.")

#define X(name, arg, target, text)                        \
  int ax_cmd_plugin_admin_##name(int argc, char **argv) { \
    static const ax_command_manual manual = {             \
      .usage = "plugin " #name " [OPTION]... " arg,       \
      .about = text,                                      \
      .extras = extras,                                   \
    };                                                    \
    return act(#name, target, &manual, argc, argv);       \
  }
ACTS(X)
#undef X

/* --- list --------------------------------------------------------------------
 */

static const ax_command_manual list_manual = {
  .usage = "plugin list [OPTION]...",
  .about = "Prints the versions of modules, a line for each model: module, "
           "model, version, state,\n"
           "digest of the version; or why a module cannot be used; or which "
           "version should be active\n"
           "and is missing. Asks the gateway that runs on the configured "
           "address, else looks into\n"
           "the folders itself.",
};

static void field(ax_buf *out, ax_str text, char end) {
  ax_buf_append(out, text);
  ax_buf_append_char(out, end);
}

static void line(ax_buf *out, const ax_str *fields, size_t count) {
  for (size_t i = 0; i < count; i++)
    field(out, fields[i], i + 1 < count ? '\t' : '\n');
}

static void print_remote(ax_buf *out, const ax_json *m) {
  const ax_json *models = AX_JSON_GET(m, "models");
  ax_str state = AX_JSON_STR(m, "state");
  for (size_t i = 0; i < ax_json_count(models); i++) {
    const ax_json *model = ax_json_item(models, i);
    const ax_json *killed = AX_JSON_GET(model, "killed");
    const ax_str fields[] = { AX_JSON_STR(m, "module"),
                              AX_JSON_STR(model, "id"),
                              AX_JSON_STR(model, "version"),
                              killed && killed->truth ? AX_STR("killed")
                                                      : state,
                              AX_JSON_STR(m, "digest") };
    line(out, fields, AX_COUNT(fields));
  }
  if (ax_json_count(models)) return;
  const ax_str fields[] = { AX_JSON_STR(m, "module"), state,
                            AX_JSON_STR(m, "why") };
  line(out, fields, AX_COUNT(fields));
}

static void print_local(ax_buf *out, const ax_score_deployed *d) {
  ax_str state = ax_str_from(ax_score_deploy_state_name(d->state));
  for (size_t i = 0; i < d->model_count; i++) {
    const ax_score_deployed_model *m = &d->models[i];
    const ax_str fields[] = { d->module, m->id, m->version,
                              m->killed ? AX_STR("killed") : state, d->digest };
    line(out, fields, AX_COUNT(fields));
  }
  const ax_str fields[] = { d->module, state, d->why };
  if (!d->model_count) line(out, fields, AX_COUNT(fields));
}

static void print_missed(ax_buf *out, ax_str module, ax_str why) {
  const ax_str fields[] = { module, AX_STR("missing"), why };
  line(out, fields, AX_COUNT(fields));
}

static ax_status print_missed_local(ax_score_host *host, ax_arena *arena,
                                    ax_buf *out) {
  ax_score_missed *missed = NULL;
  size_t count = 0;
  AX_TRY(ax_score_deploy_missing(host, arena, &missed, &count));
  for (size_t i = 0; i < count; i++)
    if (missed[i].gone) print_missed(out, missed[i].module, missed[i].why);
  return AX_OK;
}

static ax_status list_offline(const wish *w, ax_buf *out, ax_error *err) {
  ax_score_host *host = NULL;
  ax_score_deployed *list = NULL;
  size_t count = 0;
  AX_TRY(open_host(w, &host, err));
  ax_status status = ax_app_modules_look(w->config, host, err);
  if (!status) status = ax_score_deploy_list(host, w->arena, &list, &count);
  for (size_t i = 0; !status && i < count; i++) print_local(out, &list[i]);
  if (!status) status = print_missed_local(host, w->arena, out);
  ax_score_host_free(host);
  return status;
}

static ax_status list_all(wish *w, ax_buf *out, ax_error *err) {
  const ax_json *answer = NULL;
  AX_TRY(ask(w, AX_STR(""), &answer, err));
  if (w->offline) return list_offline(w, out, err);
  const ax_json *modules = AX_JSON_GET(answer, "modules");
  for (size_t i = 0; i < ax_json_count(modules); i++)
    print_remote(out, ax_json_item(modules, i));
  const ax_json *missing = AX_JSON_GET(answer, "missing");
  for (size_t i = 0; i < ax_json_count(missing); i++) {
    const ax_json *m = ax_json_item(missing, i), *gone = AX_JSON_GET(m, "gone");
    if (gone && gone->truth)
      print_missed(out, AX_JSON_STR(m, "module"), AX_JSON_STR(m, "why"));
  }
  return out->status;
}

static int list(ax_arena *arena, int argc, char **argv) {
  ax_config_command command;
  int code = AX_EXIT_OK;
  ax_error err = { 0 };
  if (!ax_command_begin(arena, &list_manual, argc, argv, &command, &code))
    return code;
  wish w = { .arena = arena,
             .config = &command.config,
             .act = AX_STR("list"),
             .target = AX_STR("") };
  ax_status status = take_words(&command, false, &w, &err);
  if (status) return ax_command_fail(AX_EXIT_USAGE, status, &err);
  ax_buf out = AX_BUF_INIT(TEXT_MAX);
  status = list_all(&w, &out, &err);
  if (status)
    code = ax_command_fail(exit_of(status), status, &err);
  else
    code = ax_command_print(ax_buf_view(&out)) ? AX_EXIT_OK : AX_EXIT_USAGE;
  ax_buf_free(&out);
  return code;
}

int ax_cmd_plugin_admin_list(int argc, char **argv) {
  ax_arena *arena = ax_arena_new(MEMORY);
  if (!arena) return ax_command_fail(AX_EXIT_USAGE, AX_NOMEM, NULL);
  int code = list(arena, argc, argv);
  ax_arena_free(arena);
  return code;
}
