#include "run/gate.h"

#include "run/evaluate.h"
#include "run/extension.h"
#include "run/variable.h"

static ax_status close_gate(ax_gate *out, ax_result_kind kind,
                            ax_result_cause cause, ax_str message) {
  *out = (ax_gate){ true, kind, cause, message };
  return message.ptr ? AX_OK : AX_NOMEM;
}

static ax_status cannot_judge(ax_state *s, ax_str expression,
                              const ax_error *why, ax_gate *out) {
  return close_gate(out, AX_RESULT_ERROR, AX_RESULT_NO_CAUSE,
                    ax_arena_printf(s->arena,
                                    "the condition " AX_STR_FMT
                                    " cannot be judged: %s",
                                    AX_STR_ARG(expression), why->text));
}

static ax_status judge_capability(ax_state *s, ax_str expression,
                                  ax_gate *out) {
  bool holds = false;
  ax_error why = { 0 };
  const ax_json *capabilities = s->options->target.capabilities;
  if (!capabilities)
    return close_gate(
        out, AX_RESULT_UNSUPPORTED, AX_RESULT_BY_TARGET,
        ax_arena_printf(s->arena,
                        "unsupported: the target has no CapabilityStatement "
                        "that could say " AX_STR_FMT,
                        AX_STR_ARG(expression)));
  ax_status status =
      ax_evaluate_truth_of(s, expression, capabilities, &holds, &why);
  if (status == AX_NOMEM) return status;
  if (status) return cannot_judge(s, expression, &why, out);
  if (holds) return AX_OK;
  return close_gate(
      out, AX_RESULT_UNSUPPORTED, AX_RESULT_BY_TARGET,
      ax_arena_printf(s->arena,
                      "unsupported: the target's CapabilityStatement does not "
                      "say " AX_STR_FMT,
                      AX_STR_ARG(expression)));
}

/* "4.0" stands for "4.0.1", too. */
static bool version_fits(ax_str version, ax_str wanted) {
  if (!wanted.len || !ax_str_starts(version, wanted)) return false;
  return version.len == wanted.len || version.ptr[wanted.len] == '.' ||
         version.ptr[wanted.len] == '-';
}

static ax_status judge_versions(ax_state *s, ax_str list, ax_gate *out) {
  ax_str version = AX_JSON_STR(s->options->target.capabilities, "fhirVersion");
  ax_str rest = list;
  if (!version.len) version = AX_STR("4.0.1");
  while (rest.len)
    if (version_fits(version, ax_str_trim(ax_str_cut(&rest, ','))))
      return AX_OK;
  return close_gate(out, AX_RESULT_SKIP, AX_RESULT_BY_SCRIPT,
                    ax_arena_printf(s->arena,
                                    "is meant for FHIR " AX_STR_FMT
                                    ", and the target speaks " AX_STR_FMT,
                                    AX_STR_ARG(list), AX_STR_ARG(version)));
}

ax_status ax_gate_judge(ax_state *s, const ax_json *element, ax_gate *out) {
  ax_str versions = ax_extension_text(element, AX_STR("fhirVersions"));
  const ax_json *list = AX_JSON_GET(element, "extension");
  *out = (ax_gate){ 0 };
  if (versions.len) AX_TRY(judge_versions(s, versions, out));
  for (size_t i = 0; !out->closed && i < ax_json_count(list); i++) {
    const ax_json *one = ax_json_item(list, i);
    ax_str url = AX_JSON_STR(one, "url");
    if (ax_str_ends(url, AX_STR("/requiresCapability")))
      AX_TRY(judge_capability(s, ax_json_text(ax_extension_value(one)), out));
  }
  return AX_OK;
}

ax_status ax_gate_judge_assert(ax_state *s, const ax_json *assertion,
                               ax_gate *out) {
  const ax_json *when =
      ax_extension_find(assertion, AX_STR("assertionWhenResponseStatus"));
  ax_str id = ax_extension_text(when, AX_STR("sourceId"));
  ax_str wanted = ax_extension_text(when, AX_STR("status"));
  *out = (ax_gate){ 0 };
  if (!when) return AX_OK;
  const ax_result_exchange *e = id.len ? ax_map_get(s->responses, id) : s->last;
  ax_str status = ax_arena_printf(s->arena, "%d", e ? e->status : 0);
  if (!status.ptr) return AX_NOMEM;
  if (e && ax_str_eq(status, wanted)) return AX_OK;
  return close_gate(out, AX_RESULT_SKIP, AX_RESULT_BY_SCRIPT,
                    ax_arena_printf(s->arena,
                                    "counts only after status " AX_STR_FMT
                                    ", and it was " AX_STR_FMT,
                                    AX_STR_ARG(wanted), AX_STR_ARG(status)));
}

ax_str ax_gate_group(const ax_json *assertion) {
  return ax_extension_text(assertion, AX_STR("assertionAnyOfGroup"));
}
