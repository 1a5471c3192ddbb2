#include "app/command.h"

#include <stdio.h>
#include <string.h>

#include "app/exits.h"
#include "base/log.h"

bool ax_command_print(ax_str text) {
  return fwrite(text.ptr, 1, text.len, stdout) == text.len &&
         fflush(stdout) == 0;
}

int ax_command_fail(int exit_code, ax_status status, const ax_error *err) {
  const char *text = err && err->text[0] ? err->text : NULL;
  if (!text && status == AX_NOMEM) text = "there is not enough memory";
  (void)fprintf(stderr, "auspex: %s\n", text ? text : ax_error_name(status));
  return exit_code;
}

static void print_help(const ax_command_manual *manual) {
  ax_buf out = AX_BUF_INIT(1 << 20);
  ax_buf_append(&out, AX_STR("usage: auspex "));
  ax_buf_append(&out, ax_str_from(manual->usage));
  ax_buf_append(&out, AX_STR("\n\n"));
  ax_buf_append(&out, ax_str_from(manual->about));
  ax_buf_append(&out, AX_STR("\n\n"));
  ax_config_help(manual->extras, &out);
  ax_buf_append(&out, AX_STR("\nExit codes:\n"));
  static const struct {
    int code;
    const char *meaning;
  } exits[] = {
#define X(name, code, meaning) { code, meaning },
    AX_EXITS(X)
#undef X
  };
  for (size_t i = 0; i < AX_COUNT(exits); i++) {
    char line[160];
    (void)snprintf(line, sizeof line, "  %d  %s\n", exits[i].code,
                   exits[i].meaning);
    ax_buf_append(&out, ax_str_from(line));
  }
  (void)ax_command_print(ax_buf_view(&out));
  ax_buf_free(&out);
}

int ax_command_tell(ax_status status, ax_buf *out, const ax_error *err) {
  int code = AX_EXIT_OK;
  if (status)
    code = ax_command_fail(status == AX_UNAVAILABLE ? AX_EXIT_SCORING
                                                    : AX_EXIT_INPUT,
                           status, err);
  else if (!ax_command_print(ax_buf_view(out)))
    code = AX_EXIT_USAGE;
  ax_buf_free(out);
  return code;
}

static void print_config(const ax_config *config) {
  ax_buf out = AX_BUF_INIT(1 << 20);
  ax_config_print(config, &out);
  (void)ax_command_print(ax_buf_view(&out));
  ax_buf_free(&out);
}

static void set_log_level(const char *level) {
  static const struct {
    const char *name;
    ax_log_level level;
  } levels[] = { { "error", AX_LOG_ERROR },
                 { "warn", AX_LOG_WARN },
                 { "info", AX_LOG_INFO },
                 { "debug", AX_LOG_DEBUG } };
  for (size_t i = 0; i < AX_COUNT(levels); i++)
    if (strcmp(level, levels[i].name) == 0) ax_log_set_level(levels[i].level);
}

bool ax_command_begin(ax_arena *arena, const ax_command_manual *manual,
                      int argc, char **argv, ax_config_command *out,
                      int *exit_code) {
  ax_error err = { 0 };
  ax_status status =
      ax_config_load(arena, argc, argv, manual->extras, out, &err);
  *exit_code = AX_EXIT_OK;
  if (out->help) {
    print_help(manual);
    return false;
  }
  if (status) {
    *exit_code = ax_command_fail(AX_EXIT_USAGE, status, &err);
    return false;
  }
  if (out->print) print_config(&out->config);
  if (out->check && manual->check)
    status = manual->check(arena, &out->config, &err);
  if (status) {
    *exit_code = ax_command_fail(AX_EXIT_USAGE, status, &err);
    return false;
  }
  if (out->check) (void)ax_command_print(AX_STR("the configuration is fine\n"));
  set_log_level(out->config.log_level);
  return !out->print && !out->check;
}
