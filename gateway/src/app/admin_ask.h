/*
 * admin_ask.h - a command asks the gateway that runs here: on the configured
 * address (`listen`), with the operators' token from its data folder.
 *
 * Threads: one call is one thread's.
 */
#ifndef AX_APP_ADMIN_ASK_H
#define AX_APP_ADMIN_ASK_H

#include "app/config.h"
#include "json/json.h"

/*
 * Sends `body` (empty: GET, else POST) to `path` ("/admin/modules"). `out` gets
 * the answer of a 200, in the arena. `*offline` is set where no gateway runs
 * (no token in the data folder, or nobody listens): then AX_OK, and nothing
 * was asked. DENIED or INVALID with the gateway's sentence; CONFLICT when what
 * listens there is something else.
 */
ax_status ax_admin_ask_send(ax_arena *arena, const ax_config *config,
                            const char *path, ax_str body, bool *offline,
                            const ax_json **out, ax_error *err) AX_MUST_USE;

#endif
