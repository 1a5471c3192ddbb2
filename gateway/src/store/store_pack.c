#include "store/store_pack.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "store/store_pack_words.h"

enum {
  /* Below this the frame's own bytes eat what is saved. */
  PACK_FROM = 128,
  /* Above this a body has enough in common with itself. */
  WORDS_UP_TO = 16 * 1024,
  /* Measured on Synthea resources: 3 saves 4 % over 1 and costs twice. */
  PACK_LEVEL = 1,
  /* Behind the dictionary: 144 bytes of an Observation of 478 instead of 128,
   * for two thirds of the instructions. */
  WORDS_LEVEL = -1,
  PRESSES = 4, /* as many as usually pack at the same time */
  /* A press grows with the largest body it packed; such a one is not kept. */
  PRESS_MAX = 512 * 1024
};

/* A body is never larger than the largest request; a damaged frame may claim
 * anything. */
static const unsigned long long unpack_max = 1ull << 30;

struct ax_store_presses {
  ZSTD_CDict *words; /* read by all presses */
  pthread_mutex_t mutex;
  ax_store_press *idle[PRESSES];
  size_t count;
};

struct ax_store_press {
  ZSTD_CCtx *context;
  const ZSTD_CDict *words;
  bool with_words; /* the dictionary is set */
};

static void free_press(ax_store_press *press) {
  if (!press) return;
  ZSTD_freeCCtx(press->context);
  free(press);
}

static ax_store_press *new_press(const ZSTD_CDict *words) {
  ax_store_press *press = calloc(1, sizeof *press);
  if (!press) return NULL;
  press->context = ZSTD_createCCtx();
  press->words = words;
  ZSTD_CCtx *c = press->context;
  if (c &&
      !ZSTD_isError(
          ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, PACK_LEVEL)) &&
      !ZSTD_isError(ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1)))
    return press;
  free_press(press);
  return NULL;
}

ax_store_presses *ax_store_pack_open(void) {
  ax_store_presses *presses = calloc(1, sizeof *presses);
  if (!presses) return NULL;
  pthread_mutex_init(&presses->mutex, NULL);
  presses->words = ZSTD_createCDict(ax_store_pack_words.ptr,
                                    ax_store_pack_words.len, WORDS_LEVEL);
  if (presses->words) return presses;
  ax_store_pack_close(presses);
  return NULL;
}

void ax_store_pack_close(ax_store_presses *presses) {
  if (!presses) return;
  for (size_t i = 0; i < presses->count; i++) free_press(presses->idle[i]);
  ZSTD_freeCDict(presses->words);
  pthread_mutex_destroy(&presses->mutex);
  free(presses);
}

ax_store_press *ax_store_pack_borrow(ax_store_presses *presses) {
  ax_store_press *press = NULL;
  pthread_mutex_lock(&presses->mutex);
  if (presses->count) press = presses->idle[--presses->count];
  pthread_mutex_unlock(&presses->mutex);
  return press ? press : new_press(presses->words);
}

void ax_store_pack_return(ax_store_presses *presses, ax_store_press *press) {
  if (!press) return;
  bool small = ZSTD_sizeof_CCtx(press->context) <= PRESS_MAX;
  pthread_mutex_lock(&presses->mutex);
  if (small && presses->count < PRESSES) {
    presses->idle[presses->count++] = press;
    press = NULL;
  }
  pthread_mutex_unlock(&presses->mutex);
  free_press(press);
}

static bool choose_words(ax_store_press *press, bool with) {
  if (press->with_words == with) return true;
  press->with_words = with;
  return !ZSTD_isError(
      ZSTD_CCtx_refCDict(press->context, with ? press->words : NULL));
}

ax_status ax_store_pack(ax_store_press *press, ax_arena *arena, ax_str text,
                        ax_store_packed *out) {
  *out = (ax_store_packed){ .codec = AX_STORE_PACK_RAW, .bytes = text };
  if (text.len < PACK_FROM) return AX_OK;
  /* What does not get smaller than the text is stored as it is, so that much
   * room is enough. */
  char *room = AX_TAKE_ARRAY(arena, char, text.len);
  if (!room) return AX_NOMEM;
  bool with_words = text.len <= WORDS_UP_TO;
  if (!choose_words(press, with_words)) return AX_OK;
  size_t n = ZSTD_compress2(press->context, room, text.len, text.ptr, text.len);
  if (ZSTD_isError(n)) return AX_OK;
  *out =
      (ax_store_packed){ with_words ? AX_STORE_PACK_WORDS : AX_STORE_PACK_ZSTD,
                         { room, n } };
  return AX_OK;
}

static size_t unpack_frame(char *room, size_t size, ax_str bytes, bool words) {
  if (!words) return ZSTD_decompress(room, size, bytes.ptr, bytes.len);
  ZSTD_DCtx *context = ZSTD_createDCtx();
  if (!context) return 0;
  size_t n = ZSTD_decompress_usingDict(context, room, size, bytes.ptr,
                                       bytes.len, ax_store_pack_words.ptr,
                                       ax_store_pack_words.len);
  ZSTD_freeDCtx(context);
  return n;
}

static ax_status unpack_zstd(ax_arena *arena, ax_str bytes, bool words,
                             ax_str *out, ax_error *err) {
  unsigned long long size = ZSTD_getFrameContentSize(bytes.ptr, bytes.len);
  if (size > unpack_max)
    return ax_error_set(err, AX_IO,
                        "a stored body is damaged (its frame does not say how "
                        "long it is): restore a backup");
  char *room = AX_TAKE_ARRAY(arena, char, (size_t)size + 1);
  if (!room) return AX_NOMEM;
  size_t n = unpack_frame(room, (size_t)size, bytes, words);
  if (ZSTD_isError(n))
    return ax_error_set(err, AX_IO,
                        "a stored body is damaged (%s): restore a backup",
                        ZSTD_getErrorName(n));
  room[n] = '\0';
  *out = (ax_str){ room, n };
  return AX_OK;
}

ax_status ax_store_unpack(ax_arena *arena, int64_t codec, ax_str bytes,
                          ax_str *out, ax_error *err) {
  if (codec == AX_STORE_PACK_ZSTD || codec == AX_STORE_PACK_WORDS)
    return unpack_zstd(arena, bytes, codec == AX_STORE_PACK_WORDS, out, err);
  if (codec != AX_STORE_PACK_RAW)
    return ax_error_set(err, AX_IO,
                        "a stored body is packed in way %lld, "
                        "which this version does not know",
                        (long long)codec);
  char *copy = ax_arena_cstr(arena, bytes);
  if (!copy) return AX_NOMEM;
  *out = (ax_str){ copy, bytes.len };
  return AX_OK;
}
