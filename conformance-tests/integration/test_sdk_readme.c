/* The author's guide: every command of plugins/sdk/README.md is run. */
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

/* Writes all blocks of sh to `script`; how many there are. */
static int collect(const char *text, FILE *script) {
  int blocks = 0;
  static const char begin[] = "\n```sh\n";
  while ((text = strstr(text, begin))) {
    text += sizeof begin - 1;
    const char *end = strstr(text, "```");
    assert_non_null(end);
    (void)fprintf(script, "%.*s", (int)(end - text), text);
    text = end;
    blocks++;
  }
  return blocks;
}

static void every_command_of_the_guide_runs(void **state) {
  (void)state;
  char folder[] = "/tmp/auspex-guide-XXXXXX", path[PATH], line[3 * PATH];
  char *text = outside_file("plugins/sdk/README.md");
  assert_non_null(mkdtemp(folder));
  (void)snprintf(path, sizeof path, "%s/guide.sh", folder);
  FILE *script = fopen(path, "w");
  assert_non_null(script);
  /* The packages lie where the repository has them. */
  (void)fprintf(script,
                "set -eux\nPATH=$(realpath %s)/bin:$PATH\n"
                "AUSPEX_PACKAGES=$(realpath %s)/build/packages\n"
                "export AUSPEX_PACKAGES\ncd %s\n",
                named("AUSPEX_BUILD", "build"), named("AUSPEX_ROOT", "."),
                folder);
  int blocks = collect(text, script);
  (void)fclose(script);
  free(text);
  assert_true(blocks >= 6);
  (void)snprintf(line, sizeof line, "sh %s/guide.sh >%s/log 2>&1", folder,
                 folder);
  int status = system(line);
  if (status != 0) {
    (void)snprintf(line, sizeof line, "tail -n 40 %s/log >&2", folder);
    (void)!system(line);
  }
  assert_int_equal(WEXITSTATUS(status), 0);
  /* It ends with a module in service. */
  (void)snprintf(line, sizeof line,
                 "tail -n 3 %s/log | grep -q 'my-model.*active'", folder);
  assert_int_equal(system(line), 0);
  (void)snprintf(line, sizeof line, "rm -rf %s", folder);
  (void)!system(line);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_command_of_the_guide_runs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
