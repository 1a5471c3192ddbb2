/* validateProfileId: a body is valid by a profile. */
#include "run/assert.h"

#include "base/buf.h"

enum { SHOWN = 3, MESSAGE_MAX = 16384 };

static ax_status not_loaded(ax_str url, ax_error *err) {
  return ax_error_set(err, AX_UNSUPPORTED, "profile " AX_STR_FMT " not loaded",
                      AX_STR_ARG(url));
}

static ax_status find_profile(const ax_assert *a, ax_str id, ax_str *out,
                              ax_error *err) {
  const ax_script_profile *profile = ax_script_find_profile(a->s->script, id);
  if (!profile)
    return ax_error_set(err, AX_INVALID,
                        "the script has no profile '" AX_STR_FMT "'",
                        AX_STR_ARG(id));
  *out = profile->canonical;
  if (!a->s->options->validator)
    return ax_error_set(err, AX_UNSUPPORTED, "validation by profiles");
  if (!ax_registry_find(a->s->options->registry, AX_DEF_STRUCTURE, *out))
    return not_loaded(*out, err);
  return AX_OK;
}

static ax_status tell(const ax_assert *a, ax_str url,
                      const ax_fhir_issues *issues, ax_assert_outcome *out) {
  ax_buf buf = AX_BUF_INIT(MESSAGE_MAX);
  size_t errors = ax_fhir_issues_errors(issues), told = 0;
  ax_buf_printf(&buf, "not valid by " AX_STR_FMT ", %zu %s: ", AX_STR_ARG(url),
                errors, errors == 1 ? "fault" : "faults");
  for (size_t i = 0; i < ax_fhir_issues_count(issues) && told < SHOWN; i++) {
    const ax_issue *issue = ax_fhir_issues_at(issues, i);
    if (issue->severity > AX_ERROR) continue;
    ax_buf_printf(&buf, "%s" AX_STR_FMT " (at " AX_STR_FMT ")",
                  told++ ? "; " : "", AX_STR_ARG(issue->text),
                  AX_STR_ARG(issue->path));
  }
  ax_status status = buf.status;
  if (!status) out->message = ax_arena_str(a->s->arena, ax_buf_view(&buf));
  if (!status && !out->message.ptr) status = AX_NOMEM;
  ax_buf_free(&buf);
  out->expected = AX_STR("no faults");
  out->actual = ax_arena_printf(a->s->arena, "%zu faults", errors);
  return status ? status : out->actual.ptr ? AX_OK : AX_NOMEM;
}

ax_status ax_assert_profile_judge(const ax_assert *a, ax_str text,
                                  ax_assert_outcome *out, ax_error *err) {
  ax_source source;
  ax_str url;
  AX_TRY(find_profile(a, text, &url, err));
  AX_TRY(ax_assert_source(a, &source, out, err));
  AX_TRY(ax_source_need_json(&source, err));
  ax_fhir_issues *issues = ax_fhir_issues_new(a->s->arena);
  if (!issues) return AX_NOMEM;
  ax_str type = AX_JSON_STR(source.json, "resourceType");
  AX_TRY(ax_validate_run(a->s->options->validator, source.json,
                         type.len ? type : AX_STR("Resource"), &url, 1,
                         issues));
  out->holds = ax_fhir_issues_errors(issues) == 0;
  return out->holds ? AX_OK : tell(a, url, issues, out);
}
