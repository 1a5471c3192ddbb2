/*
 * Where the time of a POST Observation goes: each station of the data path
 * alone, many times, in a gateway without its HTTP. The patient has ten earlier
 * Observations, and one model reads the code and does not apply to it. One
 * sender, so each commit is alone; many senders share one.
 *
 * Prints the rows of a table for results.md: the middle of the times by the
 * wall, and the processor time of the whole process.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "app/app.h"
#include "base/log.h"
#include "bench.h"
#include "json/json_parse.h"
#include "json/json_write.h"
#include "scoring/score_view.h"
#include "store/store_pack.h"

enum { ROUNDS = 2000, EARLIER = 10, ARENA = 64 << 20 };

#define MODEL "org.auspex-gateway.endpac"

typedef struct {
  ax_app *app;
  ax_arena *arena; /* emptied after each round */
  ax_str body;
  const ax_json *doc; /* of the body, for those who need it parsed */
  ax_arena *kept;
  const ax_fact_code *codes;
  size_t code_count, round;
  ax_store_press *press;
  int file;
  ax_error err;
} world;

static void must(ax_status status, const ax_error *err) {
  if (!status) return;
  (void)fprintf(stderr, "bench: %s %s\n", ax_error_name(status),
                err ? err->text : "");
  exit(1);
}

static double cpu_us(void) {
  struct timespec t;
  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* --- stations ---------------------------------------------------------------
 */

static void parse(world *w) {
  const ax_json *doc = NULL;
  ax_json_fault fault;
  must(ax_json_parse(w->arena, w->body, &doc, &fault), NULL);
}

static void validate(world *w) {
  ax_fhir_issues *issues = ax_fhir_issues_new(w->arena);
  must(issues ? AX_OK : AX_NOMEM, NULL);
  must(ax_validate_run(w->app->rules.validator, w->doc, AX_STR("Observation"),
                       NULL, 0, issues),
       NULL);
  must(ax_fhir_issues_errors(issues) ? AX_INVALID : AX_OK, NULL);
}

static void find_rows(world *w) {
  ax_index_row *rows = NULL;
  size_t count = 0;
  must(ax_search_index(w->app->search.search, w->arena, w->doc, AX_STR(""),
                       &rows, &count),
       NULL);
}

static void extract(world *w) {
  ax_facts facts = { 0 };
  ax_str subject;
  must(ax_fhir_fact_extract(w->arena, w->doc, &facts, &subject), NULL);
}

static void write_json(world *w) {
  static ax_buf text = AX_BUF_INIT(1 << 20);
  ax_buf_clear(&text);
  ax_json_writer writer = ax_json_write_begin(&text);
  ax_json_write_tree(&writer, w->doc);
  must(ax_json_write_end(&writer), NULL);
}

static void pack(world *w) {
  ax_store_packed packed;
  must(ax_store_pack(w->press, w->arena, w->body, &packed), NULL);
}

static void read_facts(world *w) {
  ax_facts facts;
  must(ax_store_facts(w->app->store, w->arena, AX_STR("Patient/p"), w->codes,
                      w->code_count, &facts, &w->err),
       &w->err);
}

static void commit(world *w) {
  ax_audit audit = { .at_ms = ax_clock_wall_ms(),
                     .action = AX_STR("create"),
                     .target = AX_STR("Observation/x") };
  ax_index_row *rows = NULL;
  ax_facts facts = { 0 };
  ax_str subject;
  ax_write write = { .type = AX_STR("Observation"),
                     .version = 1,
                     .updated_ms = audit.at_ms,
                     .body = w->body,
                     .patient = AX_STR("Patient/other") };
  ax_commit one = { .writes = &write, .write_count = 1, .audit = &audit };
  write.id = ax_arena_printf(w->arena, "bench-%zu", w->round);
  must(ax_search_index(w->app->search.search, w->arena, w->doc, AX_STR(""),
                       &rows, &write.index_count),
       NULL);
  must(ax_fhir_fact_extract(w->arena, w->doc, &facts, &subject), NULL);
  write.index = rows;
  write.facts = facts.items;
  write.fact_count = facts.count;
  must(ax_store_commit(w->app->store, &one, &w->err), &w->err);
}

static void sync_page(world *w) {
  static char page[8192];
  if (write(w->file, page, sizeof page) != sizeof page ||
      fdatasync(w->file) != 0)
    must(AX_IO, NULL);
}

static void create(world *w, const char *type, ax_str body) {
  const ax_json *doc = NULL;
  ax_json_fault fault;
  ax_intake_result result = { 0 };
  must(ax_json_parse(w->arena, body, &doc, &fault), NULL);
  ax_intake_request rq = { .arena = w->arena,
                           .source = body,
                           .doc = doc,
                           .base = AX_STR("http://bench/fhir"),
                           .request_id = AX_STR("bench"),
                           .caller = AX_STR("bench") };
  ax_intake_change change = { .verb = AX_INTAKE_CREATE,
                              .type = ax_str_from(type) };
  if (ax_str_eq(change.type, AX_STR("Patient"))) {
    change.verb = AX_INTAKE_UPDATE;
    change.id = AX_STR("p");
  }
  must(ax_intake_apply(w->app->intake, &rq, &change, &result, &w->err),
       &w->err);
  if (result.http_status != 201) must(AX_INVALID, NULL);
}

static void all_of_it(world *w) {
  create(w, "Observation", w->body);
}

static const struct {
  const char *name;
  void (*run)(world *w);
} stations[] = {
  { "parse JSON", parse },
  { "validate", validate },
  { "rows to be found by", find_rows },
  { "facts of it", extract },
  { "write JSON", write_json },
  { "zstd", pack },
  { "facts of the patient, for the models", read_facts },
  { "commit of one (rows, facts, fsync)", commit },
  { "of that, one page and fsync", sync_page },
  { "all of it, with the end of the task", all_of_it },
};

/* --- the world --------------------------------------------------------------
 */

static char *path_of(ax_arena *arena, const char *root, const char *rest) {
  return ax_arena_cstr(arena, ax_arena_printf(arena, "%s/%s", root, rest));
}

static char *word(const world *w, const char *text) {
  return ax_arena_cstr(w->kept, ax_str_from(text));
}

static void open_world(world *w, ax_app *app, const char *folder) {
  const char *build = getenv("AUSPEX_BUILD");
  static ax_config_command command;
  int code = 0;
  if (!build) build = "build";
  char *words[] = { word(w, "--data"),
                    word(w, folder),
                    word(w, "--plugins"),
                    path_of(w->kept, build, "plugins"),
                    word(w, "--worker"),
                    path_of(w->kept, build, "bin/auspex-worker"),
                    word(w, "--activate"),
                    word(w, "early-diagnosis"),
                    word(w, "--modules-unsigned") };
  must(ax_config_load(w->kept, (int)AX_COUNT(words), words, NULL, &command,
                      &w->err),
       &w->err);
  must(ax_app_open(w->kept, &command.config, true, app, &code, &w->err),
       &w->err);
  w->app = app;
}

static void fill_world(world *w) {
  const ax_score_view *view = NULL;
  ax_json_fault fault;
  w->body = AX_STR(
      "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{"
      "\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"2339-0\","
      "\"display\":\"Glucose [Mass/volume] in Blood\"}]},\"subject\":{"
      "\"reference\":\"Patient/p\"},\"effectiveDateTime\":"
      "\"2024-05-11T08:30:00Z\",\"valueQuantity\":{\"value\":104,\"unit\":"
      "\"mg/dL\",\"system\":\"http://unitsofmeasure.org\",\"code\":"
      "\"mg/dL\"}}");
  must(ax_json_parse(w->kept, w->body, &w->doc, &fault), NULL);
  create(w, "Patient",
         AX_STR("{\"resourceType\":\"Patient\",\"id\":\"p\",\"gender\":"
                "\"female\",\"birthDate\":\"1955-03-01\"}"));
  for (int i = 0; i < EARLIER; i++) create(w, "Observation", w->body);
  must(ax_score_view_hold(w->app->host, w->kept, &view), NULL);
  const ax_model *model = ax_score_view_named(view, AX_STR(MODEL));
  must(model ? AX_OK : AX_NOT_FOUND, NULL);
  w->codes = ax_score_codes(model, &w->code_count);
}

static void measure(world *w, size_t station) {
  static int64_t ns[ROUNDS];
  double cpu = cpu_us();
  for (size_t i = 0; i < ROUNDS; i++) {
    int64_t begin = ax_clock_mono_ns();
    w->round = i;
    stations[station].run(w);
    ns[i] = ax_clock_mono_ns() - begin;
    ax_arena_reset(w->arena);
  }
  cpu = (cpu_us() - cpu) / ROUNDS;
  qsort(ns, ROUNDS, sizeof *ns, ax_bench_by_value);
  (void)printf("| %s | %.1f | %.1f |\n", stations[station].name,
               (double)ns[ROUNDS / 2] / 1e3, cpu);
  (void)fflush(stdout);
}

int main(void) {
  char folder[] = "/tmp/auspex-stations-XXXXXX", command[100];
  static ax_app app;
  ax_store_presses *presses = ax_store_pack_open();
  world w = { .arena = ax_arena_new(ARENA), .kept = ax_arena_new(ARENA) };
  if (!w.arena || !w.kept || !presses || !mkdtemp(folder)) return 1;
  ax_log_set_level(AX_LOG_ERROR);
  open_world(&w, &app, folder);
  fill_world(&w);
  w.press = ax_store_pack_borrow(presses);
  w.file = open(path_of(w.kept, folder, "page"),
                O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  (void)printf("| station | us by the wall | us of processor |\n"
               "|---|---|---|\n");
  for (size_t i = 0; i < AX_COUNT(stations); i++) measure(&w, i);
  (void)close(w.file);
  ax_store_pack_return(presses, w.press);
  ax_arena_free(w.arena);
  ax_app_close(&app);
  ax_arena_free(w.kept);
  ax_store_pack_close(presses);
  (void)snprintf(command, sizeof command, "rm -rf %s", folder);
  return system(command) != 0; /* NOLINT(cert-env33-c) */
}
