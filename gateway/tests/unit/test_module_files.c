/* Unit tests of module files: which folders are modules, and who vouches. */
#include "support/module_kit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "scoring/module_files.h"
#include "scoring/module_manifest.h"

static ax_arena *arena;
static const char *plugins;

static int begin(void **state) {
  (void)state;
  arena = ax_arena_new(64 << 20);
  plugins = module_kit_new();
  module_kit_put(plugins, "m", "faulty", "behaves", "one");
  return arena ? 0 : -1;
}

static int end(void **state) {
  (void)state;
  module_kit_remove(plugins);
  ax_arena_free(arena);
  return 0;
}

static ax_module_trust trusting(const char *keys, bool signed_only) {
  ax_module_trust trust = { .signed_only = signed_only };
  assert_int_equal(
      ax_signature_keys_read(arena, ax_str_from(keys), &trust.keys, NULL),
      AX_OK);
  return trust;
}

static ax_status open_with(const ax_module_trust *trust, ax_module_files *out,
                           ax_error *err) {
  *err = (ax_error){ 0 };
  ax_status status =
      trust ? ax_module_files_open_trusted(arena, plugins, "m", trust, out, err)
            : ax_module_files_open(arena, plugins, "m", out, err);
  ax_module_files_close(out);
  return status;
}

static void assert_refused(const ax_module_trust *trust, ax_status want,
                           const char *says) {
  ax_module_files files;
  ax_error err;
  assert_int_equal(open_with(trust, &files, &err), want);
  if (!strstr(err.text, says)) fail_msg("'%s' lacks '%s'", err.text, says);
}

static void a_folder_is_named_after_its_module(void **state) {
  (void)state;
  ax_module_files files;
  ax_error err;
  assert_int_equal(open_with(NULL, &files, &err), AX_OK);
  assert_string_equal(files.name, "behaves");
  assert_int_equal(strlen(files.digest), 64);
  assert_int_equal(strlen(files.data_digest), 64);
  assert_string_equal(files.signer, "");
}

static void other_data_is_another_version(void **state) {
  (void)state;
  ax_module_files one, two;
  ax_error err;
  assert_int_equal(open_with(NULL, &one, &err), AX_OK);
  module_kit_file(plugins, "m", "data/version.txt", "two");
  assert_int_equal(open_with(NULL, &two, &err), AX_OK);
  assert_string_equal(one.digest, two.digest);
  assert_string_not_equal(one.version_digest, two.version_digest);
}

static void two_modules_in_a_folder_are_none(void **state) {
  (void)state;
  module_kit_put(plugins, "m", "faulty", "abort", NULL);
  assert_refused(NULL, AX_NOT_FOUND, "two modules in one folder");
}

static void what_is_signed_is_taken_and_its_signer_known(void **state) {
  (void)state;
  ax_module_trust trust = trusting(module_kit_key, true);
  ax_module_files files;
  ax_error err;
  module_kit_file(plugins, "m", "card.json", "{}");
  module_kit_sign(plugins, "m");
  if (open_with(&trust, &files, &err)) fail_msg("%s", err.text);
  assert_string_equal(files.signer, "3837363534333231");
}

static void the_unsigned_are_refused_where_signatures_are_wanted(void **state) {
  (void)state;
  ax_module_trust trust = trusting(module_kit_key, true);
  assert_refused(&trust, AX_DENIED, "it is not signed");
  trust.signed_only = false;
  ax_module_files files;
  ax_error err;
  assert_int_equal(open_with(&trust, &files, &err), AX_OK);
}

static void a_signature_of_a_stranger_is_worse_than_none(void **state) {
  (void)state;
  ax_module_trust trust = trusting("", false);
  module_kit_sign(plugins, "m");
  assert_refused(&trust, AX_DENIED, "not among those of the configuration");
}

static void every_file_in_the_folder_is_covered(void **state) {
  (void)state;
  ax_module_trust trust = trusting(module_kit_key, true);
  char path[200];
  module_kit_file(plugins, "m", "golden.json", "{}");
  module_kit_sign(plugins, "m");
  module_kit_file(plugins, "m", "data/version.txt", "tampered");
  assert_refused(&trust, AX_INVALID, "'data/version.txt' is not the file that");
  module_kit_file(plugins, "m", "data/version.txt", "one");
  module_kit_file(plugins, "m", "golden.json", "{} ");
  assert_refused(&trust, AX_INVALID, "'golden.json' is not the file that");
  module_kit_file(plugins, "m", "golden.json", "{}");
  module_kit_file(plugins, "m", "data/more.txt", "x");
  assert_refused(&trust, AX_INVALID, "does not list 'data/more.txt'");
  (void)snprintf(path, sizeof path, "%s/m/data/more.txt", plugins);
  assert_int_equal(unlink(path), 0);
  (void)snprintf(path, sizeof path, "%s/m/golden.json", plugins);
  assert_int_equal(unlink(path), 0);
  assert_refused(&trust, AX_INVALID, "lists 3 files, 2 of them are there");
}

static void another_manifest_is_not_what_was_signed(void **state) {
  (void)state;
  ax_module_trust trust = trusting(module_kit_key, true);
  module_kit_sign(plugins, "m");
  module_kit_file(plugins, "m", AX_MODULE_MANIFEST, "");
  assert_refused(&trust, AX_DENIED, "changed after it was signed");
}

#define DIGEST \
  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void lines_that_sha256sum_would_not_print_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *text, *says;
  } bad[] = {
    { "x\n", "line 1" },
    { DIGEST " a\n", "line 1" },
    { DIGEST "  a\n" DIGEST "  /etc/passwd\n", "line 2" },
    { DIGEST "  ../a\n", "line 1" },
    { DIGEST "  data/../../a\n", "line 1" },
    { DIGEST "  data//a\n", "line 1" },
    { DIGEST "  data/\n", "line 1" },
    { "0123456789ABCDEF" DIGEST "  a\n", "line 1" },
    { DIGEST "  a\n" DIGEST "  a\n", "line 2 of the manifest lists a file" },
  };
  for (size_t i = 0; i < AX_COUNT(bad); i++) {
    const ax_map *map = NULL;
    ax_error err = { 0 };
    assert_int_equal(
        ax_module_manifest_read(arena, ax_str_from(bad[i].text), &map, &err),
        AX_INVALID);
    if (!strstr(err.text, bad[i].says)) fail_msg("%zu: %s", i, err.text);
  }
  const ax_map *map = NULL;
  assert_int_equal(
      ax_module_manifest_read(arena, AX_STR(DIGEST " *a\n" DIGEST "  data/b"),
                              &map, NULL),
      AX_OK);
  assert_int_equal(ax_map_count(map), 2);
}

static ax_status read_manifest(ax_arena *to) {
  const ax_map *map = NULL;
  return ax_module_manifest_read(to, AX_STR(DIGEST "  a\n"), &map, NULL);
}

static void a_manifest_survives_every_failing_allocation(void **state) {
  (void)state;
  ax_test_torture(read_manifest, 4);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
    WITH(a_folder_is_named_after_its_module),
    WITH(other_data_is_another_version),
    WITH(two_modules_in_a_folder_are_none),
    WITH(what_is_signed_is_taken_and_its_signer_known),
    WITH(the_unsigned_are_refused_where_signatures_are_wanted),
    WITH(a_signature_of_a_stranger_is_worse_than_none),
    WITH(every_file_in_the_folder_is_covered),
    WITH(another_manifest_is_not_what_was_signed),
    WITH(lines_that_sha256sum_would_not_print_are_refused),
    WITH(a_manifest_survives_every_failing_allocation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
