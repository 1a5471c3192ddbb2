/* Unit tests of signatures: what minisign 0.11 wrote is the measure. */
#include "support/ax_test.h"

#include <stdio.h>
#include <string.h>

#include "scoring/signature.h"

#define KEY "RWQA08yI7QPdxziDKGIODzOYDNbeO6ujXTaDV53EYnaDC8ulkGLKwD0V"
#define OTHER_KEY "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"
#define BYTES "d1f2  model.so\n"

#define UNTRUSTED "untrusted comment: signature from minisign secret key\n"
#define LEGACY_LINE                                                          \
  "RWQA08yI7QPdx2WVxjOnF1FJjGIXwA5PyHkK6cApDYAF/2Cr3CHV2V3sYZAPsb7KwHhE7Iz7" \
  "DnlaBFO0+UiP1kf95FBm7fzjDwo=\n"
#define LEGACY_GLOBAL                                                        \
  "V9QsqtpcsjWIolH2XipREqOBJ/M5azABxHIO21DcSR7NGPSrBcN7Ocg/cmZjRdFGeWR+8pZc" \
  "AhDyNfmoiG4kBg==\n"
#define LEGACY \
  UNTRUSTED LEGACY_LINE "trusted comment: legacy by test\n" LEGACY_GLOBAL
#define HASHED                                                               \
  UNTRUSTED                                                                  \
  "RUQA08yI7QPdx9eSp1CYTzPpQxB6XIGZ51TY/KP31n2U2vaQzTc06KI+RDU+wvUL/+pw1Cwf" \
  "Qw7z4X31TLNucY+FTdlLC7vG4Qw=\n"                                           \
  "trusted comment: prehashed by test\n"                                     \
  "+218mXf9Js3XZnMrh+O3vC4iwjEoQEbkrLMlgJFYs6ygnLBYkqR6Ki8Pe8hHPB/RxcusgGcM" \
  "i8KMjqNxY+KABg==\n"

static ax_arena *arena;

static ax_signature_keys keys_of(const char *text) {
  ax_signature_keys keys;
  ax_error err = { 0 };
  if (ax_signature_keys_read(arena, ax_str_from(text), &keys, &err))
    fail_msg("%s", err.text);
  return keys;
}

static ax_status check(const char *file, const char *bytes, const char *keys,
                       ax_signature *out, ax_error *err) {
  ax_signature_keys known = keys_of(keys);
  *err = (ax_error){ 0 };
  return ax_signature_check(ax_str_from(file), ax_str_from(bytes), &known, out,
                            err);
}

static void what_minisign_signed_is_good_in_both_forms(void **state) {
  (void)state;
  ax_signature s;
  ax_error err;
  assert_int_equal(check(LEGACY, BYTES, KEY, &s, &err), AX_OK);
  assert_str(s.comment, "legacy by test");
  assert_string_equal(s.key, "C7DD03ED88CCD300");
  assert_int_equal(check(HASHED, BYTES, OTHER_KEY " " KEY, &s, &err), AX_OK);
  assert_str(s.comment, "prehashed by test");
}

static void lines_may_end_as_on_windows(void **state) {
  (void)state;
  char text[800], *to = text;
  for (const char *c = LEGACY; *c; c++) {
    if (*c == '\n') *to++ = '\r';
    *to++ = *c;
  }
  *to = '\0';
  ax_signature s;
  ax_error err;
  assert_int_equal(check(text, BYTES, KEY, &s, &err), AX_OK);
}

static void other_bytes_are_denied(void **state) {
  (void)state;
  ax_signature s;
  ax_error err;
  assert_int_equal(check(LEGACY, BYTES "x", KEY, &s, &err), AX_DENIED);
  assert_non_null(strstr(err.text, "changed after it was signed"));
  assert_int_equal(check(HASHED, "", KEY, &s, &err), AX_DENIED);
}

static void a_key_we_do_not_know_is_denied_by_its_number(void **state) {
  (void)state;
  ax_signature s;
  ax_error err;
  assert_int_equal(check(HASHED, BYTES, OTHER_KEY, &s, &err), AX_DENIED);
  assert_non_null(strstr(err.text, "C7DD03ED88CCD300"));
  assert_int_equal(check(HASHED, BYTES, "", &s, &err), AX_DENIED);
}

static void a_changed_trusted_comment_is_denied(void **state) {
  (void)state;
  ax_signature s;
  ax_error err;
  assert_int_equal(check(UNTRUSTED LEGACY_LINE
                         "trusted comment: legacy by best\n" LEGACY_GLOBAL,
                         BYTES, KEY, &s, &err),
                   AX_DENIED);
  assert_non_null(strstr(err.text, "trusted comment"));
}

/* One flipped bit anywhere in either signature. */
static void no_changed_signature_is_good(void **state) {
  (void)state;
  static const char digits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  char text[800];
  for (size_t i = sizeof UNTRUSTED - 1; LEGACY[i]; i++) {
    (void)snprintf(text, sizeof text, "%s", LEGACY);
    const char *digit = strchr(digits, text[i]);
    if (!digit || text[i - 1] == '\n' || text[i + 1] == '=') continue;
    text[i] = digits[(size_t)(digit - digits) ^ 1];
    ax_signature s;
    ax_error err;
    assert_int_not_equal(check(text, BYTES, KEY, &s, &err), AX_OK);
  }
}

static void what_is_no_signature_file_is_said_to_be_none(void **state) {
  (void)state;
  static const char *const bad[] = {
    "",
    "\n\n\n\n",
    UNTRUSTED,
    UNTRUSTED LEGACY_LINE,
    UNTRUSTED LEGACY_LINE "trusted comment: legacy by test\n",
    UNTRUSTED LEGACY_LINE "comment: legacy by test\n" LEGACY_GLOBAL,
    "comment: x\n" LEGACY_LINE "trusted comment: x\n" LEGACY_GLOBAL,
    UNTRUSTED "RWQA\ntrusted comment: x\n" LEGACY_GLOBAL,
    UNTRUSTED LEGACY_LINE "trusted comment: x\xff\n" LEGACY_GLOBAL,
  };
  for (size_t i = 0; i < AX_COUNT(bad); i++) {
    ax_signature s;
    ax_error err;
    assert_int_equal(check(bad[i], BYTES, KEY, &s, &err), AX_INVALID);
  }
}

static void what_is_no_key_is_named(void **state) {
  (void)state;
  static const char *const bad[] = { "hello", KEY "A", "RWQA", KEY " oops",
                                     LEGACY_LINE };
  for (size_t i = 0; i < AX_COUNT(bad); i++) {
    ax_signature_keys keys;
    ax_error err = { 0 };
    assert_int_equal(
        ax_signature_keys_read(arena, ax_str_from(bad[i]), &keys, &err),
        AX_INVALID);
    assert_non_null(strstr(err.text, "no minisign public key"));
  }
  assert_int_equal(keys_of(" " KEY ",\n" OTHER_KEY " ").count, 2);
}

static int begin(void **state) {
  (void)state;
  arena = ax_arena_new(4 << 20);
  return arena ? 0 : -1;
}

static int end(void **state) {
  (void)state;
  ax_arena_free(arena);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_minisign_signed_is_good_in_both_forms),
    cmocka_unit_test(lines_may_end_as_on_windows),
    cmocka_unit_test(other_bytes_are_denied),
    cmocka_unit_test(a_key_we_do_not_know_is_denied_by_its_number),
    cmocka_unit_test(a_changed_trusted_comment_is_denied),
    cmocka_unit_test(no_changed_signature_is_good),
    cmocka_unit_test(what_is_no_signature_file_is_said_to_be_none),
    cmocka_unit_test(what_is_no_key_is_named),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
