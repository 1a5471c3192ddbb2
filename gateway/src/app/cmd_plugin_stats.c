/* `auspex plugin stats`: how the models of a running gateway are doing. */
#include <stdio.h>
#include <stdlib.h>

#include "app/admin_ask.h"
#include "app/cmd_plugin.h"
#include "app/command.h"
#include "app/exits.h"
#include "json/json_write.h"

enum { MEMORY = 64 << 20, TEXT_MAX = 16 << 20, DIGEST_SHOWN = 8 };

static const ax_config_extra extras[] = {
  { "--json", NULL, "What /admin/statistics answers, as JSON." },
  { NULL, NULL, NULL },
};

static const ax_command_manual manual = {
  .usage = "plugin stats [OPTION]... [MODEL]",
  .about = "Prints what became of the requests to each model since the gateway "
           "started: ends, times,\n"
           "how often each input was there, its mean beside that of training "
           "(drift: their distance\n"
           "in training deviations), and the distribution of the answers. With "
           "MODEL (a name or an\n"
           "id) only that one.",
  .extras = extras,
};

typedef struct {
  ax_str model;
  bool json;
} wish;

/* --- for people --------------------------------------------------------------
 */

static void put(ax_buf *out, ax_str text) {
  ax_buf_append(out, text);
}

static ax_str text_of(const ax_json *object, const char *key) {
  return ax_json_text(ax_json_get(object, ax_str_from(key)));
}

/* Numbers keep the digits they came with; a mean does not need all. */
static void put_number(ax_buf *out, ax_str digits) {
  char text[64];
  if (digits.len >= sizeof text) {
    put(out, digits);
    return;
  }
  (void)snprintf(text, sizeof text, AX_STR_FMT, AX_STR_ARG(digits));
  ax_buf_printf(out, "%.4g", strtod(text, NULL));
}

/* "100 scored, 5 refused": members of an object that are not 0. */
static void put_counts(ax_buf *out, const ax_json *counts) {
  bool any = false;
  for (size_t i = 0; i < ax_json_count(counts); i++) {
    const ax_json_member *m = &counts->u.members[i];
    ax_str value = ax_json_text(&m->value);
    if (ax_str_eq(value, AX_STR("0"))) continue;
    ax_buf_printf(out, "%s" AX_STR_FMT " " AX_STR_FMT, any ? ", " : "",
                  AX_STR_ARG(value), AX_STR_ARG(m->key));
    any = true;
  }
  if (!any) put(out, AX_STR("none"));
}

static void put_times(ax_buf *out, const char *what, const ax_json *t) {
  ax_buf_printf(out,
                "  %s: up to " AX_STR_FMT " us (half), " AX_STR_FMT
                " us (95 of 100), " AX_STR_FMT " us (99 of 100)\n",
                what, AX_STR_ARG(text_of(t, "p50")),
                AX_STR_ARG(text_of(t, "p95")), AX_STR_ARG(text_of(t, "p99")));
}

static void put_moments(ax_buf *out, const char *before, const ax_json *object,
                        const char *mean, const char *sd) {
  if (!text_of(object, mean).len) return;
  put(out, ax_str_from(before));
  put_number(out, text_of(object, mean));
  if (!text_of(object, sd).len) return;
  put(out, AX_STR(", sd "));
  put_number(out, text_of(object, sd));
}

static void put_input(ax_buf *out, const ax_json *input) {
  ax_buf_printf(out, "  input " AX_STR_FMT ": ",
                AX_STR_ARG(text_of(input, "name")));
  put_counts(out, AX_JSON_GET(input, "states"));
  put_moments(out, "; mean ", input, "mean", "sd");
  put_moments(out, "; in training mean ", input, "train_mean", "train_sd");
  if (text_of(input, "drift").len) {
    put(out, AX_STR("; drift "));
    put_number(out, text_of(input, "drift"));
  }
  put(out, AX_STR("\n"));
}

static void put_outcome(ax_buf *out, const ax_json *outcome) {
  const ax_json *score = AX_JSON_GET(outcome, "score");
  const ax_json *bins = AX_JSON_GET(outcome, "probability");
  size_t count = ax_json_count(bins);
  ax_buf_printf(out, "  outcome " AX_STR_FMT ": " AX_STR_FMT " results",
                AX_STR_ARG(text_of(outcome, "name")),
                AX_STR_ARG(text_of(outcome, "results")));
  put_moments(out, "; score mean ", score, "mean", "sd");
  const char *before = "; probability ";
  for (size_t i = 0; i < count; i++) {
    ax_str n = ax_json_text(ax_json_item(bins, i));
    if (ax_str_eq(n, AX_STR("0"))) continue;
    ax_buf_printf(out, "%s%zu to %zu %%: " AX_STR_FMT, before, 100 * i / count,
                  100 * (i + 1) / count, AX_STR_ARG(n));
    before = ", ";
  }
  put(out, AX_STR("\n"));
}

/* What the model counts itself; in its own words. */
static void put_counters(ax_buf *out, const ax_json *counters) {
  for (size_t i = 0; i < ax_json_count(counters); i++) {
    const ax_json_member *c = &counters->u.members[i];
    ax_buf_printf(out, "%s" AX_STR_FMT " " AX_STR_FMT,
                  i ? ", " : "  counted: ", AX_STR_ARG(c->key),
                  AX_STR_ARG(ax_json_text(&c->value)));
  }
  if (ax_json_count(counters)) put(out, AX_STR("\n"));
}

static void put_model(ax_buf *out, const ax_json *m) {
  ax_str digest = text_of(m, "module_digest");
  const ax_json *took = AX_JSON_GET(m, "took_us");
  const ax_json *inputs = AX_JSON_GET(m, "inputs");
  const ax_json *outcomes = AX_JSON_GET(m, "outcomes");
  if (digest.len > DIGEST_SHOWN) digest.len = DIGEST_SHOWN;
  ax_buf_printf(
      out,
      AX_STR_FMT " " AX_STR_FMT "  (module " AX_STR_FMT ", " AX_STR_FMT ")\n",
      AX_STR_ARG(text_of(m, "model")), AX_STR_ARG(text_of(m, "version")),
      AX_STR_ARG(text_of(m, "module")), AX_STR_ARG(digest));
  ax_buf_printf(out, "  calls: " AX_STR_FMT "; ",
                AX_STR_ARG(text_of(m, "calls")));
  put_counts(out, AX_JSON_GET(m, "ends"));
  put(out, AX_STR("\n"));
  if (!ax_str_eq(text_of(took, "count"), AX_STR("0"))) {
    put_times(out, "time", took);
    put_times(out, "of it in the queue", AX_JSON_GET(m, "queue_us"));
  }
  for (size_t i = 0; i < ax_json_count(inputs); i++)
    put_input(out, ax_json_item(inputs, i));
  for (size_t i = 0; i < ax_json_count(outcomes); i++)
    put_outcome(out, ax_json_item(outcomes, i));
  put_counters(out, AX_JSON_GET(m, "counters"));
}

/* --- the answer --------------------------------------------------------------
 */

/* Ids are long; the name is what stands behind their last dot. */
static bool is_wanted(const wish *w, const ax_json *model) {
  ax_str id = text_of(model, "model");
  if (!w->model.len || ax_str_eq(id, w->model)) return true;
  return ax_str_ends(id, w->model) && id.len > w->model.len &&
         id.ptr[id.len - w->model.len - 1] == '.';
}

static ax_status write_all(const wish *w, const ax_json *answer, ax_buf *out,
                           ax_error *err) {
  const ax_json *models = AX_JSON_GET(answer, "models");
  ax_json_writer j = ax_json_write_begin(out);
  size_t found = 0;
  if (w->json) {
    ax_json_write_object(&j);
    ax_json_write_key(&j, AX_STR("models"));
    ax_json_write_array(&j);
  }
  for (size_t i = 0; i < ax_json_count(models); i++) {
    const ax_json *m = ax_json_item(models, i);
    if (!is_wanted(w, m)) continue;
    found++;
    if (w->json)
      ax_json_write_tree(&j, m);
    else
      put_model(out, m);
  }
  if (w->json) {
    ax_json_write_close(&j);
    ax_json_write_close(&j);
    AX_TRY(ax_json_write_end(&j));
    put(out, AX_STR("\n"));
  }
  if (found || !w->model.len) return out->status;
  return ax_error_set(err, AX_NOT_FOUND,
                      "the gateway has no model \"" AX_STR_FMT
                      "\"; `auspex plugin list` lists them",
                      AX_STR_ARG(w->model));
}

static ax_status take_words(const ax_config_command *command, wish *w,
                            ax_error *err) {
  for (size_t i = 0; i < command->word_count; i++) {
    const ax_config_word *word = &command->words[i];
    if (word->name)
      w->json = true;
    else if (w->model.len)
      return ax_error_set(err, AX_INVALID,
                          "plugin stats takes one MODEL, not \"%.60s\" too",
                          word->value);
    else
      w->model = ax_str_from(word->value);
  }
  return AX_OK;
}

static ax_status tell(ax_arena *arena, const ax_config *config, const wish *w,
                      ax_buf *out, ax_error *err) {
  const ax_json *answer = NULL;
  bool offline = false;
  AX_TRY(ax_admin_ask_send(arena, config, "/admin/statistics", AX_STR(""),
                           &offline, &answer, err));
  if (offline)
    return ax_error_set(err, AX_UNAVAILABLE,
                        "no gateway runs on %s (statistics are not kept over "
                        "a restart)",
                        config->listen);
  return write_all(w, answer, out, err);
}

static int run(ax_arena *arena, int argc, char **argv) {
  ax_config_command command;
  wish w = { .model = AX_STR("") };
  int code = AX_EXIT_OK;
  ax_error err = { 0 };
  if (!ax_command_begin(arena, &manual, argc, argv, &command, &code))
    return code;
  ax_status status = take_words(&command, &w, &err);
  if (status) return ax_command_fail(AX_EXIT_USAGE, status, &err);
  ax_buf out = AX_BUF_INIT(TEXT_MAX);
  status = tell(arena, &command.config, &w, &out, &err);
  return ax_command_tell(status, &out, &err);
}

int ax_cmd_plugin_stats(int argc, char **argv) {
  ax_arena *arena = ax_arena_new(MEMORY);
  if (!arena) return ax_command_fail(AX_EXIT_USAGE, AX_NOMEM, NULL);
  int code = run(arena, argc, argv);
  ax_arena_free(arena);
  return code;
}
