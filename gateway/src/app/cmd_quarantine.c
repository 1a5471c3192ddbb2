/* `auspex quarantine`: what validation refused and somebody must decide about,
 * in the gateway that runs here. */
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/admin_ask.h"
#include "app/command.h"
#include "app/commands.h"
#include "app/exits.h"
#include "base/file.h"
#include "json/json_parse.h"
#include "json/json_pretty.h"
#include "json/json_write.h"

enum { MEMORY = 512 << 20, TEXT_MAX = 256 << 20, PATH_MAX_LEN = 200 };

static const ax_config_extra extras[] = {
  { "--state", "STATE", "list: waiting (the standard), released, discarded, "
                        "any." },
  { "--who", "NAME", "Who does it; otherwise the user of this command." },
  { "--why", "TEXT", "Why; is recorded. To discard needs it." },
  { NULL, NULL, NULL },
};

static const ax_command_manual manual = {
  .usage = "quarantine [OPTION]... [list | show ID | release ID [FILE] | "
           "discard ID]",
  .about =
      "What validation refused and the gateway keeps (`validation = "
      "quarantine`): list it, look at\n"
      "one with its faults, release it (as FILE says, where that is given), or "
      "discard it. It is\n"
      "released only when validation finds no faults any more.",
  .extras = extras,
};

typedef struct {
  ax_arena *arena;
  const ax_config *config;
  ax_str act, id, file, state, who, why;
} wish;

/* --- words -----------------------------------------------------------------
 */

static ax_status take_plain(wish *w, ax_str word, ax_error *err) {
  ax_str *slot = !w->act.len ? &w->act : !w->id.len ? &w->id : &w->file;
  if (slot->len)
    return ax_error_set(err, AX_INVALID,
                        "quarantine does not know what to do with \"%.60s\"",
                        word.ptr);
  *slot = word;
  return AX_OK;
}

static ax_status check_words(wish *w, ax_error *err) {
  static const struct {
    const char *act;
    bool needs_id, takes_file;
  } acts[] = { { "list", false, false },
               { "show", true, false },
               { "release", true, true },
               { "discard", true, false } };
  if (!w->act.len) w->act = AX_STR("list");
  for (size_t i = 0; i < AX_COUNT(acts); i++) {
    if (!ax_str_eq(w->act, ax_str_from(acts[i].act))) continue;
    if (acts[i].needs_id != (w->id.len > 0))
      return ax_error_set(err, AX_INVALID, "quarantine %s takes %s",
                          acts[i].act, acts[i].needs_id ? "an ID" : "no ID");
    if (w->file.len && !acts[i].takes_file)
      return ax_error_set(err, AX_INVALID, "quarantine %s takes no FILE",
                          acts[i].act);
    return AX_OK;
  }
  return ax_error_set(err, AX_INVALID,
                      "quarantine knows list, show, release and discard");
}

static ax_status take_words(const ax_config_command *command, wish *w,
                            ax_error *err) {
  for (size_t i = 0; i < command->word_count; i++) {
    const ax_config_word *word = &command->words[i];
    ax_str value = ax_str_from(word->value);
    if (!word->name)
      AX_TRY(take_plain(w, value, err));
    else if (strcmp(word->name, "--who") == 0)
      w->who = value;
    else if (strcmp(word->name, "--why") == 0)
      w->why = value;
    else
      w->state = value;
  }
  const struct passwd *user = w->who.len ? NULL : getpwuid(geteuid());
  if (!w->who.len)
    w->who = user ? ax_arena_str(w->arena, ax_str_from(user->pw_name))
                  : AX_STR("unknown");
  return check_words(w, err);
}

/* --- asking ----------------------------------------------------------------
 */

static ax_status read_resource(const wish *w, const ax_json **out,
                               ax_error *err) {
  ax_str text;
  ax_json_fault fault = { 0 };
  const char *path = ax_arena_cstr(w->arena, w->file);
  if (!path) return AX_NOMEM;
  AX_TRY(ax_file_read(w->arena, path, TEXT_MAX, &text, err));
  ax_status status = ax_json_parse(w->arena, text, out, &fault);
  if (!status || status == AX_NOMEM) return status;
  return ax_error_set(err, AX_INVALID, "%s: line %u, column %u: %s", path,
                      fault.place.line, fault.place.column, fault.text);
}

/* The body of an act; empty for who only looks. */
static ax_status order_of(const wish *w, ax_buf *body, ax_error *err) {
  const ax_json *resource = NULL;
  if (ax_str_eq(w->act, AX_STR("list")) || ax_str_eq(w->act, AX_STR("show")))
    return AX_OK;
  if (w->file.len) AX_TRY(read_resource(w, &resource, err));
  ax_json_writer j = ax_json_write_begin(body);
  ax_json_write_object(&j);
  ax_json_write_member(&j, AX_STR("act"), w->act);
  ax_json_write_member(&j, AX_STR("who"), w->who);
  ax_json_write_member(&j, AX_STR("why"), w->why);
  if (resource) {
    ax_json_write_key(&j, AX_STR("resource"));
    ax_json_write_tree(&j, resource);
  }
  ax_json_write_close(&j);
  return ax_json_write_end(&j);
}

static void put_row(ax_buf *out, const ax_json *row) {
  ax_buf_printf(out, AX_STR_FMT "  %-9.*s  " AX_STR_FMT "  " AX_STR_FMT
                                "  from " AX_STR_FMT,
                AX_STR_ARG(AX_JSON_STR(row, "id")),
                AX_STR_ARG(AX_JSON_STR(row, "state")),
                AX_STR_ARG(AX_JSON_STR(row, "since")),
                AX_STR_ARG(AX_JSON_STR(row, "target")),
                AX_STR_ARG(AX_JSON_STR(row, "sender")));
  ax_str note = AX_JSON_STR(row, "note");
  if (note.len) ax_buf_printf(out, "  (" AX_STR_FMT ")", AX_STR_ARG(note));
  ax_buf_append_char(out, '\n');
}

static ax_status put_answer(const wish *w, const ax_json *answer, ax_buf *out) {
  const ax_json *rows = AX_JSON_GET(answer, "rows");
  if (ax_str_eq(w->act, AX_STR("list"))) {
    for (size_t i = 0; i < ax_json_count(rows); i++)
      put_row(out, ax_json_item(rows, i));
    if (AX_JSON_GET(answer, "after"))
      ax_buf_append(out, AX_STR("... and more; decide about these first\n"));
    return out->status;
  }
  ax_buf text = AX_BUF_INIT(TEXT_MAX);
  ax_json_writer j = ax_json_write_begin(&text);
  ax_json_write_tree(&j, answer);
  ax_status status = ax_json_write_end(&j);
  if (!status) ax_json_pretty_write(ax_buf_view(&text), out);
  ax_buf_append_char(out, '\n');
  ax_buf_free(&text);
  return status ? status : out->status;
}

static bool is_plain(ax_str text) {
  for (size_t i = 0; i < text.len; i++) {
    char c = text.ptr[i];
    if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') &&
        !(c >= 'A' && c <= 'Z') && c != '-' && c != '.')
      return false;
  }
  return text.len <= 64;
}

static ax_status path_of(const wish *w, char out[PATH_MAX_LEN], ax_error *err) {
  bool one = w->id.len > 0;
  ax_str last = one ? w->id : w->state.len ? w->state : AX_STR("waiting");
  if (!is_plain(last))
    return ax_error_set(err, AX_INVALID, "this is no %s: \"%.60s\"",
                        one ? "id" : "state", last.ptr);
  (void)snprintf(out, PATH_MAX_LEN,
                 one ? "/admin/quarantine/" AX_STR_FMT
                     : "/admin/quarantine?state=" AX_STR_FMT,
                 AX_STR_ARG(last));
  return AX_OK;
}

static ax_status tell(const wish *w, ax_buf *out, ax_error *err) {
  char path[PATH_MAX_LEN];
  const ax_json *answer = NULL;
  bool offline = false;
  ax_buf body = AX_BUF_INIT(TEXT_MAX);
  AX_TRY(path_of(w, path, err));
  ax_status status = order_of(w, &body, err);
  if (!status)
    status = ax_admin_ask_send(w->arena, w->config, path, ax_buf_view(&body),
                               &offline, &answer, err);
  ax_buf_free(&body);
  if (status) return status;
  if (offline)
    return ax_error_set(err, AX_UNAVAILABLE, "no gateway runs on %s",
                        w->config->listen);
  return put_answer(w, answer, out);
}

static int run(ax_arena *arena, int argc, char **argv) {
  ax_config_command command;
  int code = AX_EXIT_OK;
  ax_error err = { 0 };
  if (!ax_command_begin(arena, &manual, argc, argv, &command, &code))
    return code;
  wish w = { .arena = arena, .config = &command.config };
  ax_status status = take_words(&command, &w, &err);
  if (status) return ax_command_fail(AX_EXIT_USAGE, status, &err);
  ax_buf out = AX_BUF_INIT(TEXT_MAX);
  status = tell(&w, &out, &err);
  return ax_command_tell(status, &out, &err);
}

int ax_cmd_quarantine(int argc, char **argv) {
  ax_arena *arena = ax_arena_new(MEMORY);
  if (!arena) return ax_command_fail(AX_EXIT_USAGE, AX_NOMEM, NULL);
  int code = run(arena, argc, argv);
  ax_arena_free(arena);
  return code;
}
