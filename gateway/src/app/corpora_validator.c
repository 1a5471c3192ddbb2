#include "app/app_rules.h"
#include "app/corpora.h"
#include "json/json_comment.h"

static const size_t MEMORY = (size_t)1 << 30, REPORT_MAX = (size_t)64 << 20;

typedef struct {
  size_t cases, verdict_ok, invalid, invalid_found, valid, false_positives;
  size_t pairs, pairs_found, crashed;
} figures;

enum { PROFILES_MAX = 8 };

/* One case and what became of it. */
typedef struct {
  const ax_json *json, *expect;
  ax_fhir_issues *issues;
  ax_str source;
  ax_status status;
  ax_error err;
  size_t pairs, pairs_found;
  ax_str profiles[PROFILES_MAX + 1]; /* besides those that it claims */
  size_t profile_count;
  /* What the issues point into: closed when the case is reported. */
  ax_registry *registry;
  ax_app_rules rules;
} trial;

typedef struct {
  const ax_corpora *corpora;
  ax_arena *arena;   /* the manifest */
  ax_arena *scratch; /* one case */
  figures all, instance;
  ax_buf report;
} bench;

/* --- one case --------------------------------------------------------------
 */

static ax_status read_file(const bench *b, ax_str name, ax_str *source,
                           const ax_json **out, ax_json_fault *fault,
                           ax_error *err) {
  ax_str path = ax_arena_printf(b->scratch, "%s/validator/" AX_STR_FMT,
                                b->corpora->folder, AX_STR_ARG(name));
  if (!path.ptr) return AX_NOMEM;
  return ax_corpora_file_read(b->scratch, path.ptr, source, out, fault, err);
}

/* A guide may hold every resource of a type to a profile of its own. */
static void take_global(trial *t, const ax_json *tree, ax_str type) {
  if (!ax_str_eq(AX_JSON_STR(tree, "resourceType"),
                 AX_STR("ImplementationGuide")))
    return;
  const ax_json *list = AX_JSON_GET(tree, "global");
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *global = ax_json_item(list, i);
    if (t->profile_count < PROFILES_MAX &&
        ax_str_eq(AX_JSON_STR(global, "type"), type))
      t->profiles[t->profile_count++] = AX_JSON_STR(global, "profile");
  }
}

/* Core and what the case brings along. */
static ax_status lay_over(const bench *b, trial *t, const ax_json *input,
                          ax_registry **out) {
  const ax_json *files = AX_JSON_GET(t->json, "supporting");
  size_t count = ax_json_count(files);
  const ax_json **trees = AX_NEW_ARRAY(b->scratch, const ax_json *, count + 1);
  if (!trees) return AX_NOMEM;
  for (size_t i = 0; i < count; i++) {
    ax_str source;
    ax_json_fault fault = { .at = 0 };
    AX_TRY(read_file(b, ax_json_text(ax_json_item(files, i)), &source,
                     &trees[i], &fault, &t->err));
    take_global(t, trees[i], AX_JSON_STR(input, "resourceType"));
  }
  return ax_registry_overlay(b->corpora->registry, trees, count, out, &t->err);
}

static bool is_set(const ax_json *options, ax_str name, bool otherwise) {
  const ax_json *value = ax_json_get(options, name);
  return ax_json_is(value, AX_JSON_BOOL) ? value->truth : otherwise;
}

/* The policy of the recorded run. */
static ax_validate_options options_of(const ax_json *json) {
  const ax_json *set = AX_JSON_GET(json, "options");
  return (ax_validate_options){
    .unknown_profile = AX_WARNING,
    .unknown_extension = AX_ERROR,
    .wrong_display = AX_ERROR,
    .tell_missing_system = true,
    .refuse_malformed_urns = true,
    .skip_contained =
        ax_str_eq(AX_JSON_STR(set, "validateContains"), AX_STR("IGNORE")),
    .vital_signs_by_any_code = true,
    .demand_type_profiles = true,
    .trust_references =
        !is_set(set, AX_STR("assumeValidRestReferences"), false) &&
        !is_set(set, AX_STR("profile.assumeValidRestReferences"), false),
    .refuse_html = is_set(set, AX_STR("security-checks"), false),
    .refuse_markdown_html = is_set(set, AX_STR("noHtmlInMarkdown"), false),
    .refuse_example_urls = !is_set(set, AX_STR("examples"), true),
  };
}

static ax_status judge_input(trial *t, const ax_json *input) {
  const ax_validate_options options = options_of(t->json);
  ax_str type = AX_JSON_STR(input, "resourceType");
  ax_str profile = AX_JSON_STR(t->json, "profile");
  if (profile.len) t->profiles[t->profile_count++] = profile;
  ax_status status =
      ax_app_rules_over(t->registry, &options, &t->rules, &t->err);
  if (status) return status;
  return ax_validate_run(t->rules.validator, input,
                         type.len ? type : AX_STR("Resource"), t->profiles,
                         t->profile_count, t->issues);
}

static ax_status run(const bench *b, trial *t) {
  const ax_json *input;
  ax_json_fault fault = { .at = 0 };
  t->issues = ax_fhir_issues_new(b->scratch);
  if (!t->issues) return AX_NOMEM;
  ax_status status = read_file(b, AX_JSON_STR(t->json, "input"), &t->source,
                               &input, &fault, &t->err);
  if (status && is_set(AX_JSON_GET(t->json, "options"),
                       AX_STR("allow-comments"), false)) {
    t->source = ax_json_comment_blank(b->scratch, t->source);
    status = ax_json_parse(b->scratch, t->source, &input, &fault);
  }
  if (status == AX_INVALID || (status == AX_TOO_LARGE && fault.at)) {
    ax_fhir_issues_add_json(t->issues, &fault);
    return AX_OK;
  }
  if (!status) status = lay_over(b, t, input, &t->registry);
  if (!status) status = judge_input(t, input);
  return status;
}

/* --- judging ---------------------------------------------------------------
 */

static bool is_error(const ax_issue *issue) {
  return issue->severity == AX_ERROR || issue->severity == AX_FATAL;
}

/* How much of `recorded` says no place: a comment, or the url of an extension
 * that stands behind its index ("[0][url='x']"). */
static size_t remark(ax_str recorded) {
  static const struct {
    const char *begin, *end;
  } REMARKS[] = { { "/*", "*/" }, { "[url='", "']" } };
  for (size_t r = 0; r < AX_COUNT(REMARKS); r++) {
    ax_str end = ax_str_from(REMARKS[r].end);
    if (!ax_str_starts(recorded, ax_str_from(REMARKS[r].begin))) continue;
    size_t at = ax_str_find(recorded, end);
    return at == AX_STR_NONE ? recorded.len : at + end.len;
  }
  return 0;
}

/* Is `path` the recorded expression, but for remarks? */
static bool is_expression(ax_str path, ax_str recorded) {
  size_t at = 0;
  while (recorded.len) {
    size_t skip = remark(recorded);
    if (skip) {
      recorded = ax_str_skip(recorded, skip);
      continue;
    }
    if (at >= path.len || path.ptr[at] != recorded.ptr[0]) return false;
    at++;
    recorded = ax_str_skip(recorded, 1);
  }
  return at == path.len;
}

static bool is_pair(const ax_issue *issue, const ax_json *wanted) {
  return is_error(issue) &&
         ax_str_eq(ax_str_from(ax_fhir_issue_code(issue->type)),
                   AX_JSON_STR(wanted, "code")) &&
         is_expression(issue->path, AX_JSON_STR(wanted, "expression"));
}

/* Each issue stands for one recorded issue at most. */
static ax_status count_pairs(ax_arena *arena, trial *t) {
  const ax_json *list = AX_JSON_GET(t->expect, "error_issues");
  size_t count = ax_fhir_issues_count(t->issues);
  bool *taken = AX_NEW_ARRAY(arena, bool, count + 1);
  if (!taken) return AX_NOMEM;
  t->pairs = ax_json_count(list);
  for (size_t k = 0; k < t->pairs; k++) {
    for (size_t i = 0; i < count; i++) {
      if (taken[i] ||
          !is_pair(ax_fhir_issues_at(t->issues, i), ax_json_item(list, k)))
        continue;
      taken[i] = true;
      t->pairs_found++;
      break;
    }
  }
  return AX_OK;
}

static bool is_expected_valid(const trial *t) {
  const ax_json *valid = AX_JSON_GET(t->expect, "valid");
  return valid && valid->truth;
}

static bool is_found_valid(const trial *t) {
  return t->status == AX_OK && ax_fhir_issues_errors(t->issues) == 0;
}

static void count(figures *f, const trial *t) {
  bool expected = is_expected_valid(t), found = is_found_valid(t);
  f->cases++;
  if (t->status) f->crashed++;
  if (!t->status && expected == found) f->verdict_ok++;
  if (expected) {
    f->valid++;
    if (!found) f->false_positives++;
    return;
  }
  f->invalid++;
  if (!t->status && !found) f->invalid_found++;
  f->pairs += t->pairs;
  f->pairs_found += t->pairs_found;
}

/* --- the report ------------------------------------------------------------
 */

static void report_expected(bench *b, const trial *t) {
  const ax_json *list = AX_JSON_GET(t->expect, "error_issues");
  ax_buf_printf(&b->report, "expected: %s\n",
                is_expected_valid(t) ? "valid" : "invalid");
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *issue = ax_json_item(list, i);
    ax_buf_printf(&b->report,
                  "  " AX_STR_FMT " at " AX_STR_FMT ": " AX_STR_FMT "\n",
                  AX_STR_ARG(AX_JSON_STR(issue, "code")),
                  AX_STR_ARG(AX_JSON_STR(issue, "expression")),
                  AX_STR_ARG(AX_JSON_STR(issue, "text")));
  }
}

static void report_found(bench *b, const trial *t) {
  if (t->status)
    ax_buf_printf(&b->report, "crashed: %s\n", t->err.text);
  else
    ax_buf_printf(&b->report, "found: %s\n",
                  is_found_valid(t) ? "valid" : "invalid");
  for (size_t i = 0; i < ax_fhir_issues_count(t->issues); i++) {
    const ax_issue *issue = ax_fhir_issues_at(t->issues, i);
    ax_buf_printf(&b->report,
                  "  %s%s at " AX_STR_FMT ": " AX_STR_FMT " [%s] (" AX_STR_FMT
                  ")\n",
                  is_error(issue) ? "" : "(warning) ",
                  ax_fhir_issue_code(issue->type), AX_STR_ARG(issue->path),
                  AX_STR_ARG(issue->text), issue->id, AX_STR_ARG(issue->rule));
  }
}

static void report(bench *b, const trial *t) {
  bool verdict = !t->status && is_expected_valid(t) == is_found_valid(t);
  if (verdict && t->pairs == t->pairs_found) return;
  ax_buf_printf(&b->report, "case: " AX_STR_FMT " (" AX_STR_FMT ")%s\n",
                AX_STR_ARG(AX_JSON_STR(t->json, "id")),
                AX_STR_ARG(AX_JSON_STR(t->json, "focus")),
                verdict ? "" : " VERDICT DIFFERS");
  report_expected(b, t);
  if (t->issues) report_found(b, t);
  ax_buf_append_char(&b->report, '\n');
}

static void write_figures(const char *name, const figures *f, ax_buf *out) {
  double recall = f->pairs ? (double)f->pairs_found / (double)f->pairs : 1.0;
  ax_buf_printf(out,
                "%s: cases=%zu verdict_ok=%zu invalid=%zu invalid_found=%zu "
                "valid=%zu false_positives=%zu issue_recall=%.3f "
                "crashed=%zu\n",
                name, f->cases, f->verdict_ok, f->invalid, f->invalid_found,
                f->valid, f->false_positives, recall, f->crashed);
}

/* --- all cases -------------------------------------------------------------
 */

static ax_status judge(bench *b, trial *t) {
  t->status = run(b, t);
  if (t->issues) AX_TRY(count_pairs(b->scratch, t));
  count(&b->all, t);
  if (ax_str_eq(AX_JSON_STR(t->json, "focus"), AX_STR("instance")))
    count(&b->instance, t);
  report(b, t);
  return AX_OK;
}

static ax_status run_case(bench *b, const ax_json *json) {
  trial t = { .json = json, .expect = AX_JSON_GET(json, "expect") };
  ax_arena_reset(b->scratch);
  ax_status status = judge(b, &t);
  ax_app_rules_close(&t.rules);
  ax_registry_close(t.registry);
  return status;
}

static ax_status run_all(bench *b, ax_error *err) {
  const ax_json *manifest;
  AX_TRY(ax_corpora_file_manifest(b->corpora, b->arena, "validator", &manifest,
                                  err));
  const ax_json *cases = AX_JSON_GET(manifest, "cases");
  for (size_t i = 0; i < ax_json_count(cases); i++)
    AX_TRY(run_case(b, ax_json_item(cases, i)));
  return ax_corpora_file_report(b->corpora, b->arena, "validator", &b->report,
                                err);
}

ax_status ax_corpora_validator(const ax_corpora *corpora, ax_buf *out,
                               ax_error *err) {
  bench b = { .corpora = corpora, .report = AX_BUF_INIT(REPORT_MAX) };
  b.arena = ax_arena_new(MEMORY);
  b.scratch = ax_arena_new(MEMORY);
  ax_status status = b.arena && b.scratch ? run_all(&b, err) : AX_NOMEM;
  if (!status) {
    write_figures("validator", &b.all, out);
    write_figures("validator-instance", &b.instance, out);
  }
  ax_buf_free(&b.report);
  ax_arena_free(b.arena);
  ax_arena_free(b.scratch);
  return status;
}
