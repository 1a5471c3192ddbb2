/*
 * store_pack.h - bodies as they lie on disk: short ones as they are, longer
 * ones through zstd; store_pack.c is the only file that includes its header.
 *
 * Threads: any.
 */
#ifndef AX_STORE_STORE_PACK_H
#define AX_STORE_STORE_PACK_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

/* Numbers in the database: never change their meaning. */
typedef enum { AX_STORE_PACK_RAW = 0, AX_STORE_PACK_ZSTD = 1 } ax_store_codec;

typedef struct {
  ax_store_codec codec;
  ax_str bytes;
} ax_store_packed;

/* `out` points into `arena`, or to `text` itself where packing does not pay.
 * NOMEM. */
ax_status ax_store_pack(ax_arena *arena, ax_str text,
                        ax_store_packed *out) AX_MUST_USE;

/* The text, copied into `arena` in any case. IO when the bytes are damaged. */
ax_status ax_store_unpack(ax_arena *arena, int64_t codec, ax_str bytes,
                          ax_str *out, ax_error *err) AX_MUST_USE;

#endif
