/*
 * json_comment.h - JSON as people write it by hand, with comments.
 *
 * JSON has none (RFC 8259), and the gateway takes none; authors who keep
 * remarks in their examples ask for this before they parse.
 *
 * Threads: pure function.
 */
#ifndef AX_JSON_JSON_COMMENT_H
#define AX_JSON_JSON_COMMENT_H

#include "base/arena.h"
#include "base/str.h"

/* A copy of `source` with blanks for every comment: from // to the end of the
 * line, and what stands between slash-star and star-slash. All else, and every
 * place, stays as it was. A comment that does not end stays, too. NULL text
 * without memory. */
ax_str ax_json_comment_blank(ax_arena *arena, ax_str source);

#endif
