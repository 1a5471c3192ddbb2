/*
 * outside.h - a gateway as its users see it: the real program, started on a
 * free port with a data folder of its own, and a client.
 *
 *     static outside *gw;
 *     gw = outside_start(NULL);                      // group set-up
 *     const outside_answer *a = outside_get(gw, "/Patient/1");
 *     assert_int_equal(a->status, 404);
 *     assert_str(outside_find(a->json, "issue[0].code"), "not-found");
 *     outside_stop(gw);              // SIGTERM; asserts the exit code 0
 *
 * Programs are found under $AUSPEX_BUILD (default "build"), packages under
 * $AUSPEX_ROOT/build/packages. Whatever goes wrong in here fails the test that
 * called. Answers live until the gateway is stopped.
 *
 * Threads: one gateway handle is used by one thread; a second client on the
 * same gateway is made with outside_visitor().
 */
#ifndef AX_CONFORMANCE_OUTSIDE_H
#define AX_CONFORMANCE_OUTSIDE_H

#include <sys/types.h>

#include "support/ax_test.h"
#include "json/json.h"

typedef struct outside outside;

typedef struct {
  int status;
  const char *head;    /* all header lines */
  ax_str body;         /* followed by a NUL */
  const ax_json *json; /* NULL when the body is not JSON */
} outside_answer;

/* --- the gateway ---------------------------------------------------------- */

/* Starts `auspex serve` with a new data folder and `args` (NULL-terminated,
 * may be NULL) behind the standard ones, and waits until it listens. */
outside *outside_start(const char *const *args);

/* Ends it with SIGTERM, asserts that it exits with 0 in time, removes its data
 * folder. NULL is fine. */
void outside_stop(outside *gw);

/* SIGKILL, no questions; the data folder stays. */
void outside_kill(outside *gw);

/* SIGTERM and the exit code, the data folder stays. */
int outside_end(outside *gw);

/* Starts it again on its data folder, perhaps on another port. */
void outside_again(outside *gw, const char *const *args);

/* Waits until it is ready: it may have a search index to make first. */
void outside_await_ready(outside *gw);

/* "http://127.0.0.1:PORT/fhir", the port, the process, the data folder, what
 * it wrote to standard error so far. */
const char *outside_base(const outside *gw);
unsigned outside_port(const outside *gw);
pid_t outside_pid(const outside *gw);
const char *outside_data(const outside *gw);
const char *outside_log(outside *gw);

/* One more client of a running gateway, for another thread; freed with
 * outside_leave(). Its calls never assert: a failed call has status 0. */
outside *outside_visitor(const outside *gw);
void outside_leave(outside *visitor);

/* --- the client ----------------------------------------------------------- */

/* Sends a request to base + `path` (or to the root when it starts with "//":
 * "//health/live"). `headers`: NULL-terminated lines, may be NULL. `body`: NULL
 * for none. */
const outside_answer *outside_send(outside *gw, const char *method,
                                   const char *path, const char *const *headers,
                                   const char *body, size_t len);
const outside_answer *outside_get(outside *gw, const char *path);
/* With Content-Type: application/fhir+json. */
const outside_answer *outside_post(outside *gw, const char *path,
                                   const char *body);
/* The same with one more header line. */
const outside_answer *outside_post_with(outside *gw, const char *path,
                                        const char *header, const char *body);

/* Asks what only operators may ("//admin/modules"), with the token that lies in
 * the data folder; `body` (JSON) may be NULL. */
const outside_answer *outside_operate(outside *gw, const char *method,
                                      const char *path, const char *body);

/* Sends bytes as they are and reads until the server hangs up or nothing came
 * for two seconds. */
const char *outside_raw(outside *gw, const char *bytes, size_t len);

/* The value of an answer's header, or "". */
const char *outside_header(const outside_answer *answer, const char *name);

/* A place in a tree: "entry[0].resource.id". NULL when it is not there. */
const ax_json *outside_at(const ax_json *tree, const char *path);
/* The text of that place, or empty. */
ax_str outside_find(const ax_json *tree, const char *path);

/* Asserts an OperationOutcome with the issue code `code`, media type and all;
 * `part` must occur in one of its details.text. */
void outside_refused(const outside_answer *answer, int status, const char *code,
                     const char *part);

/* --- programs ------------------------------------------------------------- */

typedef struct {
  int code; /* exit code, or -signal */
  const char *out, *err;
} outside_run_result;

/* Runs `auspex` with `args` (NULL-terminated) and `input` on standard input;
 * the texts are good until the next run. */
outside_run_result outside_run(const char *const *args, const char *input);

/* The same with another program of the build: "bin/auspex-conformance". */
outside_run_result outside_run_as(const char *name, const char *const *args,
                                  const char *input);

/* A file of the repository as a C string; free() it. */
char *outside_file(const char *path);

#endif
