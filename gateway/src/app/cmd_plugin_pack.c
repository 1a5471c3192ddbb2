/* `auspex plugin pack`: a module folder as one deterministic archive. */
#include <stdio.h>
#include <string.h>

#include "app/cmd_plugin.h"
#include "app/command.h"
#include "app/exits.h"
#include "app/plugin_words.h"
#include "base/file.h"
#include "base/sha256.h"
#include "kit/bundle.h"

enum { OUT }; /* options */

static const ax_plugin_option options[] = {
  [OUT] = { "--out", "FILE",
            "Where to; default: NAME.tar.gz beside the folder." },
  { NULL, NULL, NULL },
};

static const ax_plugin_manual manual = {
  .usage = "pack [--out FILE] FOLDER",
  .about =
      "Writes FOLDER/manifest.sha256 and an archive with the module, its "
      "data,\n"
      "cards, golden rows, libraries, the manifest and a signature that fits\n"
      "it, as .tar.gz. The same files make the same bytes. Unpack it in the "
      "folder of\n"
      "plug-ins of a gateway.",
  .options = options,
  .least = 1,
  .most = 1,
};

/* A signature over another manifest must not travel with this one. */
static ax_status write_manifest(ax_arena *arena, const char *folder,
                                ax_str manifest, ax_error *err) {
  ax_str old, path = ax_arena_printf(arena, "%s/" AX_BUNDLE_MANIFEST, folder);
  ax_str mark = ax_arena_printf(arena, "%s/" AX_BUNDLE_SIGNATURE, folder);
  if (!path.ptr || !mark.ptr) return AX_NOMEM;
  ax_error ignored = { 0 };
  bool same = !ax_file_read(arena, path.ptr, 1 << 20, &old, &ignored) &&
              ax_str_eq(old, manifest);
  if (same) return AX_OK;
  if (ax_file_exists(mark.ptr) && remove(mark.ptr) == 0)
    (void)fprintf(stderr, "auspex: the signature did not fit the files any "
                          "more and was taken away; sign it again\n");
  return ax_file_write(path.ptr, manifest, err);
}

static ax_status pack(ax_arena *arena, const ax_plugin_words *words,
                      ax_str *file, ax_error *err) {
  const char *folder = words->words[0];
  size_t len = strlen(folder);
  while (len > 1 && folder[len - 1] == '/') len--;
  ax_buf manifest = AX_BUF_INIT(1 << 20), archive = AX_BUF_INIT(AX_BUNDLE_MOST);
  *file = words->values[OUT]
              ? ax_str_from(words->values[OUT])
              : ax_arena_printf(arena, "%.*s.tar.gz", (int)len, folder);
  ax_status status = ax_bundle_manifest(arena, folder, &manifest, err);
  if (!status)
    status = write_manifest(arena, folder, ax_buf_view(&manifest), err);
  if (!status)
    status =
        ax_bundle_archive(arena, folder, ax_buf_view(&manifest), &archive, err);
  if (!status) status = ax_file_write(file->ptr, ax_buf_view(&archive), err);
  char digest[AX_SHA256_HEX + 1];
  ax_sha256_hex(ax_buf_view(&archive), digest);
  if (!status) (void)printf("%s  " AX_STR_FMT "\n", digest, AX_STR_ARG(*file));
  ax_buf_free(&manifest);
  ax_buf_free(&archive);
  return status;
}

int ax_cmd_plugin_pack(int argc, char **argv) {
  ax_plugin_words words;
  int code;
  if (!ax_plugin_words_read(&manual, argc, argv, &words, &code)) return code;
  ax_arena *arena = ax_arena_new((size_t)AX_BUNDLE_MOST * 2);
  ax_error err = { 0 };
  ax_str file;
  ax_status status = arena ? pack(arena, &words, &file, &err) : AX_NOMEM;
  code = status ? ax_command_fail(status == AX_NOT_FOUND ? AX_EXIT_INPUT
                                                         : AX_EXIT_USAGE,
                                  status, &err)
                : AX_EXIT_OK;
  ax_arena_free(arena);
  return code;
}
