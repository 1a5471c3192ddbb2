/*
 * report_mask.h - takes secrets out of texts before any report sees them.
 *
 * Hidden, wherever in a text they stand:
 *   - the secrets given: as they are; percent-encoded (also twice, also as a
 *     form writes them), as JSON, XML and HTML escape them, and inside base64
 *     (whole or as a part, as in `Basic` credentials); in base64 only those of
 *     AX_REPORT_MASK_BASE64 bytes and more can be told from chance
 *   - what stands behind a name that carries secrets (access_token, password,
 *     client_secret ...; authorization, cookie ...), be it a member of JSON,
 *     a field of a form or a query, a header line, an attribute or element
 *   - credentials behind `Bearer` and `Basic`, JSON Web Tokens
 *   - user information in URLs
 *
 * Lifetime: the arena given. Threads: a masker is immutable.
 */
#ifndef AX_REPORT_REPORT_MASK_H
#define AX_REPORT_REPORT_MASK_H

#include "base/arena.h"
#include "base/error.h"

enum { AX_REPORT_MASK_BASE64 = 6 };

typedef struct ax_report_masker ax_report_masker;

/* Empty secrets are left out. The texts must outlive the masker. NOMEM. */
ax_status ax_report_mask_new(ax_arena *arena, const ax_str *secrets,
                             size_t secret_count,
                             ax_report_masker **out) AX_MUST_USE;

/* `text` itself where nothing is to be hidden, else a copy. NOMEM. */
ax_status ax_report_mask_text(const ax_report_masker *masker, ax_arena *arena,
                              ax_str text, ax_str *out) AX_MUST_USE;

/* The value of the header `name`: all of it where the name says so ("Bearer"
 * and "Basic" stay), else as text. NOMEM. */
ax_status ax_report_mask_header(const ax_report_masker *masker, ax_arena *arena,
                                ax_str name, ax_str value,
                                ax_str *out) AX_MUST_USE;

/* Does a header (or a variable) of this name carry a secret? */
bool ax_report_mask_is_secret_name(ax_str name);

#endif
