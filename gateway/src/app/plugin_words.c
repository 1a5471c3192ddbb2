#include "app/plugin_words.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "app/command.h"
#include "app/exits.h"
#include "base/log.h"

static void print_help(const ax_plugin_manual *m) {
  (void)printf("usage: auspex plugin %s\n\n%s\n", m->usage, m->about);
  if (m->options[0].name) (void)printf("\nOptions:\n");
  for (const ax_plugin_option *o = m->options; o->name; o++)
    (void)printf("  %s%s%s\n      %s\n", o->name, o->value ? " " : "",
                 o->value ? o->value : "", o->help);
}

static int wrong(const ax_plugin_manual *m, const char *what,
                 const char *word) {
  (void)fprintf(stderr, "auspex: %s%s\nusage: auspex plugin %s\n", what, word,
                m->usage);
  return AX_EXIT_USAGE;
}

/* Takes the option at argv[i]; how many words it was, 0: unknown or without its
 * value. */
static int take_option(const ax_plugin_manual *m, int argc, char **argv, int i,
                       ax_plugin_words *out) {
  for (size_t o = 0; m->options[o].name && o < AX_PLUGIN_WORDS; o++) {
    if (strcmp(argv[i], m->options[o].name) != 0) continue;
    if (!m->options[o].value) return out->values[o] = "", 1;
    if (i + 1 == argc) return 0;
    return out->values[o] = argv[i + 1], 2;
  }
  return 0;
}

bool ax_plugin_words_read(const ax_plugin_manual *m, int argc, char **argv,
                          ax_plugin_words *out, int *exit_code) {
  *out = (ax_plugin_words){ 0 };
  *exit_code = AX_EXIT_OK;
  for (int i = 0; i < argc;) {
    if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
      print_help(m);
      return false;
    }
    if (argv[i][0] != '-' || argv[i][1] == 0) {
      if (out->count == m->most)
        return *exit_code = wrong(m, "there is a word too many: ", argv[i]),
               false;
      out->words[out->count++] = argv[i++];
      continue;
    }
    int taken = take_option(m, argc, argv, i, out);
    if (!taken)
      return *exit_code = wrong(
                 m, "unknown option, or one without its value: ", argv[i]),
             false;
    i += taken;
  }
  if (out->count < m->least)
    return *exit_code = wrong(m, "something is missing", ""), false;
  return true;
}

int ax_plugin_words_run(const ax_plugin_manual *manual, int argc, char **argv,
                        size_t memory,
                        int (*run)(ax_arena *arena,
                                   const ax_plugin_words *words)) {
  ax_plugin_words words;
  int code;
  if (!ax_plugin_words_read(manual, argc, argv, &words, &code)) return code;
  (void)signal(SIGPIPE, SIG_IGN);
  ax_log_set_level(AX_LOG_ERROR);
  ax_arena *arena = ax_arena_new(memory);
  code = arena ? run(arena, &words)
               : ax_command_fail(AX_EXIT_USAGE, AX_NOMEM, NULL);
  ax_arena_free(arena);
  return code;
}
