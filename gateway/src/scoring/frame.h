/*
 * frame.h - the messages between the gateway and one worker.
 *
 * A message is a header (magic, version, type, sequence number, length) and a
 * payload of at most AX_FRAME_MAX bytes. Both ends run on one machine, so
 * numbers stand in its byte order; the magic number tells when that is wrong.
 *
 * What arrives is foreign input. Reading never goes outside the payload and
 * never fails half way: a reader that meets nonsense turns `bad`, gives zeros
 * from then on, and is asked once, at the end (ax_frame_done).
 *
 * Pure: no I/O. Threads: any; a reader or buffer belongs to one at a time.
 */
#ifndef AX_SCORING_FRAME_H
#define AX_SCORING_FRAME_H

#include <stdint.h>

#include "base/buf.h"

enum {
  AX_FRAME_HEADER = 20,
  AX_FRAME_VERSION = 1,
  /* The largest batch allowed (1024 rows of some 60 inputs) needs 2 MB. */
  AX_FRAME_MAX = 16 << 20
};

typedef enum {
  AX_FRAME_LOAD = 1, /* to the worker: limits, names of data files; with fds */
  AX_FRAME_HELLO,    /* from the worker: what protects it */
  AX_FRAME_MODELS,   /* from the worker: the declarations */
  AX_FRAME_SCORE,    /* to the worker: rows for one model */
  AX_FRAME_RESULTS,  /* from the worker: the answer to SCORE */
  AX_FRAME_ERROR,    /* from the worker: a code and a sentence */
  AX_FRAME_PING,     /* to the worker: are you there? */
  AX_FRAME_PONG,     /* from the worker */
  AX_FRAME_LOG,      /* from the worker: level and text of the plug-in */
  AX_FRAME_COUNTERS, /* from the worker: what the plug-in counted in a batch */
  AX_FRAME_TYPES
} ax_frame_type;

typedef struct {
  ax_frame_type type;
  uint32_t sequence;
  uint32_t length; /* of the payload */
} ax_frame_header;

/* Reads AX_FRAME_HEADER bytes. False for a wrong magic number, version, type or
 * a length above AX_FRAME_MAX: whoever sent it must not be listened to. */
bool ax_frame_header_read(const unsigned char *bytes, ax_frame_header *out);

/* --- reading a payload ---------------------------------------------------- */

typedef struct {
  const unsigned char *at, *end;
  bool bad;
} ax_frame;

ax_frame ax_frame_reader(ax_str payload);

uint8_t ax_frame_u8(ax_frame *f);
uint32_t ax_frame_u32(ax_frame *f);
int32_t ax_frame_i32(ax_frame *f);
uint64_t ax_frame_u64(ax_frame *f);
int64_t ax_frame_i64(ax_frame *f);
double ax_frame_f64(ax_frame *f);

/* Text of at most `max` bytes, well-formed UTF-8 without NUL; it points into
 * the payload. */
ax_str ax_frame_str(ax_frame *f, size_t max);

/* A count that is followed by at least `each` bytes for each of its things:
 * a count that the rest of the payload cannot hold is bad, so that nobody
 * allocates for it. */
uint32_t ax_frame_count(ax_frame *f, uint32_t max, size_t each);

/* `count * size` bytes as they are, or NULL when they are not there. Not
 * aligned. */
const unsigned char *ax_frame_bytes(ax_frame *f, size_t count, size_t size);

/* True when everything was read and nothing was bad. */
bool ax_frame_done(const ax_frame *f);

/* --- writing a message ---------------------------------------------------- */

/* Begins a message in `out`, which must be empty. */
void ax_frame_begin(ax_buf *out, ax_frame_type type, uint32_t sequence);

void ax_frame_put_u8(ax_buf *out, uint8_t value);
void ax_frame_put_u32(ax_buf *out, uint32_t value);
void ax_frame_put_i32(ax_buf *out, int32_t value);
void ax_frame_put_u64(ax_buf *out, uint64_t value);
void ax_frame_put_i64(ax_buf *out, int64_t value);
void ax_frame_put_f64(ax_buf *out, double value);
void ax_frame_put_str(ax_buf *out, ax_str text);
void ax_frame_put_bytes(ax_buf *out, const void *bytes, size_t len);

/* Fills in the length. NOMEM, or TOO_LARGE past AX_FRAME_MAX. */
ax_status ax_frame_end(ax_buf *out) AX_MUST_USE;

#endif
