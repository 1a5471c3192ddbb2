/*
 * fhir_issue.h - faults found in a resource, as data.
 *
 * An issue is what one OperationOutcome.issue says. A list keeps the order in
 * which faults were found, counts by severity, and stops growing at
 * AX_LIMIT_ISSUES with a last issue that says so.
 *
 * Lifetime: a list and its texts live in the arena given to ax_fhir_issues_new.
 * Threads: one at a time.
 */
#ifndef AX_FHIR_FHIR_ISSUE_H
#define AX_FHIR_FHIR_ISSUE_H

#include "json/json.h"
#include "json/json_parse.h"
#include "json/json_write.h"

typedef enum {
  AX_FATAL,
  AX_ERROR,
  AX_WARNING,
  AX_INFORMATION
} ax_severity; /* http://hl7.org/fhir/issue-severity */

/* The part of http://hl7.org/fhir/issue-type that we use. */
#define AX_ISSUE_TYPES(X)                                                      \
  X(INVALID, "invalid")                                                        \
  X(STRUCTURE, "structure")                                                    \
  X(REQUIRED, "required")                                                      \
  X(VALUE, "value")                                                            \
  X(INVARIANT, "invariant")                                                    \
  X(SECURITY, "security") X(LOGIN, "login") X(UNKNOWN, "unknown")              \
      X(FORBIDDEN, "forbidden") X(PROCESSING, "processing") X(                 \
          NOT_SUPPORTED, "not-supported") X(DUPLICATE, "duplicate")            \
          X(MULTIPLE_MATCHES, "multiple-matches") X(NOT_FOUND, "not-found") X( \
              DELETED, "deleted") X(TOO_LONG, "too-long")                      \
              X(CODE_INVALID, "code-invalid") X(EXTENSION, "extension") X(     \
                  TOO_COSTLY, "too-costly") X(BUSINESS_RULE, "business-rule")  \
                  X(CONFLICT, "conflict") X(TRANSIENT, "transient")            \
                      X(LOCK_ERROR, "lock-error") X(NO_STORE, "no-store")      \
                          X(EXCEPTION, "exception")                         \
                          X(TIMEOUT, "timeout") X(INCOMPLETE, "incomplete")    \
                              X(THROTTLED, "throttled")                        \
                                  X(INFORMATIONAL, "informational")

typedef enum {
#define X(name, code) AX_ISSUE_##name,
  AX_ISSUE_TYPES(X)
#undef X
} ax_issue_type;

typedef struct {
  ax_severity severity;
  ax_issue_type type;
  const char *id; /* stable message id, e.g. "element-unknown"; a literal */
  ax_str path;    /* FHIRPath, e.g. "Bundle.entry[3].resource.status"; or "" */
  bool has_place; /* is `at` an offset into the source text? */
  uint32_t at;
  ax_str text; /* a sentence for a person */
  ax_str rule; /* profile URL, "URL|element" or invariant key; or "" */
} ax_issue;

typedef struct ax_fhir_issues ax_fhir_issues;

/* An empty list, or NULL. */
ax_fhir_issues *ax_fhir_issues_new(ax_arena *arena) AX_MUST_USE;

/* Adds a copy of `issue`; its texts are not copied. Without memory the list
 * becomes incomplete: ax_fhir_issues_complete() tells. */
void ax_fhir_issues_add(ax_fhir_issues *issues, ax_issue issue);

/* Formats the text into the arena and adds. `path` and `rule` are not copied.
 * `at` is the value the fault is about, for its place; NULL: no place. */
void ax_fhir_issues_addf(ax_fhir_issues *issues, ax_severity severity,
                         ax_issue_type type, const char *id, ax_str path,
                         const ax_json *at, ax_str rule, const char *fmt, ...)
    AX_PRINTF(8, 9);

size_t ax_fhir_issues_count(const ax_fhir_issues *issues);
const ax_issue *ax_fhir_issues_at(const ax_fhir_issues *issues, size_t i);
size_t ax_fhir_issues_errors(const ax_fhir_issues *issues); /* error + fatal */
size_t ax_fhir_issues_warnings(const ax_fhir_issues *issues);
bool ax_fhir_issues_complete(const ax_fhir_issues *issues);
ax_arena *ax_fhir_issues_arena(const ax_fhir_issues *issues);

/* Adds the fault of a document that is not JSON (severity fatal, type
 * structure, id "json-syntax"). */
void ax_fhir_issues_add_json(ax_fhir_issues *issues,
                             const ax_json_fault *fault);

/*
 * Writes an OperationOutcome, mere information behind what is wrong. Each
 * issue: severity, code, details.coding (our message id) and details.text, expression[0] = path, and when there is a
 * place in `source` the extensions
 *   http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-line
 *   http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-col
 * and operationoutcome-issue-source = rule where there is one.
 * `diagnostics` repeats "line N, column M" for people. An empty list gives one
 * issue: information, informational, "No issues found" ("All OK").
 */
void ax_fhir_issues_write(const ax_fhir_issues *issues, ax_str source,
                          ax_json_writer *w);

/* The same for one of many lists about one text: `places` goes on from list to
 * list, so that all of them cost one walk through the text. */
void ax_fhir_issues_write_on(const ax_fhir_issues *issues,
                             ax_json_places *places, ax_json_writer *w);

const char *ax_fhir_issue_severity(ax_severity severity);
const char *ax_fhir_issue_code(ax_issue_type type);

#endif
