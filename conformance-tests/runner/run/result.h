/*
 * result.h - what came of a run: filled by run/, read by report/ only.
 *
 * All forms of report are made of one ax_result_run, so their counts cannot
 * differ. Lifetime: the arena of the run. Threads: immutable once the run has
 * ended.
 */
#ifndef AX_RUN_RESULT_H
#define AX_RUN_RESULT_H

#include "base/vec.h"
#include "script/script.h"

/*
 * Sorted so that the greater one decides for a test or a script.
 *   PASS         the assert holds, the operation was answered
 *   WARNING      an assert that is warningOnly does not hold
 *   SKIP         not run: an earlier action of the test or the set-up failed,
 *                or a gate of the script was closed (`message` says which)
 *   UNSUPPORTED  needs what this runner or, by its own statement, the target
 *                does not do: "unsupported: FEATURE"; never a pass
 *   FAIL         an assert does not hold
 *   ERROR        could not be judged: target unreachable, broken script
 */
typedef enum {
  AX_RESULT_PASS,
  AX_RESULT_WARNING,
  AX_RESULT_SKIP,
  AX_RESULT_UNSUPPORTED,
  AX_RESULT_FAIL,
  AX_RESULT_ERROR,
  AX_RESULT_KINDS
} ax_result_kind;

/* Why something is UNSUPPORTED or was skipped, where that is not this runner's
 * lack nor follows from a failure. */
typedef enum {
  AX_RESULT_NO_CAUSE,
  AX_RESULT_BY_TARGET, /* the target's own statement says it lacks it */
  AX_RESULT_BY_SCRIPT  /* a condition of the script does not apply: meant for
                          another FHIR version, for another status */
} ax_result_cause;

typedef struct {
  ax_str name, value;
} ax_result_header;

/* One request and its answer. */
typedef struct {
  ax_str method, url; /* url absolute, as sent */
  AX_VEC(ax_result_header) request_headers;
  ax_str request_body;
  int status; /* 0: no answer, `failure` says why */
  AX_VEC(ax_result_header) response_headers;
  ax_str response_body;
  const ax_json *request_json, *response_json; /* NULL: not JSON */
  ax_str failure;
  int64_t started_ms; /* wall clock */
  int64_t duration_us;
} ax_result_exchange;

typedef struct {
  bool is_assert;
  ax_result_kind kind;
  ax_result_cause cause;
  ax_str label, description, place;
  ax_str rule;             /* "responseCode in 200,201", "GET Patient/1" */
  ax_str message;          /* a sentence; empty for a plain pass */
  ax_str expected, actual; /* of an assert; may be empty */
  ax_str requirement;      /* key of the requirement it shows; may be empty */
  ax_str requirement_url;
  const ax_result_exchange *exchange; /* sent, or looked at; may be NULL */
  int64_t duration_us;
} ax_result_action;

typedef enum {
  AX_RESULT_SETUP,
  AX_RESULT_TEST,
  AX_RESULT_TEARDOWN
} ax_result_phase_kind;

typedef struct {
  ax_result_phase_kind phase;
  ax_str id, name, description;
  ax_result_kind kind;
  ax_result_cause cause;
  ax_str message; /* why it was skipped or is unsupported */
  AX_VEC(ax_result_action) actions;
  int64_t duration_us;
} ax_result_phase;

typedef struct {
  const ax_script *script; /* NULL: it could not be loaded, see message */
  ax_str file, id, name, title, url;
  ax_result_kind kind;
  ax_result_cause cause;
  ax_str message;
  bool wire_changed;              /* asked for XML, was run in JSON */
  AX_VEC(ax_result_phase) phases; /* set-up, tests, teardown, in this order */
  AX_VEC(ax_script_notice) notices;
  int64_t started_ms, duration_us;
} ax_result_script;

typedef struct {
  size_t of[AX_RESULT_KINDS];
  size_t all;
} ax_result_counts;

typedef struct {
  ax_str target; /* base URL of the first destination */
  ax_str suite;  /* as named on the command line */
  ax_str runner; /* "auspex-conformance 0.5.0" */
  int64_t started_ms, duration_us;
  uint64_t seed;
  AX_VEC(ax_result_script) scripts;
} ax_result_run;

/* "pass", "fail", ... */
const char *ax_result_word(ax_result_kind kind);

/* The kinds of all scripts, all tests (without set-up and teardown), all
 * asserts and all operations of a run. Every report takes its totals here. */
typedef struct {
  ax_result_counts scripts, tests, asserts, operations;
} ax_result_totals;
ax_result_totals ax_result_count(const ax_result_run *run);

/* Every action of the script was run and judged: no ERROR, no UNSUPPORTED, no
 * SKIP other than one that follows from a FAIL or from a condition of the
 * script (AX_RESULT_BY_SCRIPT). */
bool ax_result_complete(const ax_result_script *script);

/* Not complete, and all that keeps it from it is what the target by its own
 * statement lacks (AX_RESULT_BY_TARGET). */
bool ax_result_target_lacks(const ax_result_script *script);

/* Headers by name, in any case; empty when there is none. */
ax_str ax_result_request_header(const ax_result_exchange *e, ax_str name);
ax_str ax_result_response_header(const ax_result_exchange *e, ax_str name);

#endif
