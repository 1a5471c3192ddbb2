/* `auspex plugin new`: a plug-in that builds and passes check at once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/cmd_plugin.h"
#include "app/command.h"
#include "app/exits.h"
#include "app/plugin_words.h"
#include "base/file.h"
#include "kit/folder.h"
#include "kit/template.h"

#define LIBRARY "libonnxruntime.so.1"

enum {
  MEMORY_MAX = 256 << 20,
  ENGINE_MOST = 32 << 20,
  LIBRARY_MOST = 128 << 20
};
enum { ENGINE, LANGUAGE, SDK }; /* options */

static const ax_plugin_option options[] = {
  [ENGINE] = { "--engine", "NAME",
               "A model as data for this engine (model-file, onnx) instead of "
               "C." },
  [LANGUAGE] = { "--language", "c|cpp",
                 "What the code is written in: C (standard) or C++17." },
  [SDK] = { "--sdk", "FOLDER", "Where auspex_plugin.h and template/ are." },
  { NULL, NULL, NULL },
};

static const ax_plugin_manual manual = {
  .usage =
      "new [--engine model-file|onnx | --language c|cpp] [--sdk FOLDER] NAME",
  .about = "Makes the folder NAME with a small plug-in that builds and passes "
           "check.\n"
           "NAME may have folders before it; its last part is the name of "
           "module and\n"
           "model. Exit code 1 when the folder is there already. With the "
           "engine onnx\n"
           "ONNX Runtime is copied into NAME/lib where it was fetched (make\n"
           "onnxruntime).",
  .options = options,
  .least = 1,
  .most = 1,
};

/* The first of these folders, seen from this program, that is there: as
 * installed, and as built. */
static ax_str find_folder(ax_arena *arena, const char *const *places) {
  char exe[AX_FOLDER_PATH], full[AX_FOLDER_PATH];
  ssize_t len = readlink("/proc/self/exe", exe, sizeof exe - 1);
  if (len <= 0) return (ax_str){ NULL, 0 };
  exe[len] = 0;
  *strrchr(exe, '/') = 0;
  for (; *places; places++) {
    ax_str path = ax_arena_printf(arena, "%s/%s", exe, *places);
    if (path.ptr && ax_folder_full(path.ptr, full))
      return ax_arena_str(arena, ax_str_from(full));
  }
  return (ax_str){ NULL, 0 };
}

static ax_status find_sdk(ax_arena *arena, const char *given, ax_str *out,
                          ax_error *err) {
  static const char *const places[] = { "../share/auspex/sdk",
                                        "../../plugins/sdk",
                                        "../../../plugins/sdk", NULL };
  char full[AX_FOLDER_PATH];
  if (!given)
    *out = find_folder(arena, places);
  else if (ax_folder_full(given, full))
    *out = ax_arena_str(arena, ax_str_from(full));
  else
    out->ptr = NULL;
  if (out->ptr) return AX_OK;
  return ax_error_set(err, AX_NOT_FOUND,
                      "the SDK was not found; name its folder with --sdk");
}

/* The engine becomes the module: NAME/NAME.so. */
static ax_status copy_engine(ax_arena *arena, const char *engine,
                             const char *folder, ax_str name, ax_error *err) {
  static const char *const places[] = { "../lib/auspex/engines", "../engines",
                                        NULL };
  ax_str bytes, engines = find_folder(arena, places);
  if (!engines.ptr)
    return ax_error_set(err, AX_NOT_FOUND, "the engines were not found");
  ax_str from =
      ax_arena_printf(arena, "%s/%s/%s.so", engines.ptr, engine, engine);
  ax_str to =
      ax_arena_printf(arena, "%s/" AX_STR_FMT ".so", folder, AX_STR_ARG(name));
  if (!from.ptr || !to.ptr) return AX_NOMEM;
  AX_TRY(ax_file_read(arena, from.ptr, ENGINE_MOST, &bytes, err));
  return ax_file_write(to.ptr, bytes, err);
}

/* What an engine needs beside it. Where it was not fetched the author is told.
 */
static ax_status copy_library(ax_arena *arena, const char *engine,
                              const char *folder, ax_error *err) {
  static const char *const places[] = { "../lib/auspex/onnxruntime",
                                        "../onnxruntime", "../../onnxruntime",
                                        NULL };
  if (strcmp(engine, "onnx") != 0) return AX_OK;
  ax_str bytes, from = find_folder(arena, places);
  ax_str lib = ax_arena_printf(arena, "%s/lib", folder);
  ax_str to = ax_arena_printf(arena, "%s/lib/" LIBRARY, folder);
  if (!lib.ptr || !to.ptr) return AX_NOMEM;
  AX_TRY(ax_file_make_dirs(lib.ptr, err));
  if (from.ptr)
    from = ax_arena_printf(arena, AX_STR_FMT "/" LIBRARY, AX_STR_ARG(from));
  if (from.ptr && ax_file_exists(from.ptr)) {
    AX_TRY(ax_file_read(arena, from.ptr, LIBRARY_MOST, &bytes, err));
    return ax_file_write(to.ptr, bytes, err);
  }
  (void)fprintf(stderr,
                "auspex: put " LIBRARY " (ONNX Runtime 1.17 or newer) into "
                "%s/lib; `make onnxruntime` fetches it\n",
                folder);
  return AX_OK;
}

static const char *language_of(const ax_plugin_words *words) {
  return words->values[LANGUAGE] ? words->values[LANGUAGE] : "c";
}

static ax_status make(ax_arena *arena, const ax_plugin_words *words,
                      ax_error *err) {
  const char *folder = words->words[0], *engine = words->values[ENGINE];
  const char *language = language_of(words);
  const char *slash = strrchr(folder, '/');
  ax_template_names names = { .name = ax_str_from(slash ? slash + 1 : folder) };
  if (!ax_template_name_ok(names.name))
    return ax_error_set(err, AX_INVALID,
                        "\"%.60s\" is no name for a plug-in: small letters, "
                        "digits and hyphens, beginning with a letter",
                        names.name.ptr);
  AX_TRY(find_sdk(arena, words->values[SDK], &names.sdk, err));
  if (engine && !ax_template_name_ok(ax_str_from(engine)))
    return ax_error_set(err, AX_INVALID, "there is no engine \"%.60s\"",
                        engine);
  if (engine && words->values[LANGUAGE])
    return ax_error_set(err, AX_INVALID,
                        "with --engine there is no code, so no --language");
  if (strcmp(language, "c") != 0 && strcmp(language, "cpp") != 0)
    return ax_error_set(err, AX_INVALID,
                        "there is no template in \"%.60s\"; write c or cpp",
                        language);
  ax_str from =
      ax_arena_printf(arena, AX_STR_FMT "/template/%s", AX_STR_ARG(names.sdk),
                      engine ? engine : language);
  if (!from.ptr) return AX_NOMEM;
  AX_TRY(ax_template_copy(arena, from.ptr, folder, &names, err));
  if (!engine) return AX_OK;
  AX_TRY(copy_engine(arena, engine, folder, names.name, err));
  return copy_library(arena, engine, folder, err);
}

int ax_cmd_plugin_new(int argc, char **argv) {
  ax_plugin_words words;
  int code;
  if (!ax_plugin_words_read(&manual, argc, argv, &words, &code)) return code;
  ax_arena *arena = ax_arena_new(MEMORY_MAX);
  ax_error err = { 0 };
  ax_status status = arena ? make(arena, &words, &err) : AX_NOMEM;
  ax_arena_free(arena);
  if (status)
    return ax_command_fail(status == AX_INVALID || status == AX_CONFLICT
                               ? AX_EXIT_INPUT
                               : AX_EXIT_USAGE,
                           status, &err);
  if (words.values[ENGINE])
    (void)printf("%s: the model is data/*.json. Next: auspex plugin golden %s; "
                 "auspex plugin check %s\n",
                 words.words[0], words.words[0], words.words[0]);
  else
    (void)printf("%s: the code is plugin.%s. Next: make -C %s; make -C %s "
                 "check\n",
                 words.words[0],
                 strcmp(language_of(&words), "cpp") == 0 ? "cc" : "c",
                 words.words[0], words.words[0]);
  return AX_EXIT_OK;
}
