/* The plug-in ABI keeps its word: modules of released headers run on this host,
 * and the current header extends each released one. */
#include "support/feature_kit.h"

#include <ctype.h>
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "scoring/score.h"

static char folder[] = "/tmp/auspex-abi-XXXXXX";

static const char *root(void) {
  const char *path = getenv("AUSPEX_ROOT");
  return path ? path : ".";
}

static int begin(void **state) {
  (void)state;
  return mkdtemp(folder) ? 0 : -1;
}

static int end(void **state) {
  char command[100];
  (void)state;
  (void)snprintf(command, sizeof command, "rm -rf %s", folder);
  return system(command);
}

/* Runs a command line; fails the test with what it said unless it worked. */
static void AX_PRINTF(1, 2) must(const char *format, ...) {
  char command[2000], line[2200], said[4000];
  va_list args;
  va_start(args, format);
  (void)vsnprintf(command, sizeof command, format, args);
  va_end(args);
  (void)snprintf(line, sizeof line, "(%s) >%s/said 2>&1", command, folder);
  if (system(line) == 0) return;
  (void)snprintf(line, sizeof line, "%s/said", folder);
  FILE *file = fopen(line, "r");
  size_t len = file ? fread(said, 1, sizeof said - 1, file) : 0;
  if (file) (void)fclose(file);
  said[len] = '\0';
  fail_msg("%s\n%s", command, said);
}

static bool has_program(const char *name) {
  char command[100];
  (void)snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", name);
  return system(command) == 0;
}

typedef void each_version(const char *version);

/* Calls `each` with "1.0" ... for every released header. */
static void for_released(each_version *each) {
  char path[600];
  (void)snprintf(path, sizeof path, "%s/plugins/sdk/released", root());
  DIR *dir = opendir(path);
  int count = 0;
  assert_non_null(dir);
  for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
    char version[40];
    int used = 0;
    if (sscanf(entry->d_name, "auspex_plugin-%30[0-9.]%n", version, &used) != 1)
      continue;
    size_t len = strlen(version);
    if (len && version[len - 1] == '.') version[len - 1] = '\0';
    each(version);
    count++;
  }
  (void)closedir(dir);
  assert_true(count > 0);
}

/* --- the header compiles ---------------------------------------------------- */

static void the_header_is_clean_c_and_cpp(void **state) {
  (void)state;
  must("printf '#include <auspex_plugin.h>\\n#include <auspex_write.h>\\n"
       "int x;\\n' >%s/a.c && cp %s/a.c %s/a.cpp",
       folder, folder, folder);
  must("cc -std=c11 -Wall -Wextra -Wpedantic -Werror -I%s/plugins/sdk "
       "-c %s/a.c -o %s/a.o",
       root(), folder, folder);
  if (!has_program("c++")) skip();
  must("c++ -std=c++17 -Wall -Wextra -Wpedantic -Werror -I%s/plugins/sdk "
       "-c %s/a.cpp -o %s/b.o",
       root(), folder, folder);
}

static void the_header_stays_below_300_lines_of_code(void **state) {
  char path[600];
  (void)state;
  (void)snprintf(path, sizeof path, "%s/plugins/sdk/auspex_plugin.h", root());
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  int lines = 0, last = 0, c;
  bool comment = false, code = false;
  while ((c = fgetc(file)) != EOF) {
    if (comment && last == '*' && c == '/') {
      comment = false;
      c = ' ';
    } else if (!comment && last == '/' && c == '*') {
      comment = true;
      c = ' ';
    } else if (!comment && last == '/') {
      code = true;
    }
    if (!comment && !isspace(c) && c != '/') code = true;
    if (c == '\n') {
      lines += code;
      code = false;
    }
    last = c;
  }
  (void)fclose(file);
  if (lines >= 300) fail_msg("%d lines of code", lines);
}

/* --- modules of released headers run here ------------------------------------- */

static void place_module(const char *version) {
  char source[600], to[600];
  (void)snprintf(to, sizeof to, "%s/inc-%s", folder, version);
  must("mkdir -p %s %s/plugins/m", to, folder);
  (void)snprintf(source, sizeof source, "%s/plugins/sdk/released", root());
  char name[1300];
  (void)snprintf(name, sizeof name, "%s/auspex_plugin-%s.h", source, version);
  must("cp %s %s/auspex_plugin.h", name, to);
  (void)snprintf(name, sizeof name, "%s/module-%s.c", source, version);
  must("cc -std=c11 -O2 -fPIC -shared -fvisibility=hidden -I%s %s "
       "-o %s/plugins/m/m.so",
       to, name, folder);
}

static ax_score_host *host_of(const char *plugins) {
  char worker[600];
  const char *build = getenv("AUSPEX_BUILD");
  (void)snprintf(worker, sizeof worker, "%s/bin/auspex-worker",
                 build ? build : "build");
  ax_score_options options = { .plugins = plugins,
                               .worker = worker,
                               .deadline_ms = 5000,
                               .worker_memory = 512 << 20 };
  ax_score_host *host = NULL;
  ax_error err = { 0 };
  if (ax_score_host_new(&options, &host, &err)) fail_msg("%s", err.text);
  return host;
}

static void run_module(const char *version) {
  char plugins[100];
  ax_error err = { 0 };
  ax_score_result out;
  feature_kit k;
  place_module(version);
  (void)snprintf(plugins, sizeof plugins, "%s/plugins", folder);
  ax_score_host *host = host_of(plugins);
  feature_kit_begin(&k);
  feature_kit_observe(&k, "718-7", "2024-05-01", 13.5, "g/dL");
  feature_kit_observe(&k, "718-7", "2024-06-01", 115, "g/L");
  ax_score_request request = {
    .model = ax_score_model_named(host, AX_STR("fall")),
    .subject = AX_STR("Patient/p1"),
    .facts = k.all,
    .as_of_ms = k.as_of_ms,
    .authored_ms = k.as_of_ms,
  };
  assert_non_null(request.model);
  if (ax_score_run(host, k.arena, &request, ax_clock_mono_ns() + 10000000000LL,
                   &out, &err))
    fail_msg("%s", err.text);
  assert_int_equal(out.verdict, AX_SCORED);
  assert_int_equal(out.resource_count, 1);
  assert_true(ax_str_find(out.resources[0].body, AX_STR("\"value\":2,")) !=
                  AX_STR_NONE ||
              ax_str_find(out.resources[0].body, AX_STR("\"value\":2.0")) !=
                  AX_STR_NONE);
  feature_kit_end(&k);
  ax_score_host_free(host);
}

static void modules_of_released_headers_run_on_this_host(void **state) {
  (void)state;
  for_released(run_module);
}

/* --- the current header extends the released ones ---------------------------- */

/* Without comments and preprocessor lines. */
static char *code_of(const char *path) {
  FILE *in = fopen(path, "r");
  char *text = calloc(1, 200000);
  assert_non_null(in);
  assert_non_null(text);
  size_t len = fread(text, 1, 199999, in), to = 0;
  (void)fclose(in);
  for (size_t i = 0; i < len; i++) {
    if (!strncmp(text + i, "/*", 2)) {
      while (i < len && strncmp(text + i, "*/", 2)) i++;
      i++;
    } else if (text[i] == '#' && (i == 0 || text[i - 1] == '\n')) {
      while (i < len && (text[i] != '\n' || text[i - 1] == '\\')) i++;
      text[to++] = '\n';
    } else {
      text[to++] = text[i];
    }
  }
  text[to] = '\0';
  return text;
}

/* Prints a line for each field of `body`, the inside of struct `type`. */
static int tell_fields(FILE *out, const char *type, char *body) {
  int count = 0;
  char *next;
  for (char *one = body; (next = strchr(one, ';')) != NULL; one = next + 1) {
    *next = '\0';
    char *pointer = strstr(one, "(*");
    char *end = pointer ? strchr(pointer, ')') : NULL;
    if (pointer && end) { /* int32_t (*score)(...) */
      *end = '\0';
      (void)fprintf(out, "FIELD(%s, %s)\n", type, pointer + 2);
      count++;
      continue;
    }
    for (char *part = strtok(one, ","); part; part = strtok(NULL, ",")) {
      char *bracket = strchr(part, '[');
      if (bracket) *bracket = '\0';
      char *stop = part + strlen(part);
      while (stop > part && isspace((unsigned char)stop[-1])) *--stop = '\0';
      char *start = stop;
      while (start > part &&
             (isalnum((unsigned char)start[-1]) || start[-1] == '_'))
        start--;
      (void)fprintf(out, "FIELD(%s, %s)\n", type, start);
      count++;
    }
  }
  return count;
}

static int tell_structs(FILE *out, char *code) {
  int count = 0;
  char *at = code, name[100];
  while ((at = strstr(at, "typedef struct ")) != NULL) {
    at += strlen("typedef struct ");
    int used = 0;
    if (sscanf(at, "%99[a-z_] {%n", name, &used) != 1 || !used) continue;
    char *close = strchr(at + used, '}');
    assert_non_null(close);
    *close = '\0';
    count += tell_fields(out, name, at + used);
    at = close + 1;
  }
  return count;
}

static int tell_constants(FILE *out, const char *code) {
  int count = 0;
  const char *at = code;
  while ((at = strstr(at, "enum {")) != NULL) {
    const char *close = strchr(at, '}');
    for (at += 6; at < close; at++) {
      char name[100];
      if (strncmp(at, "AUSPEX_", 7) != 0 ||
          sscanf(at, "%99[A-Z0-9_]", name) != 1)
        continue;
      (void)fprintf(out, "CONSTANT(%s)\n", name);
      at += strlen(name);
      count++;
    }
  }
  return count;
}

/* A program that tells where everything stands that the released header
 * declares; built with both headers it must say the same. */
static void write_program(const char *version) {
  char path[600];
  (void)snprintf(path, sizeof path,
                 "%s/plugins/sdk/released/auspex_plugin-%s.h", root(), version);
  char *code = code_of(path), *again = strdup(code);
  (void)snprintf(path, sizeof path, "%s/tell.c", folder);
  FILE *out = fopen(path, "w");
  assert_non_null(out);
  (void)fputs("#include <auspex_plugin.h>\n#include <stdio.h>\n"
              "#define FIELD(t, f) printf(#t \".\" #f \" %zu %zu\\n\", "
              "offsetof(t, f), sizeof(((t *)0)->f));\n"
              "#define CONSTANT(c) printf(#c \" %d\\n\", (int)c);\n"
              "int main(void) {\n",
              out);
  assert_true(tell_structs(out, again) > 150);
  assert_true(tell_constants(out, code) > 100);
  (void)fputs("return 0;\n}\n", out);
  (void)fclose(out);
  free(again);
  free(code);
}

static void compare_header(const char *version) {
  char include[600];
  write_program(version);
  (void)snprintf(include, sizeof include, "%s/inc-%s", folder, version);
  must("cc -std=c11 -I%s %s/tell.c -o %s/was", include, folder, folder);
  must("cc -std=c11 -I%s/plugins/sdk %s/tell.c -o %s/is", root(), folder,
       folder);
  must("%s/was >%s/was.txt && %s/is", folder, folder, folder);
  must("%s/is >%s/is.txt && cd %s && diff was.txt is.txt", folder, folder,
       folder);
}

static void the_header_extends_each_released_one(void **state) {
  (void)state;
  for_released(compare_header);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_header_is_clean_c_and_cpp),
    cmocka_unit_test(the_header_stays_below_300_lines_of_code),
    cmocka_unit_test(modules_of_released_headers_run_on_this_host),
    cmocka_unit_test(the_header_extends_each_released_one),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
