/*
 * operation_url.h - the URL an operation asks, as R4 says: url beats params
 * beats targetId; `resource` counts for all but url. Private to run/.
 */
#ifndef AX_RUN_OPERATION_URL_H
#define AX_RUN_OPERATION_URL_H

#include "run/operation_code.h"
#include "run/state.h"

typedef struct {
  const ax_json *json; /* the operation */
  const ax_script_action *action;
  ax_operation_code code;
  ax_str base;         /* of the destination */
  const ax_json *body; /* the source's resource; NULL: none */
  ax_str target_id;    /* out: the id that targetId gave; empty: none */
} ax_operation_url;

/* The absolute, encoded URL. INVALID: the operation names too little; what
 * ax_source_target and variables return. */
ax_status ax_operation_url_make(ax_state *s, ax_operation_url *operation,
                                ax_str *out, ax_error *err) AX_MUST_USE;

/* Percent-encodes what no URL may hold; with `all` also '+' in the query,
 * which most servers read as a blank. What is encoded already stays. */
ax_status ax_operation_url_encode(ax_arena *arena, ax_str url, bool all,
                                  ax_str *out) AX_MUST_USE;

#endif
