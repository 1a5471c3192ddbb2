/*
 * store_evidence.h - the chain that shows that no evidence was changed or
 * taken out: each hash is SHA-256 over the hash before it (32 zero
 * bytes before the first) and the SHA-256 of the record's canonical text.
 *
 * Threads: any.
 */
#ifndef AX_STORE_STORE_EVIDENCE_H
#define AX_STORE_STORE_EVIDENCE_H

#include "base/buf.h"
#include "store/store.h"

/* The canonical text: one JSON object, always the same members in the same
 * order. It lives in `arena`. NOMEM. */
ax_status ax_store_evidence_text(ax_arena *arena, const ax_evidence *evidence,
                                 ax_str *out) AX_MUST_USE;

/* `next` may be `before`. */
void ax_store_evidence_link(const unsigned char before[32], ax_str record,
                            unsigned char next[32]);

#endif
