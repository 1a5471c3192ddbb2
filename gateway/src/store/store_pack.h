/*
 * store_pack.h - bodies as they lie on disk: very short ones as they are,
 * longer ones through zstd with a checksum, those of usual size with a
 * dictionary (store_pack_words.h); store_pack.c is the only file that includes
 * its header.
 *
 * Threads: any; a press belongs to who borrowed it.
 */
#ifndef AX_STORE_STORE_PACK_H
#define AX_STORE_STORE_PACK_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

/* Numbers in the database: never change their meaning. */
typedef enum {
  AX_STORE_PACK_RAW = 0,
  AX_STORE_PACK_ZSTD = 1,
  AX_STORE_PACK_WORDS = 2 /* zstd behind ax_store_pack_words */
} ax_store_codec;

typedef struct {
  ax_store_codec codec;
  ax_str bytes;
} ax_store_packed;

/* zstd's working memory: making it costs as much as packing a short body. */
typedef struct ax_store_press ax_store_press;

/* A few presses that threads take turns with. */
typedef struct ax_store_presses ax_store_presses;

ax_store_presses *ax_store_pack_open(void) AX_MUST_USE;
void ax_store_pack_close(ax_store_presses *presses);

/* Lends an idle press or makes one; NULL without memory. What comes back past
 * the few that are kept is freed. */
ax_store_press *ax_store_pack_borrow(ax_store_presses *presses) AX_MUST_USE;
void ax_store_pack_return(ax_store_presses *presses, ax_store_press *press);

/* `out` points into `arena`, or to `text` itself where packing does not pay.
 * NOMEM. */
ax_status ax_store_pack(ax_store_press *press, ax_arena *arena, ax_str text,
                        ax_store_packed *out) AX_MUST_USE;

/* The text, copied into `arena` in any case. IO when the bytes are damaged. */
ax_status ax_store_unpack(ax_arena *arena, int64_t codec, ax_str bytes,
                          ax_str *out, ax_error *err) AX_MUST_USE;

#endif
