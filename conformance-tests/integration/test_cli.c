/* From outside: the command line. */
#include "../support/outside.h"
#include "../support/patients.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RUN(...) outside_run((const char *const[]){ __VA_ARGS__, NULL }, NULL)

#define assert_says(text, part)                                        \
  do {                                                                 \
    if (!strstr((text), (part))) print_error("it said: %s\n", (text)); \
    assert_non_null(strstr((text), (part)));                           \
  } while (0)

static void every_command_has_help(void **state) {
  (void)state;
  const char *commands[] = { "serve", "validate", "explain", "score" };
  for (size_t i = 0; i < AX_COUNT(commands); i++) {
    outside_run_result r = RUN(commands[i], "--help");
    assert_int_equal(r.code, 0);
    assert_says(r.out, commands[i]);
    assert_says(r.out, "--");
  }
}

static void help_lists_commands_and_exit_codes(void **state) {
  (void)state;
  outside_run_result r = RUN("help");
  assert_int_equal(r.code, 0);
  assert_says(r.out, "serve");
  assert_says(r.out, "validate");
  assert_says(r.out, "Exit codes:");
  assert_int_equal(RUN("--help").code, 0);
}

static void plugin_lists_its_subcommands_and_the_models(void **state) {
  (void)state;
  outside_run_result r = RUN("plugin", "--help");
  assert_int_equal(r.code, 0);
  assert_says(r.out, "list");
  r = RUN("plugin");
  assert_int_equal(r.code, 2);
  r = RUN("plugin", "frobnicate");
  assert_int_equal(r.code, 2);
  assert_says(r.err, "not \"frobnicate\"");
  r = RUN("plugin", "list", "--data", "/nonexistent", "--modules-unsigned");
  if (r.code) print_error("%s\n", r.err);
  assert_int_equal(r.code, 0);
  assert_says(r.out, "early-diagnosis\torg.auspex-gateway.endpac\t");
  assert_says(r.out, "\tstaged\t");
  r = RUN("plugin", "list", "--data", "/nonexistent");
  assert_int_equal(r.code, 0);
  assert_says(r.out, "quarantined\tit is not signed");
  assert_int_equal(RUN("plugin", "list", "extra").code, 2);
  assert_int_equal(RUN("plugin", "activate").code, 2);
}

static void the_version_is_one_line(void **state) {
  (void)state;
  outside_run_result r = RUN("version");
  assert_int_equal(r.code, 0);
  assert_int_equal(strncmp(r.out, "auspex ", 7), 0);
  assert_int_equal(strcspn(r.out, "\n"), strlen(r.out) - 1);
}

static void unknown_commands_and_flags_are_usage_errors(void **state) {
  (void)state;
  outside_run_result r = RUN("frobnicate");
  assert_int_equal(r.code, 2);
  assert_says(r.err, "there is no command \"frobnicate\"");
  assert_int_equal(outside_run((const char *const[]){ NULL }, NULL).code, 2);
  r = RUN("serve", "--no-such-flag", "1");
  assert_int_equal(r.code, 2);
  assert_says(r.err, "\"--no-such-flag\"");
  r = RUN("serve", "extra");
  assert_int_equal(r.code, 2);
}

static void an_unknown_key_is_named_with_file_and_line(void **state) {
  (void)state;
  char name[] = "/tmp/auspex-cli-XXXXXX";
  int fd = mkstemp(name);
  assert_true(fd >= 0);
  const char text[] = "# a comment\nmax_body = 1M\nmax_boby = 2M\n";
  assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
  (void)close(fd);
  outside_run_result r = RUN("serve", "--config", name);
  (void)unlink(name);
  assert_int_equal(r.code, 2);
  assert_says(r.err, ":3: there is no option \"max_boby\"");
}

static void the_configuration_can_be_shown_and_checked(void **state) {
  (void)state;
  outside_run_result r =
      RUN("serve", "--print-config", "--max-body", "1M", "--listen", "[::1]:1");
  assert_int_equal(r.code, 0);
  assert_says(r.out, "\nmax_body = 1048576\n");
  assert_says(r.out, "\nlisten = [::1]:1\n");
  assert_int_equal(RUN("serve", "--check-config").code, 0);
  assert_int_equal(RUN("serve", "--check-config", "--threads", "0").code, 2);
}

/* Before a restart: files that options name are looked at, too. */
static void what_options_name_is_checked(void **state) {
  (void)state;
  static const struct {
    const char *flag, *value, *why;
  } rows[] = {
    { "--targets", "/nowhere.json", "targets: cannot open /nowhere.json" },
    { "--targets", "FILE", "FILE: line 1, the file has a member \"to\"" },
    { "--translations", "/nowhere.json", "translations: " },
    { "--mitigations", "/nowhere.json", "mitigations: " },
    { "--mitigations", "FILE", "mitigations: FILE: " },
    { "--sender-validation", "lab=lax", "sender_validation: \"lax\"" },
    { "--terminology-ca", "FILE", "terminology_ca, _cert and _key: the file" },
    { "--terminology-token-file", "/nowhere", "terminology_token_file: " },
    { "--module-keys", "RWshort", "--module-keys: module_keys is public keys" },
    { "--listen", "10.0.0.1:80", "--insecure-no-auth" },
  };
  char file[] = "/tmp/auspex-check-XXXXXX";
  int fd = mkstemp(file);
  assert_int_equal(write(fd, "{\"to\":1}", 8), 8);
  (void)close(fd);
  ax_arena *arena = ax_arena_new(1 << 20);
  for (size_t i = 0; i < AX_COUNT(rows); i++) {
    const char *value = strcmp(rows[i].value, "FILE") ? rows[i].value : file;
    ax_str why =
        patients_replace(arena, ax_str_from(rows[i].why), "FILE", file);
    outside_run_result r =
        RUN("serve", "--terminology-server", "http://127.0.0.1:1/r4",
            "--check-config", rows[i].flag, value);
    if (r.code != 2 || !strstr(r.err, why.ptr))
      fail_msg("%s: %d %s", rows[i].flag, r.code, r.err);
    r = RUN("serve", "--terminology-server", "http://127.0.0.1:1/r4",
            rows[i].flag, value);
    if (r.code != 2 || !strstr(r.err, why.ptr))
      fail_msg("%s, serving: %d %s", rows[i].flag, r.code, r.err);
  }
  ax_arena_free(arena);
  (void)unlink(file);
}

static void other_addresses_need_a_word(void **state) {
  (void)state;
  outside_run_result r = RUN("serve", "--listen", "0.0.0.0:0");
  assert_int_equal(r.code, 2);
  assert_says(r.err, "--insecure-no-auth");
  r = RUN("serve", "--listen", "nonsense");
  assert_int_equal(r.code, 2);
  assert_says(r.err, "ADDR:PORT");
}

static void each_thing_that_is_missing_has_its_code(void **state) {
  (void)state;
  outside_run_result r = RUN("serve", "--listen", "127.0.0.1:0", "--packages",
                             "/no/such/folder", "--profiles", "");
  assert_int_equal(r.code, 4);
  assert_says(r.err, "/no/such/folder");
  r = RUN("serve", "--listen", "127.0.0.1:0", "--data", "/dev/null/data");
  assert_int_equal(r.code, 3);
  r = RUN("serve", "--listen", "127.0.0.1:0", "--worker", "/no/such/worker");
  assert_int_equal(r.code, 6);
}

static void a_taken_port_and_a_taken_store_are_said(void **state) {
  (void)state;
  outside *gw = outside_start(NULL);
  char listen[40], other[80];
  (void)snprintf(listen, sizeof listen, "127.0.0.1:%u", outside_port(gw));
  (void)snprintf(other, sizeof other, "%s-other", outside_data(gw));
  outside_run_result port = RUN("serve", "--listen", listen, "--data", other);
  int port_code = port.code;
  bool named = strstr(port.err, "cannot listen on 127.0.0.1:") != NULL;
  outside_run_result store =
      RUN("serve", "--listen", "127.0.0.1:0", "--data", outside_data(gw));
  char remove[120];
  (void)snprintf(remove, sizeof remove, "rm -rf '%s'", other);
  /* Nothing a stranger could have put into this name. */
  assert_int_equal(system(remove), 0); /* NOLINT(cert-env33-c) */
  outside_stop(gw);
  assert_int_equal(port_code, 5);
  assert_true(named);
  assert_int_equal(store.code, 3);
}

static void score_reads_a_bundle_and_prints_one(void **state) {
  (void)state;
  outside_run_result r =
      outside_run((const char *const[]){ "score", "-", NULL },
                  "{\"resourceType\":\"Bundle\",\"type\":\"collection\"}");
  if (r.code) print_error("%s\n", r.err);
  assert_int_equal(r.code, 0);
  assert_says(r.out, "\"resourceType\":\"Bundle\"");
  assert_int_equal(RUN("score").code, 2);
  assert_int_equal(RUN("score", "/no/such/file").code, 2);
  r = outside_run((const char *const[]){ "score", "-", NULL }, "{\n nope");
  assert_int_equal(r.code, 1);
  assert_says(r.err, "-:2:");
  r = outside_run(
      (const char *const[]){ "score", "--as-of", "soon", "-", NULL }, "{}");
  assert_int_equal(r.code, 2);
  r = outside_run(
      (const char *const[]){ "score", "--model", "no-such-model", "-", NULL },
      "{\"resourceType\":\"Bundle\",\"type\":\"collection\"}");
  assert_int_equal(r.code, 1);
}

static void explain_shows_what_is_checked(void **state) {
  (void)state;
  outside_run_result r = RUN("explain", "Observation");
  assert_int_equal(r.code, 0);
  assert_says(r.out, "\n  status 1..1 code\n");
  assert_says(r.out, "binding, required: http://hl7.org/fhir/ValueSet/"
                     "observation-status");
  r = RUN("explain", "--format", "json", "Observation");
  assert_int_equal(r.code, 0);
  assert_says(r.out, "{\"url\":\"http://hl7.org/fhir/StructureDefinition/"
                     "Observation|4.0.1\"");
  assert_int_equal(RUN("explain", "--format", "xml", "Patient").code, 2);
  assert_int_equal(RUN("explain", "Patient", "Observation").code, 2);
  assert_int_equal(RUN("explain", "http://example.org/no-such").code, 2);
  assert_int_equal(RUN("explain").code, 2);
}

static void
fhirpath_prints_types_and_values_and_asks_for_members(void **state) {
  (void)state;
  const char *json = "{\"resourceType\":\"Patient\",\"gender\":\"female\"}";
  outside_run_result r = outside_run(
      (const char *const[]){
          "fhirpath",
          "gender | gender.memberOf('http://hl7.org/fhir/ValueSet/"
          "administrative-gender')",
          "-", NULL },
      json);
  assert_int_equal(r.code, 0);
  assert_string_equal(r.out, "[{\"type\":\"code\",\"value\":\"female\"},"
                             "{\"type\":\"boolean\",\"value\":true}]\n");
  r = outside_run(
      (const char *const[]){ "fhirpath", "--strict", "gendr", "-", NULL },
      json);
  assert_int_equal(r.code, 1);
  assert_says(r.err, "line 1, column 1");
}

/* Many files, several at once: told in the order of their names. */
static void validate_takes_folders_and_keeps_their_order(void **state) {
  (void)state;
  char folder[] = "/tmp/auspex-files-XXXXXX";
  char path[80], remove[100];
  assert_non_null(mkdtemp(folder));
  for (int i = 0; i < 200; i++) {
    (void)snprintf(path, sizeof path, "%s/%03d.json", folder, i);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fprintf(file, "{\"resourceType\":\"Patient\",\"%s\":true}",
                  i % 2 ? "active" : "actve");
    (void)fclose(file);
  }
  outside_run_result r = RUN("validate", "--jobs", "4", folder);
  const char *at = r.out;
  for (int i = 0; i < 200 && at; i += 2) {
    (void)snprintf(path, sizeof path, "%s/%03d.json:1:", folder, i);
    at = strstr(at, path);
  }
  (void)snprintf(remove, sizeof remove, "rm -rf %s", folder);
  assert_int_equal(system(remove), 0); /* NOLINT(cert-env33-c) */
  assert_non_null(at);
  assert_int_equal(r.code, 1);
  assert_says(r.out, "200 files: 100 valid, 100 invalid, 0 unusable; 100 "
                     "errors, 0 warnings\n");
  assert_null(strchr(r.err, '\r')); /* progress is for terminals */
}

static void comments_are_taken_when_they_are_asked_for(void **state) {
  (void)state;
  static const char json[] = "// an example\n{ \"resourceType\": \"Patient\" "
                             "/* who */, \"actve\": true }";
  outside_run_result r =
      outside_run((const char *const[]){ "validate", "-", NULL }, json);
  assert_int_equal(r.code, 1);
  assert_says(r.out, "1:1: ");
  r = outside_run(
      (const char *const[]){ "validate", "--json-comments", "-", NULL }, json);
  assert_int_equal(r.code, 1);
  assert_says(r.out, "2:40: error: There is no element 'actve'");
}

static void validate_says_what_it_cannot_use(void **state) {
  (void)state;
  outside_run_result r = RUN("validate", "/no/such/file.json");
  assert_int_equal(r.code, 2);
  assert_says(r.err, "/no/such/file.json");
  assert_says(r.out, "1 unusable");
  assert_int_equal(RUN("validate").code, 2);
  assert_int_equal(RUN("validate", "--jobs", "0", "-").code, 2);
  r = RUN("validate", "--package", "no.such.package#1.0.0", "-");
  assert_int_equal(r.code, 2);
  assert_says(r.err, "no.such.package#1.0.0");
}

static void a_missing_dependency_is_named_and_not_fatal(void **state) {
  (void)state;
  char folder[] = "/tmp/auspex-package-XXXXXX";
  char path[80], remove[100];
  assert_non_null(mkdtemp(folder));
  (void)snprintf(path, sizeof path, "%s/package.json", folder);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  (void)fputs("{\"name\":\"an.ig\",\"version\":\"1.0.0\",\"dependencies\":"
              "{\"not.to.be.had\":\"2.0.0\"}}",
              file);
  (void)fclose(file);
  outside_run_result r = outside_run(
      (const char *const[]){ "validate", "--package", folder, "-", NULL },
      "{\"resourceType\":\"Patient\",\"active\":true}");
  (void)snprintf(remove, sizeof remove, "rm -rf %s", folder);
  assert_int_equal(system(remove), 0); /* NOLINT(cert-env33-c) */
  assert_int_equal(r.code, 0);
  assert_says(r.err, "auspex: warning: package an.ig#1.0.0 depends on "
                     "not.to.be.had#2.0.0, which is not loaded");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_command_has_help),
    cmocka_unit_test(help_lists_commands_and_exit_codes),
    cmocka_unit_test(plugin_lists_its_subcommands_and_the_models),
    cmocka_unit_test(the_version_is_one_line),
    cmocka_unit_test(unknown_commands_and_flags_are_usage_errors),
    cmocka_unit_test(an_unknown_key_is_named_with_file_and_line),
    cmocka_unit_test(the_configuration_can_be_shown_and_checked),
    cmocka_unit_test(what_options_name_is_checked),
    cmocka_unit_test(other_addresses_need_a_word),
    cmocka_unit_test(each_thing_that_is_missing_has_its_code),
    cmocka_unit_test(a_taken_port_and_a_taken_store_are_said),
    cmocka_unit_test(score_reads_a_bundle_and_prints_one),
    cmocka_unit_test(explain_shows_what_is_checked),
    cmocka_unit_test(fhirpath_prints_types_and_values_and_asks_for_members),
    cmocka_unit_test(validate_takes_folders_and_keeps_their_order),
    cmocka_unit_test(comments_are_taken_when_they_are_asked_for),
    cmocka_unit_test(validate_says_what_it_cannot_use),
    cmocka_unit_test(a_missing_dependency_is_named_and_not_fatal),
  };
  return cmocka_run_group_tests_name("cli", tests, NULL, NULL);
}
