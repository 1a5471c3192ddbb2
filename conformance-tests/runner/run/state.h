/*
 * state.h - one script in flight: what the files of run/ share. Private to
 * run/.
 *
 * How functions here fail, and what becomes of the action:
 *   NOMEM                    the run ends
 *   UNSUPPORTED              "unsupported: TEXT"
 *   NOT_FOUND                FAIL: what the action needs is not there
 *   TIMEOUT, UNAVAILABLE     ERROR: the target does not answer
 *   all others               ERROR: the script is broken
 */
#ifndef AX_RUN_STATE_H
#define AX_RUN_STATE_H

#include "base/map.h"
#include "fhirpath/fp_model.h"
#include "run/run.h"

/* Something made on the target that must not stay there. */
typedef struct {
  ax_str fixture; /* id */
  ax_str url;     /* absolute, of the resource */
} ax_state_made;

typedef struct {
  const ax_script *script;
  const ax_run_options *options;
  ax_arena *arena;
  ax_result_script *out;
  const ax_fp_model *model;
  int64_t now_ms;
  ax_str test_id; /* "SCRIPT/TEST", for the header */

  ax_map *responses, *requests; /* by id: const ax_result_exchange */
  ax_map *server_ids; /* by fixture: "Type/id[/_history/n]" on the target */
  const ax_result_exchange *last; /* the last exchange; NULL: none yet */
  AX_VEC(ax_state_made) made;

  /* Names that mean something else for a while: in a test that is run for a
   * list of values, in a script that is run for another one. */
  AX_VEC(ax_run_setting) bound;
  ax_map *lent;     /* the same for fixtures: const ax_json */
  unsigned depth;   /* variables that name variables */
  bool asks;        /* the script has operations of its own */
  bool answered;    /* the target has answered once */
  bool unreachable; /* and now does not */
  bool failed;      /* an action of the script has failed */
} ax_state;

/* Adds a remark about the script, once for each text. */
ax_status ax_state_note(ax_state *s, ax_str place, ax_str text) AX_MUST_USE;

#endif
