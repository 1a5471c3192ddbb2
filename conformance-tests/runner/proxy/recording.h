/*
 * recording.h - exchanges of a client kept in a folder, one JSON file each,
 * and given to scripts later as if the client were there.
 *
 *     000001.json
 *     {"exchange": 1, "method": "POST", "url": "http://gw/fhir",
 *      "startedMs": 1790000000000, "durationUs": 1200,
 *      "request":  {"headers": [{"name": "...", "value": "..."}],
 *                   "body": "..."},
 *      "response": {"status": 200, "headers": [...], "body": "..."}}
 *
 * A body that is not UTF-8 stands as base64 in "bodyBase64"; bodies that were
 * compressed are kept unpacked. "failure", a sentence, says why no answer came
 * from the target.
 *
 * A folder to be read may also hold resources, as an interface engine writes
 * them: a Bundle of type batch or transaction counts as POSTed to the base,
 * anything else as POSTed to its type.
 */
#ifndef AX_PROXY_RECORDING_H
#define AX_PROXY_RECORDING_H

#include "base/buf.h"
#include "base/error.h"
#include "run/run.h"

typedef struct ax_recording ax_recording;

/* Replaces secrets in an exchange that is about to be written; its texts may
 * be changed, in `arena`. Called from many threads. */
typedef ax_status (*ax_recording_mask)(void *ctx, ax_arena *arena,
                                       ax_result_exchange *exchange);

/* Makes the folder if it is not there; files in it stay, numbers go on behind
 * them. `mask` is not optional. INVALID, IO, NOMEM. */
ax_status ax_recording_begin(const char *folder, ax_recording_mask mask,
                             void *ctx, ax_recording **out,
                             ax_error *err) AX_MUST_USE;

/* The number of the next exchange. Threads: any. */
unsigned ax_recording_number(ax_recording *recording);

/* Writes one exchange under its number. Threads: any. */
ax_status ax_recording_write(ax_recording *recording, unsigned number,
                             const ax_result_exchange *exchange,
                             ax_error *err) AX_MUST_USE;

void ax_recording_end(ax_recording *recording);

/* The text of such a file, unmasked. NOMEM, TOO_LARGE. */
ax_status ax_recording_text(ax_arena *arena, const ax_result_exchange *exchange,
                            ax_buf *out) AX_MUST_USE;

/* Reads the text of such a file or of a resource (sent to `base`). INVALID with
 * the reason, NOMEM. */
ax_status ax_recording_read(ax_arena *arena, ax_str text, ax_str base,
                            ax_result_exchange *out, ax_error *err) AX_MUST_USE;

/*
 * A client that sends what stands in `folder`, in the order of the file names
 * (*.json); UNAVAILABLE at the end, INVALID with the file's name for one that
 * is neither an exchange nor a resource (it is passed over by the next call).
 * NOT_FOUND: no folder, or nothing in it. Lifetime: the arena. Threads: one.
 */
ax_status ax_recording_open(const char *folder, ax_str base, ax_arena *arena,
                            ax_run_client **out, ax_error *err) AX_MUST_USE;

/* How many are left of such a client. */
size_t ax_recording_left(const ax_run_client *client);

/* The name of the next file; empty at the end. */
ax_str ax_recording_name(const ax_run_client *client);

/* Another client over the same folder: the next `count` messages of `client`
 * behind the first `skip`, where there are as many. NOMEM. Lifetime: the arena
 * given, and that of `client`. */
ax_status ax_recording_view(const ax_run_client *client, size_t skip,
                            size_t count, ax_arena *arena,
                            ax_run_client **out) AX_MUST_USE;

#endif
