#include "support/module_kit.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sha256.h"
#include "scoring/module_files.h"

enum { PATH = 1200, FILE_MAX = 64 << 20 };

static const unsigned char seed[32] = "a seed that is for tests only..";
const char module_kit_key[] =
    "RWQxMjM0NTY3OPwbPmgfOlIHqHYSW3KA9/rbki+uOeFYVv/xoW8vNCo9";

const char *module_kit_build(const char *rest) {
  static char path[4][PATH];
  static unsigned turn;
  char *out = path[turn++ % 4];
  const char *folder = getenv("AUSPEX_BUILD");
  (void)snprintf(out, PATH, "%s/%s", folder ? folder : "build", rest);
  return out;
}

const char *module_kit_new(void) {
  static char folders[4][40];
  static unsigned turn;
  char *out = folders[turn++ % 4];
  (void)snprintf(out, sizeof folders[0], "/tmp/auspex-test-XXXXXX");
  assert_non_null(mkdtemp(out));
  return out;
}

void module_kit_remove(const char *plugins) {
  char command[PATH];
  assert_int_equal(strncmp(plugins, "/tmp/auspex-test-", 17), 0);
  (void)snprintf(command, sizeof command, "rm -rf '%s'", plugins);
  assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c) */
}

static void write_bytes(const char *path, ax_str bytes) {
  ax_error err = { 0 };
  if (ax_file_write(path, bytes, &err)) fail_msg("%s", err.text);
}

static ax_str read_bytes(ax_arena *arena, const char *path) {
  ax_error err = { 0 };
  ax_str bytes = { 0 };
  if (ax_file_read(arena, path, FILE_MAX, &bytes, &err))
    fail_msg("%s", err.text);
  return bytes;
}

void module_kit_file(const char *plugins, const char *folder, const char *name,
                     const char *text) {
  char path[PATH];
  (void)snprintf(path, sizeof path, "%s/%s/%s", plugins, folder, name);
  write_bytes(path, ax_str_from(text));
}

void module_kit_put(const char *plugins, const char *folder, const char *from,
                    const char *name, const char *data) {
  char path[PATH], rest[PATH / 2];
  ax_arena *arena = ax_arena_new(FILE_MAX);
  (void)snprintf(path, sizeof path, "%s/%s", plugins, folder);
  (void)mkdir(path, 0700);
  (void)snprintf(rest, sizeof rest, "%s/%s/%s.so", from, name, name);
  ax_str bytes = read_bytes(arena, module_kit_build(rest));
  (void)snprintf(path, sizeof path, "%s/%s/%s.so", plugins, folder, name);
  write_bytes(path, bytes);
  if (data) {
    (void)snprintf(path, sizeof path, "%s/%s/data", plugins, folder);
    (void)mkdir(path, 0700);
    module_kit_file(plugins, folder, "data/version.txt", data);
  }
  ax_arena_free(arena);
}

/* --- signing -----------------------------------------------------------------
 */

static void list(ax_arena *arena, const char *folder, const char *below,
                 ax_buf *out) {
  char path[PATH];
  const char *const *names = NULL;
  size_t count = 0;
  (void)snprintf(path, sizeof path, "%s/%s", folder, below);
  assert_int_equal(ax_file_list(arena, path, &names, &count, NULL), AX_OK);
  for (size_t i = 0; i < count; i++) {
    char digest[AX_SHA256_HEX + 1];
    (void)snprintf(path, sizeof path, "%s/%s%s", folder, below, names[i]);
    if (ax_file_is_dir(path) ||
        ax_str_starts(ax_str_from(names[i]), AX_STR(AX_MODULE_MANIFEST)))
      continue;
    ax_sha256_hex(read_bytes(arena, path), digest);
    ax_buf_printf(out, "%s  %s%s\n", digest, below, names[i]);
  }
}

static void base64(const unsigned char *bytes, size_t len, ax_buf *out) {
  char text[200];
  sodium_bin2base64(text, sizeof text, bytes, len,
                    sodium_base64_VARIANT_ORIGINAL);
  ax_buf_append(out, ax_str_from(text));
  ax_buf_append_char(out, '\n');
}

static void sign(ax_str bytes, ax_buf *out) {
  static const char comment[] = "by a test";
  unsigned char public[32], secret[64], hash[64];
  unsigned char line[2 + 8 + 64] = "ED12345678", both[64 + sizeof comment];
  unsigned char global[64];
  crypto_sign_seed_keypair(public, secret, seed);
  crypto_generichash(hash, sizeof hash, (const unsigned char *)bytes.ptr,
                     bytes.len, NULL, 0);
  crypto_sign_detached(line + 10, NULL, hash, sizeof hash, secret);
  memcpy(both, line + 10, 64);
  memcpy(both + 64, comment, sizeof comment - 1);
  crypto_sign_detached(global, NULL, both, 64 + sizeof comment - 1, secret);
  ax_buf_append(out, AX_STR("untrusted comment: x\n"));
  base64(line, sizeof line, out);
  ax_buf_printf(out, "trusted comment: %s\n", comment);
  base64(global, sizeof global, out);
}

void module_kit_sign(const char *plugins, const char *folder) {
  char path[PATH];
  ax_arena *arena = ax_arena_new(FILE_MAX);
  ax_buf manifest = AX_BUF_INIT(1 << 20), signature = AX_BUF_INIT(1 << 16);
  (void)snprintf(path, sizeof path, "%s/%s", plugins, folder);
  char data[PATH + 8];
  (void)snprintf(data, sizeof data, "%s/data", path);
  list(arena, path, "", &manifest);
  if (ax_file_is_dir(data)) list(arena, path, "data/", &manifest);
  sign(ax_buf_view(&manifest), &signature);
  (void)snprintf(path, sizeof path, "%s/%s/" AX_MODULE_MANIFEST, plugins,
                 folder);
  write_bytes(path, ax_buf_view(&manifest));
  (void)snprintf(path, sizeof path, "%s/%s/" AX_MODULE_SIGNATURE, plugins,
                 folder);
  write_bytes(path, ax_buf_view(&signature));
  ax_buf_free(&manifest);
  ax_buf_free(&signature);
  ax_arena_free(arena);
}
