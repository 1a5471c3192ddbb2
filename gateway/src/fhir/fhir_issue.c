#include "fhir/fhir_issue.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/vec.h"
#include "fhir/fhir_make.h"

static const char MESSAGE_IDS[] =
    "https://auspex-gateway.org/fhir/CodeSystem/message-id";
static const char EXTENSION[] =
    "http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-";

struct ax_fhir_issues {
  ax_arena *arena;
  AX_VEC(ax_issue) list;
  size_t errors, warnings;
  bool incomplete;
};

ax_fhir_issues *ax_fhir_issues_new(ax_arena *arena) {
  ax_fhir_issues *issues = AX_NEW(arena, ax_fhir_issues);
  if (issues) issues->arena = arena;
  return issues;
}

static void append(ax_fhir_issues *issues, ax_issue issue) {
  ax_issue *slot = AX_VEC_PUSH(&issues->list, issues->arena);
  if (!slot) {
    issues->incomplete = true;
    return;
  }
  *slot = issue;
  if (issue.severity <= AX_ERROR) issues->errors++;
  if (issue.severity == AX_WARNING) issues->warnings++;
}

/* Past the limit errors still count, so that a verdict stays a verdict. */
void ax_fhir_issues_add(ax_fhir_issues *issues, ax_issue issue) {
  if (issues->list.count < AX_LIMIT_ISSUES) {
    append(issues, issue);
    return;
  }
  if (issues->list.count == AX_LIMIT_ISSUES)
    append(issues,
           (ax_issue){ .severity = AX_WARNING,
                       .type = AX_ISSUE_TOO_COSTLY,
                       .id = "issues-cut",
                       .text = AX_STR("There are more faults than one answer "
                                      "lists; mend these and ask again") });
  if (issue.severity <= AX_ERROR) issues->errors++;
}

/* One argument for each part of an issue. */
/* NOLINTNEXTLINE(readability-function-size) */
void ax_fhir_issues_addf(ax_fhir_issues *issues, ax_severity severity,
                         ax_issue_type type, const char *id, ax_str path,
                         const ax_json *at, ax_str rule, const char *fmt, ...) {
  char text[2048];
  ax_issue issue = { .severity = severity,
                     .type = type,
                     .id = id,
                     .path = path,
                     .has_place = at != NULL,
                     .at = at ? at->at : 0,
                     .rule = rule };
  va_list args;
  va_start(args, fmt);
  (void)vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  if (issues->list.count < AX_LIMIT_ISSUES) {
    issue.text = ax_arena_str(issues->arena, ax_str_from(text));
    if (!issue.text.ptr) {
      issue.text = AX_STR("(no memory for the message)");
      issues->incomplete = true;
    }
  }
  ax_fhir_issues_add(issues, issue);
}

size_t ax_fhir_issues_count(const ax_fhir_issues *issues) {
  return issues->list.count;
}

const ax_issue *ax_fhir_issues_at(const ax_fhir_issues *issues, size_t i) {
  return i < issues->list.count ? &issues->list.items[i] : NULL;
}

size_t ax_fhir_issues_errors(const ax_fhir_issues *issues) {
  return issues->errors;
}

size_t ax_fhir_issues_warnings(const ax_fhir_issues *issues) {
  return issues->warnings;
}

bool ax_fhir_issues_complete(const ax_fhir_issues *issues) {
  return !issues->incomplete;
}

ax_arena *ax_fhir_issues_arena(const ax_fhir_issues *issues) {
  return issues->arena;
}

void ax_fhir_issues_add_json(ax_fhir_issues *issues,
                             const ax_json_fault *fault) {
  ax_json place = { .at = fault->at };
  ax_fhir_issues_addf(issues, AX_FATAL, AX_ISSUE_STRUCTURE, "json-syntax",
                      AX_STR(""), &place, AX_STR(""),
                      "The text is not usable JSON: %s", fault->text);
}

const char *ax_fhir_issue_severity(ax_severity severity) {
  static const char *const names[] = { "fatal", "error", "warning",
                                       "information" };
  return names[severity];
}

const char *ax_fhir_issue_code(ax_issue_type type) {
  static const char *const codes[] = {
#define X(name, code) code,
    AX_ISSUE_TYPES(X)
#undef X
  };
  return codes[type];
}

/* --- as an OperationOutcome ---------------------------------------------- */

static void open_extension(ax_json_writer *w, const char *name) {
  char url[96];
  (void)snprintf(url, sizeof url, "%s%s", EXTENSION, name);
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("url"), ax_str_from(url));
}

static void write_number_extension(ax_json_writer *w, const char *name,
                                   uint32_t value) {
  open_extension(w, name);
  ax_json_write_key(w, AX_STR("valueInteger"));
  ax_json_write_int(w, value);
  ax_json_write_close(w);
}

static void write_extensions(ax_json_writer *w, const ax_issue *issue,
                             const ax_json_place *place) {
  if (!place && issue->rule.len == 0) return;
  ax_json_write_key(w, AX_STR("extension"));
  ax_json_write_array(w);
  if (place) {
    write_number_extension(w, "line", place->line);
    write_number_extension(w, "col", place->column);
  }
  if (issue->rule.len) {
    open_extension(w, "source");
    ax_json_write_member(w, AX_STR("valueString"), issue->rule);
    ax_json_write_close(w);
  }
  ax_json_write_close(w);
}

static void write_details(ax_json_writer *w, const ax_issue *issue) {
  ax_coding coding = { ax_str_from(MESSAGE_IDS),
                       ax_str_from(issue->id),
                       { 0 } };
  ax_json_write_key(w, AX_STR("details"));
  ax_fhir_make_concept(w, &coding, issue->id ? 1 : 0, issue->text);
}

static void write_issue(ax_json_writer *w, const ax_issue *issue,
                        const ax_json_place *place) {
  char text[64];
  ax_json_write_object(w);
  write_extensions(w, issue, place);
  ax_json_write_member(w, AX_STR("severity"),
                       ax_str_from(ax_fhir_issue_severity(issue->severity)));
  ax_json_write_member(w, AX_STR("code"),
                       ax_str_from(ax_fhir_issue_code(issue->type)));
  write_details(w, issue);
  if (place) {
    (void)snprintf(text, sizeof text, "line %u, column %u", place->line,
                   place->column);
    ax_json_write_member(w, AX_STR("diagnostics"), ax_str_from(text));
  }
  if (issue->path.len) {
    ax_json_write_key(w, AX_STR("expression"));
    ax_json_write_array(w);
    ax_json_write_str(w, issue->path);
    ax_json_write_close(w);
  }
  ax_json_write_close(w);
}

/* Those that are mere information, or all others. */
static void write_some(const ax_fhir_issues *issues, bool informational,
                       ax_json_places *places, ax_json_writer *w) {
  for (size_t i = 0; i < issues->list.count; i++) {
    const ax_issue *issue = &issues->list.items[i];
    bool has_place = issue->has_place && places->source.len > 0;
    ax_json_place place = { 0 };
    if ((issue->severity == AX_INFORMATION) != informational) continue;
    if (has_place) place = ax_json_places_find(places, issue->at);
    write_issue(w, issue, has_place ? &place : NULL);
  }
}

void ax_fhir_issues_write(const ax_fhir_issues *issues, ax_str source,
                          ax_json_writer *w) {
  ax_json_places places = { source, 0, 1, 0 };
  ax_fhir_issues_write_on(issues, &places, w);
}

void ax_fhir_issues_write_on(const ax_fhir_issues *issues,
                             ax_json_places *places, ax_json_writer *w) {
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("resourceType"), AX_STR("OperationOutcome"));
  ax_json_write_key(w, AX_STR("issue"));
  ax_json_write_array(w);
  write_some(issues, false, places, w);
  write_some(issues, true, places, w);
  if (issues->list.count == 0)
    write_issue(w,
                &(ax_issue){ .severity = AX_INFORMATION,
                             .type = AX_ISSUE_INFORMATIONAL,
                             .id = "no-issues",
                             .text = AX_STR("All OK: no issues found") },
                NULL);
  ax_json_write_close(w);
  ax_json_write_close(w);
}
