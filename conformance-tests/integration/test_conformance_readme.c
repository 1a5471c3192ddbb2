/* The integrator's guide: every command of conformance-tests/README.md is run,
 * against a gateway of ours that stands for the server at 127.0.0.1:8080. */
#include "../support/outside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH = 1000 };

static const char *named(const char *variable, const char *otherwise) {
  const char *value = getenv(variable);
  return value ? value : otherwise;
}

/* The repository as the guide's reader has it, in a folder of our own. `make`
 * has been called when tests run; what `make conformance` calls is called. What
 * the suites find is for `make conformance` to judge: here it must run. */
static const char preamble[] =
    "cd \"$folder\"\n"
    "for part in conformance-tests deploy fhir-profiles gateway; do\n"
    "  ln -s \"$root/$part\" .\n"
    "done\n"
    "mkdir -p build/bin\n"
    "ln -s \"$root/build/packages\" \"$build\"/plugins build\n"
    "ln -s \"$build\"/bin/* build/bin\n"
    "mv build/bin/auspex-conformance build/real\n"
    "mv with-a-client build/bin/auspex-conformance\n"
    "make() {\n"
    "  [ $# != 0 ] || return 0\n"
    "  [ \"$1\" = conformance ] || exit 9\n"
    "  BUILD=build conformance-tests/run-suite.sh || [ $? = 1 ]\n"
    "}\nset -x\n";

/* A proxy that listens waits for a client: there is one, which sends a message.
 * Then the proxy is ended, unless it ends when its scripts have judged that. */
static const char with_a_client[] =
    "#!/bin/sh\n"
    "set -eu\n"
    "case $* in\n"
    "proxy*--listen*) ;;\n"
    "*) exec build/real \"$@\" ;;\n"
    "esac\n"
    ": >told\n"
    "build/real \"$@\" >told &\n"
    "proxy=$! base=\n"
    "trap 'kill $proxy 2>/dev/null || :' EXIT\n"
    "for _ in $(seq 600); do\n"
    "  base=$(sed -n 's|^listening on \\([^,]*\\),.*|\\1|p' told)\n"
    "  [ -z \"$base\" ] || break\n"
    "  sleep 0.05\n"
    "done\n"
    "curl -fsS -o answer -H 'Content-Type: application/fhir+json' \\\n"
    "  --data-binary @sample-data/endpac-high.json \"$base\"\n"
    "case $* in *.json) ;; *) kill -TERM $proxy ;; esac\n"
    "wait $proxy\n";

static FILE *open_in(const char *folder, const char *name) {
  char path[PATH];
  (void)snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  return file;
}

static void put_preamble(FILE *script, const char *folder) {
  char line[2 * PATH];
  FILE *wrapper = open_in(folder, "with-a-client");
  (void)fputs(with_a_client, wrapper);
  (void)fclose(wrapper);
  (void)snprintf(line, sizeof line, "chmod +x %s/with-a-client", folder);
  assert_int_equal(system(line), 0); /* NOLINT(cert-env33-c) */
  (void)fprintf(script,
                "set -eu\nroot=$(cd '%s' && pwd) build=$(cd '%s' && pwd) "
                "folder='%s'\n%s",
                named("AUSPEX_ROOT", "."), named("AUSPEX_BUILD", "build"),
                folder, preamble);
}

/* Copies all blocks of sh, with other addresses for those in the guide; how
 * many. */
static int put_blocks(FILE *script, const char *text, const char *base) {
  static const char begin[] = "\n```sh\n";
  const struct {
    const char *guide, *here;
  } words[] = { { "http://127.0.0.1:8080/fhir", base },
                { "--listen 8090", "--listen 0" } };
  int blocks = 0;
  while ((text = strstr(text, begin))) {
    text += sizeof begin - 1;
    const char *end = strstr(text, "```");
    assert_non_null(end);
    while (text < end) {
      size_t w = 0;
      while (w < 2 &&
             strncmp(text, words[w].guide, strlen(words[w].guide)) != 0)
        w++;
      (void)fprintf(script, w < 2 ? "%s" : "%.1s",
                    w < 2 ? words[w].here : text);
      text += w < 2 ? strlen(words[w].guide) : 1;
    }
    blocks++;
  }
  return blocks;
}

static int run_script(const char *folder) {
  char line[3 * PATH];
  (void)snprintf(line, sizeof line, "timeout %lld sh %s/guide.sh >%s/log 2>&1",
                 (long long)ax_test_ms(240), folder, folder);
  int status = system(line); /* NOLINT(cert-env33-c): as a shell runs it */
  if (status != 0) {
    (void)snprintf(line, sizeof line, "tail -n 40 %s/log >&2", folder);
    (void)!system(line); /* NOLINT(cert-env33-c) */
  }
  return WEXITSTATUS(status);
}

/* Is `part` below the folder and not empty? */
static void is_there(const char *folder, const char *part) {
  char line[3 * PATH];
  (void)snprintf(line, sizeof line, "test -s %s/%s", folder, part);
  if (system(line) != 0) fail_msg("%s is missing", part); /* NOLINT */
}

static void every_command_of_the_guide_runs(void **state) {
  (void)state;
  char folder[] = "/tmp/auspex-guide-XXXXXX", line[3 * PATH];
  char *text = outside_file("conformance-tests/README.md");
  outside *gw = outside_start(NULL);
  assert_non_null(mkdtemp(folder));
  FILE *script = open_in(folder, "guide.sh");
  put_preamble(script, folder);
  int blocks = put_blocks(script, text, outside_base(gw));
  (void)fclose(script);
  free(text);
  assert_true(blocks >= 5);
  assert_int_equal(run_script(folder), 0);
  static const char *const made[] = { "build/conformance/report.html",
                                      "build/conformance/junit.xml",
                                      "reports/report.html",
                                      "my-tests/report.html", "answer" };
  for (size_t i = 0; i < sizeof made / sizeof made[0]; i++)
    is_there(folder, made[i]);
  outside_stop(gw);
  (void)snprintf(line, sizeof line, "rm -rf %s", folder);
  (void)!system(line); /* NOLINT(cert-env33-c) */
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_command_of_the_guide_runs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
