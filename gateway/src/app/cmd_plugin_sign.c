/* `auspex plugin sign`: vouches for a module folder. */
#include <stdio.h>
#include <sys/stat.h>

#include "app/cmd_plugin.h"
#include "app/command.h"
#include "app/exits.h"
#include "app/plugin_words.h"
#include "base/file.h"
#include "kit/bundle.h"
#include "kit/sign.h"

enum { KEY, NEW_KEY }; /* options */

static const ax_plugin_option options[] = {
  [KEY] = { "--key", "FILE", "The secret key, as minisign keeps it." },
  [NEW_KEY] = { "--new-key", "NAME",
                "Make NAME.key (secret) and NAME.pub, and sign nothing." },
  { NULL, NULL, NULL },
};

static const ax_plugin_manual manual = {
  .usage = "sign --key FILE FOLDER | sign --new-key NAME",
  .about =
      "Writes FOLDER/manifest.sha256 and manifest.sha256.minisig, which a\n"
      "gateway with the public key in its configuration (and `minisign -V`)\n"
      "accepts. Exit code 1 when the key cannot be used.",
  .options = options,
  .least = 0,
  .most = 1,
};

static ax_status write_beside(ax_arena *arena, const char *name,
                              const char *tail, const ax_buf *text,
                              ax_error *err) {
  ax_str path = ax_arena_printf(arena, "%s%s", name, tail);
  if (!path.ptr) return AX_NOMEM;
  if (text->status) return text->status;
  return ax_file_write(path.ptr, ax_buf_view(text), err);
}

static ax_status new_key(ax_arena *arena, const char *name, ax_error *err) {
  ax_buf secret = AX_BUF_INIT(AX_SIGN_FILE), open = AX_BUF_INIT(AX_SIGN_FILE);
  ax_str path = ax_arena_printf(arena, "%s.key", name);
  ax_status status = path.ptr ? AX_OK : AX_NOMEM;
  if (!status && ax_file_exists(path.ptr))
    status =
        ax_error_set(err, AX_CONFLICT,
                     "%s is there already; a key is not overwritten", path.ptr);
  mode_t mask = umask(077); /* the secret one is for its owner */
  if (!status) status = ax_sign_new_key(&secret, &open, err);
  if (!status) status = write_beside(arena, name, ".key", &secret, err);
  (void)umask(mask);
  if (!status) status = write_beside(arena, name, ".pub", &open, err);
  if (!status)
    (void)printf("%s.key is the secret key: keep it. %s.pub is for the "
                 "gateways' configuration.\n",
                 name, name);
  ax_buf_free(&secret);
  ax_buf_free(&open);
  return status;
}

static ax_status sign(ax_arena *arena, const char *key_file, const char *folder,
                      ax_error *err) {
  ax_str key;
  ax_buf manifest = AX_BUF_INIT(1 << 20), mark = AX_BUF_INIT(AX_SIGN_FILE);
  ax_status status = ax_file_read(arena, key_file, AX_SIGN_FILE, &key, err);
  if (!status) status = ax_bundle_manifest(arena, folder, &manifest, err);
  if (!status)
    status =
        ax_sign_make(key, ax_buf_view(&manifest),
                     AX_STR("file:" AX_BUNDLE_MANIFEST "\thashed"), &mark, err);
  if (!status)
    status =
        write_beside(arena, folder, "/" AX_BUNDLE_MANIFEST, &manifest, err);
  if (!status)
    status = write_beside(arena, folder, "/" AX_BUNDLE_SIGNATURE, &mark, err);
  if (!status) (void)printf("%s/" AX_BUNDLE_SIGNATURE "\n", folder);
  ax_buf_free(&manifest);
  ax_buf_free(&mark);
  return status;
}

int ax_cmd_plugin_sign(int argc, char **argv) {
  ax_plugin_words words;
  int code;
  if (!ax_plugin_words_read(&manual, argc, argv, &words, &code)) return code;
  bool making = words.values[NEW_KEY] != NULL;
  if (making ? words.count > 0 : !words.values[KEY] || words.count == 0) {
    (void)fprintf(stderr, "auspex: sign needs --key FILE and a FOLDER, or "
                          "--new-key NAME\n");
    return AX_EXIT_USAGE;
  }
  ax_arena *arena = ax_arena_new((size_t)AX_BUNDLE_MOST);
  ax_error err = { 0 };
  ax_status status = !arena ? AX_NOMEM
                     : making
                         ? new_key(arena, words.values[NEW_KEY], &err)
                         : sign(arena, words.values[KEY], words.words[0], &err);
  ax_arena_free(arena);
  if (!status) return AX_EXIT_OK;
  return ax_command_fail(status == AX_INVALID || status == AX_CONFLICT ||
                                 status == AX_NOT_FOUND
                             ? AX_EXIT_INPUT
                             : AX_EXIT_USAGE,
                         status, &err);
}
