/*
 * auspex-mutants - what does the suite notice? For each seeded fault a proxy
 * with it is put before a fresh gateway and the suite is run until a script
 * fails. The last line is "mutants: N killed=N survived=N score=NN.N%".
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "trial.h"
#include "validate/fp_model_r4.h"

static const char usage[] =
    "usage: auspex-mutants [options]\n"
    "  --suite FOLDER    scripts to run (may be given several times;\n"
    "                    conformance-tests/suites/gateway, server, "
    "configured)\n"
    "  --only KEY[,KEY]  these faults only; \"none\" is a proxy without any\n"
    "  --sample N        N of the faults, spread over the table\n"
    "  --from N          the sample begins at the Nth fault (0)\n"
    "  --jobs N          at once (2)\n"
    "  --last FILE       which script noticed which fault: read to run it\n"
    "                    first, written anew (build/mutants/last)\n"
    "  --least PERCENT   exit code 1 when fewer are noticed (95)\n"
    "  --list            print the table and end\n"
    "Programs are found in $AUSPEX_BUILD (build), packages below\n"
    "$AUSPEX_ROOT/build/packages.\n";

enum { MEMORY = 1 << 30, SUITES_MAX = 8, JOBS_MAX = 16 };

typedef struct {
  const ax_mutant *mutant;
  ax_str last;
  ax_trial_verdict verdict;
  ax_status status;
  ax_error err;
  ax_arena *arena;
} job;

typedef struct {
  const char *suites[SUITES_MAX];
  size_t suite_count;
  const char *only, *last;
  size_t sample, from, jobs, least;
  bool list;
} options;

typedef struct {
  ax_trial_bench bench;
  ax_fp_model_r4 *model;
  job *jobs;
  size_t count;
  atomic_size_t next;
  pthread_mutex_t print;
  bool red; /* without a fault, too */
} session;

static const char *env_or(const char *name, const char *standard) {
  const char *value = getenv(name);
  return value && value[0] ? value : standard;
}

/* --- options -------------------------------------------------------------- */

static bool take_number(const char *text, size_t *out) {
  uint64_t n = 0;
  if (!ax_str_uint64(ax_str_from(text), 100000, &n)) return false;
  *out = (size_t)n;
  return true;
}

static bool take_option(options *o, const char *name, const char *value) {
  if (strcmp(name, "--suite") == 0 && o->suite_count < SUITES_MAX) {
    o->suites[o->suite_count++] = value;
    return true;
  }
  if (strcmp(name, "--only") == 0) return (o->only = value) != NULL;
  if (strcmp(name, "--last") == 0) return (o->last = value) != NULL;
  if (strcmp(name, "--sample") == 0) return take_number(value, &o->sample);
  if (strcmp(name, "--from") == 0) return take_number(value, &o->from);
  if (strcmp(name, "--least") == 0)
    return take_number(value, &o->least) && o->least <= 100;
  if (strcmp(name, "--jobs") == 0)
    return take_number(value, &o->jobs) && o->jobs > 0 && o->jobs <= JOBS_MAX;
  return false;
}

static bool take_options(int argc, char **argv, options *o) {
  *o = (options){ .jobs = 2, .least = 95, .last = "build/mutants/last" };
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--list") == 0) {
      o->list = true;
      continue;
    }
    if (i + 1 >= argc || !take_option(o, argv[i], argv[i + 1])) return false;
    i++;
  }
  if (o->suite_count) return true;
  /* What `make conformance` runs. */
  o->suites[o->suite_count++] = "conformance-tests/suites/gateway";
  o->suites[o->suite_count++] = "conformance-tests/suites/server";
  o->suites[o->suite_count++] = "conformance-tests/suites/configured";
  return true;
}

static void print_table(void) {
  for (size_t i = 0; i < ax_mutant_count(); i++) {
    const ax_mutant *m = ax_mutant_at(i);
    printf("%-28s %-26s %s\n", m->key, m->requirement, m->fault);
  }
}

/* --- which mutants -------------------------------------------------------- */

static bool pick_named(session *s, const char *names) {
  ax_str rest = ax_str_from(names);
  while (rest.len) {
    ax_str name = ax_str_cut(&rest, ',');
    const ax_mutant *mutant = ax_mutant_named(name);
    if (ax_str_eq(name, AX_STR("none"))) continue;
    if (!mutant) {
      fprintf(stderr, "auspex-mutants: there is no fault \"%.*s\"\n",
              AX_STR_ARG(name));
      return false;
    }
    s->jobs[s->count++].mutant = mutant;
  }
  return true;
}

static bool pick(session *s, const options *o, ax_arena *arena) {
  size_t all = ax_mutant_count();
  size_t want = o->sample && o->sample < all ? o->sample : all;
  s->jobs = AX_NEW_ARRAY(arena, job, all + 64);
  if (!s->jobs) return false;
  if (o->only) return pick_named(s, o->only);
  for (size_t i = 0; i < want; i++)
    s->jobs[s->count++].mutant = ax_mutant_at((o->from + i * all / want) % all);
  return true;
}

static void read_last(session *s, const char *path, ax_arena *arena) {
  ax_str text;
  if (!path || ax_file_read(arena, path, 1 << 20, &text, NULL)) return;
  while (text.len) {
    ax_str line = ax_str_cut(&text, '\n'), key = ax_str_cut(&line, ' ');
    for (size_t i = 0; i < s->count; i++)
      if (ax_str_eq(key, ax_str_from(s->jobs[i].mutant->key)))
        s->jobs[i].last = line;
  }
}

static const ax_trial_verdict *verdict_of(const session *s, const char *key) {
  for (size_t i = 0; i < s->count; i++)
    if (strcmp(s->jobs[i].mutant->key, key) == 0) return &s->jobs[i].verdict;
  return NULL;
}

/* Faults that were not tried keep their line. */
static void write_last(const session *s, const char *path, ax_arena *arena) {
  ax_buf out = AX_BUF_INIT(1 << 20);
  ax_str old = AX_STR("");
  ax_str folder = ax_str_from(path);
  while (folder.len && folder.ptr[folder.len - 1] != '/') folder.len--;
  const char *dir = ax_arena_cstr(arena, folder);
  if (ax_file_read(arena, path, 1 << 20, &old, NULL)) old = AX_STR("");
  while (old.len) {
    ax_str line = ax_str_cut(&old, '\n'), rest = line;
    const char *key = ax_arena_cstr(arena, ax_str_cut(&rest, ' '));
    if (key && !verdict_of(s, key))
      ax_buf_printf(&out, AX_STR_FMT "\n", AX_STR_ARG(line));
  }
  for (size_t i = 0; i < s->count; i++)
    if (s->jobs[i].verdict.killed)
      ax_buf_printf(&out, "%s " AX_STR_FMT "\n", s->jobs[i].mutant->key,
                    AX_STR_ARG(s->jobs[i].verdict.script));
  if (dir && dir[0] && ax_file_make_dirs(dir, NULL)) dir = NULL;
  if (!dir || ax_file_write(path, ax_buf_view(&out), NULL))
    fprintf(stderr, "auspex-mutants: %s cannot be written\n", path);
  ax_buf_free(&out);
}

/* --- trials --------------------------------------------------------------- */

static void print_verdict(session *s, const job *j) {
  const ax_trial_verdict *v = &j->verdict;
  const char *key = j->mutant->key;
  (void)pthread_mutex_lock(&s->print);
  if (j->status)
    printf("mutant %s: ERROR %s\n", key,
           j->err.text[0] ? j->err.text : ax_error_name(j->status));
  else if (!v->killed)
    printf("mutant %s: SURVIVED (%zu scripts, %lld ms)\n", key, v->ran,
           (long long)v->took_ms);
  else
    printf("mutant %s: killed by %.*s/%.*s (%zu scripts, %lld ms)\n", key,
           AX_STR_ARG(v->script), AX_STR_ARG(v->test), v->ran,
           (long long)v->took_ms);
  (void)fflush(stdout);
  (void)pthread_mutex_unlock(&s->print);
}

static void *work(void *ctx) {
  session *s = ctx;
  for (;;) {
    size_t i = atomic_fetch_add(&s->next, 1);
    if (i >= s->count) return NULL;
    job *j = &s->jobs[i];
    j->arena = ax_arena_new((size_t)64 << 20);
    j->status = j->arena ? ax_trial_run(&s->bench, j->mutant, j->last, j->arena,
                                        &j->verdict, &j->err)
                         : AX_NOMEM;
    print_verdict(s, j);
  }
}

static void run_all(session *s, size_t jobs) {
  pthread_t threads[JOBS_MAX];
  size_t started = 0;
  while (started < jobs &&
         pthread_create(&threads[started], NULL, work, s) == 0)
    started++;
  if (!started) (void)work(s);
  for (size_t i = 0; i < started; i++) (void)pthread_join(threads[i], NULL);
}

static void print_red(const ax_trial_verdict *red) {
  printf("not green without a fault, left out: %.*s/%.*s\n  %.*s\n",
         AX_STR_ARG(red->script), AX_STR_ARG(red->test), AX_STR_ARG(red->why));
}

/* A proxy that changes nothing must leave the suite green. Faults asked for by
 * name alone are tried without that. */
static ax_status run_none(session *s, const options *o, ax_arena *arena,
                          ax_error *err) {
  ax_trial_verdict none;
  if (o->only && !ax_str_starts(ax_str_from(o->only), AX_STR("none")))
    return AX_OK;
  AX_TRY(ax_trial_baseline(&s->bench, arena, print_red, &none, err));
  s->red = none.killed;
  printf("mutant none: %s (%zu scripts, %lld ms)\n",
         none.killed ? "NOT GREEN" : "green, as it must be", none.ran,
         (long long)none.took_ms);
  return AX_OK;
}

/* --- the end -------------------------------------------------------------- */

static int conclude(const session *s, size_t least) {
  size_t killed = 0, survived = 0, broken = 0;
  for (size_t i = 0; i < s->count; i++) {
    const job *j = &s->jobs[i];
    if (j->status)
      broken++;
    else if (j->verdict.killed)
      killed++;
    else
      survived++;
  }
  for (size_t i = 0; i < s->count; i++)
    if (!s->jobs[i].status && !s->jobs[i].verdict.killed)
      printf("survived: %-28s %-26s %s\n", s->jobs[i].mutant->key,
             s->jobs[i].mutant->requirement, s->jobs[i].mutant->fault);
  double score = killed + survived
                     ? 100.0 * (double)killed / (double)(killed + survived)
                     : 100.0;
  if (s->red)
    printf("the suite is not green before a gateway without a fault\n");
  if (broken) printf("%zu could not be tried\n", broken);
  printf("mutants: %zu killed=%zu survived=%zu score=%.1f%%\n",
         killed + survived, killed, survived, score);
  return !s->red && !broken && score >= (double)least ? 0 : 1;
}

static ax_status set_up(session *s, const options *o, ax_arena *arena,
                        ax_error *err) {
  char *none[] = { NULL };
  ax_config_command command;
  AX_TRY(ax_config_load(arena, 0, none, NULL, &command, err));
  s->bench.build = env_or("AUSPEX_BUILD", "build");
  s->bench.root = env_or("AUSPEX_ROOT", ".");
  ax_str packages = ax_arena_printf(arena, "%s/build/packages", s->bench.root);
  ax_str profiles =
      ax_arena_printf(arena, "%s/fhir-profiles/package", s->bench.root);
  if (!packages.ptr || !profiles.ptr) return AX_NOMEM;
  command.config.packages = packages.ptr;
  command.config.profiles = profiles.ptr;
  AX_TRY(
      ax_app_rules_open(arena, &command.config, NULL, 0, &s->bench.rules, err));
  AX_TRY(ax_fp_model_r4_new(s->bench.rules.registry, &s->model, err));
  s->bench.model = ax_fp_model_r4_table(s->model);
  AX_TRY(ax_trial_load(arena, o->suites, o->suite_count, &s->bench, err));
  return run_none(s, o, arena, err);
}

int main(int argc, char **argv) {
  options o;
  session s = { .print = PTHREAD_MUTEX_INITIALIZER };
  ax_error err = { 0 };
  if (!take_options(argc, argv, &o)) {
    fputs(usage, stderr);
    return 2;
  }
  if (o.list) {
    print_table();
    return 0;
  }
  (void)signal(SIGPIPE, SIG_IGN);
  ax_arena *arena = ax_arena_new(MEMORY);
  if (!arena || !pick(&s, &o, arena)) return 2;
  ax_status status = set_up(&s, &o, arena, &err);
  if (status) {
    fprintf(stderr, "auspex-mutants: %s\n",
            err.text[0] ? err.text : ax_error_name(status));
    return 2;
  }
  read_last(&s, o.last, arena);
  run_all(&s, o.jobs);
  write_last(&s, o.last, arena);
  int code = conclude(&s, o.least);
  for (size_t i = 0; i < s.count; i++) ax_arena_free(s.jobs[i].arena);
  ax_fp_model_r4_free(s.model);
  ax_app_rules_close(&s.bench.rules);
  ax_arena_free(arena);
  return code;
}
