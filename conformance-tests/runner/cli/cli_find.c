#include "cli/cli_find.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

enum { DEPTH_MAX = 32, FILES_MAX = 100000 };

static const char *const script_endings[] = { ".json", ".xml", NULL };

static ax_status push(ax_arena *arena, ax_cli_words *list, const char *word) {
  if (!word) return AX_NOMEM;
  const char **slot = AX_VEC_PUSH(list, arena);
  if (!slot) return AX_NOMEM;
  *slot = word;
  return AX_OK;
}

static bool has_ending(const char *name, const char *const *endings) {
  for (; *endings; endings++)
    if (ax_str_ends(ax_str_from(name), ax_str_from(*endings))) return true;
  return false;
}

/* A folder waiting to be looked into. */
typedef struct {
  const char *path;
  unsigned depth;
} place;

typedef struct {
  ax_arena *arena;
  const char *const *endings;
  AX_VEC(place) waiting;
  ax_cli_words *out;
} search;

static ax_status add_folder(search *s, const char *path, unsigned depth,
                            ax_error *err) {
  if (depth > DEPTH_MAX)
    return ax_error_set(err, AX_INVALID, "%s: folders are nested too deep",
                        path);
  place *slot = AX_VEC_PUSH(&s->waiting, s->arena);
  if (!slot) return AX_NOMEM;
  *slot = (place){ path, depth };
  return AX_OK;
}

static ax_status look_into(search *s, place f, ax_error *err) {
  const char *const *names = NULL;
  size_t count = 0;
  AX_TRY(ax_file_list(s->arena, f.path, &names, &count, err));
  for (size_t i = 0; i < count; i++) {
    const char *path = ax_arena_printf(s->arena, "%s/%s", f.path, names[i]).ptr;
    if (!path) return AX_NOMEM;
    if (names[i][0] == '.') continue;
    if (ax_file_is_dir(path))
      AX_TRY(add_folder(s, path, f.depth + 1, err));
    else if (has_ending(names[i], s->endings) && ax_file_is_regular(path))
      AX_TRY(push(s->arena, s->out, path));
  }
  if (s->out->count <= FILES_MAX) return AX_OK;
  return ax_error_set(err, AX_TOO_LARGE, "%s: there are more than %d files",
                      f.path, FILES_MAX);
}

static int by_name(const void *a, const void *b) {
  const char *const *x = a, *const *y = b;
  return strcmp(*x, *y);
}

ax_status ax_cli_find_files(ax_arena *arena, const char *folder,
                            const char *const *endings, ax_cli_words *out,
                            ax_error *err) {
  search s = { .arena = arena, .endings = endings, .out = out };
  size_t first = out->count;
  AX_TRY(add_folder(&s, folder, 0, err));
  while (s.waiting.count)
    AX_TRY(look_into(&s, s.waiting.items[--s.waiting.count], err));
  if (out->count > first)
    qsort(out->items + first, out->count - first, sizeof *out->items, by_name);
  return AX_OK;
}

ax_status ax_cli_find_scripts(ax_arena *arena, const ax_cli_words *paths,
                              ax_cli_words *out, ax_error *err) {
  for (size_t i = 0; i < paths->count; i++) {
    const char *path = paths->items[i];
    ax_cli_words files = { 0 };
    size_t before = out->count;
    if (!ax_file_is_dir(path)) {
      if (!ax_file_exists(path))
        return ax_error_set(err, AX_NOT_FOUND, "%s is not there", path);
      AX_TRY(push(arena, out, path));
      continue;
    }
    AX_TRY(ax_cli_find_files(arena, path, script_endings, &files, err));
    for (size_t f = 0; f < files.count; f++)
      if (ax_script_is(files.items[f]))
        AX_TRY(push(arena, out, files.items[f]));
    if (out->count == before)
      return ax_error_set(err, AX_INVALID, "%s holds no TestScript", path);
  }
  return AX_OK;
}

/* --- include and exclude -------------------------------------------------- */

static bool matches(ax_arena *arena, const char *pattern, ax_str text,
                    bool *failed) {
  const char *z = ax_arena_cstr(arena, text);
  if (!z) *failed = true;
  return z && text.len && fnmatch(pattern, z, 0) == 0;
}

typedef struct {
  ax_arena *arena;
  const ax_script *script;
  bool failed; /* no memory */
} subject;

static bool matches_script(subject *s, const char *pattern) {
  const ax_script *script = s->script;
  ax_str file = ax_str_from("");
  for (ax_str rest = script->file; rest.len;) file = ax_str_cut(&rest, '/');
  const ax_str names[] = { script->id,  script->name, script->title,
                           script->url, script->file, file };
  for (size_t i = 0; i < AX_COUNT(names); i++)
    if (matches(s->arena, pattern, names[i], &s->failed)) return true;
  for (size_t i = 0; i < script->tags.count; i++)
    if (matches(s->arena, pattern, script->tags.items[i], &s->failed))
      return true;
  return false;
}

/* SCRIPT/TEST, each by id or name. */
static bool matches_test(subject *s, const char *pattern,
                         const ax_script_phase *test) {
  const ax_str scripts[] = { s->script->id, s->script->name };
  const ax_str tests[] = { test->id, test->name };
  for (size_t i = 0; i < AX_COUNT(scripts) * AX_COUNT(tests); i++) {
    ax_str first = scripts[i / 2], second = tests[i % 2];
    if (!first.len || !second.len) continue;
    ax_str both = AX_JOIN(s->arena, first, AX_STR("/"), second);
    if (!both.ptr) s->failed = true;
    if (both.ptr && matches(s->arena, pattern, both, &s->failed)) return true;
  }
  return false;
}

static bool any_script(subject *s, const ax_cli_words *patterns) {
  for (size_t i = 0; i < patterns->count; i++)
    if (matches_script(s, patterns->items[i])) return true;
  return false;
}

static bool any_test(subject *s, const ax_cli_words *patterns,
                     const ax_script_phase *test) {
  for (size_t i = 0; i < patterns->count; i++)
    if (matches_test(s, patterns->items[i], test)) return true;
  return false;
}

static ax_status keep_tests(subject *s, bool whole,
                            const ax_cli_options *options, ax_script *copy) {
  copy->tests.items = NULL;
  copy->tests.count = copy->tests.capacity = 0;
  for (size_t i = 0; i < s->script->tests.count; i++) {
    const ax_script_phase *test = &s->script->tests.items[i];
    bool wanted = whole || any_test(s, &options->include, test);
    if (!wanted || any_test(s, &options->exclude, test)) continue;
    ax_script_phase *slot = AX_VEC_PUSH(&copy->tests, s->arena);
    if (!slot) return AX_NOMEM;
    *slot = *test;
  }
  return s->failed ? AX_NOMEM : AX_OK;
}

ax_status ax_cli_find_wanted(ax_arena *arena, const ax_script *script,
                             const ax_cli_options *options,
                             const ax_script **out) {
  subject s = { .arena = arena, .script = script };
  *out = NULL;
  bool whole = !options->include.count || any_script(&s, &options->include);
  bool none = any_script(&s, &options->exclude);
  if (s.failed) return AX_NOMEM;
  if (none) return AX_OK;
  ax_script *copy = AX_NEW(arena, ax_script);
  if (!copy) return AX_NOMEM;
  *copy = *script;
  AX_TRY(keep_tests(&s, whole, options, copy));
  if (copy->tests.count == script->tests.count && whole)
    *out = script;
  else if (copy->tests.count)
    *out = copy;
  return AX_OK;
}

ax_status ax_cli_find_matched(ax_arena *arena, const ax_script *script,
                              const ax_cli_options *options, bool *matched) {
  subject s = { .arena = arena, .script = script };
  for (size_t i = 0; i < options->include.count; i++) {
    const char *pattern = options->include.items[i];
    if (!matched[i]) matched[i] = matches_script(&s, pattern);
    for (size_t t = 0; t < script->tests.count && !matched[i]; t++)
      matched[i] = matches_test(&s, pattern, &script->tests.items[t]);
  }
  return s.failed ? AX_NOMEM : AX_OK;
}
