/*
 * tx.h - a terminology server: is a code in a value set or a code system, by
 * FHIR's $validate-code (R4 valueset-operation-validate-code,
 * codesystem-operation-validate-code).
 *
 * Answers are kept on disk (tx_cache.h), so that a question is asked once.
 * Nothing waits longer than the time-out; after some failures in a row the
 * server is left alone for a while and every question is UNKNOWN at once, then
 * one question tries it again. A server that says that it does not know the
 * value set or the system, and every answer that is not understood, is UNKNOWN.
 *
 * Nothing but codes, systems, value sets and displays is ever sent.
 *
 * Threads: any number may ask; as many questions as there are connections are
 * on their way at once, others wait for one (not longer than the time-out).
 */
#ifndef AX_TERMINOLOGY_TX_H
#define AX_TERMINOLOGY_TX_H

#include "base/buf.h"
#include "base/error.h"
#include "terminology/builtin.h"

typedef struct ax_tx ax_tx;

typedef struct {
  const char *url;   /* base: "https://tx.example.org/r4" */
  const char *token; /* bearer; NULL or "": none */
  const char *ca_file, *cert_file, *key_file; /* NULL: as in net_client.h */
  unsigned timeout_ms;  /* 0: 2 s */
  unsigned connections; /* 0: 4 */
  /* After `failures` in a row the server is left alone for `pause_ms`; 0: 3 and
   * 30 s. */
  unsigned failures, pause_ms;
  const char *cache; /* folder for kept answers; NULL: memory only */
  size_t cache_max;  /* answers kept; 0: 100000 */
  /* How long yes, no and "does not know" are believed; 0: 30 d, 1 d, 1 h. */
  int64_t yes_ms, no_ms, unknown_ms;
  int64_t (*now_ms)(void); /* wall clock; NULL: the system's */
} ax_tx_options;

typedef struct {
  ax_str value_set; /* "" asks the code system */
  ax_str system;    /* "" only with a value set: the code in any system */
  ax_str version;   /* of the system; may be empty */
  ax_str code;
  ax_str display; /* "": the code alone is asked for */
} ax_tx_question;

/* INVALID (the URL), IO (files). A cache that cannot be read is begun anew. */
ax_status ax_tx_new(const ax_tx_options *options, ax_tx **out,
                    ax_error *err) AX_MUST_USE;
void ax_tx_free(ax_tx *tx);

/* `display` (may be NULL) receives the server's name for the code, or nothing;
 * `why` (may be NULL) a literal reason for UNKNOWN and NO. */
ax_membership ax_tx_ask(ax_tx *tx, const ax_tx_question *question,
                        ax_buf *display, const char **why);

/* What happened so far; for logs and metrics. */
typedef struct {
  uint64_t asked, from_cache, failed;
  bool resting; /* the server is being left alone */
} ax_tx_stats;

ax_tx_stats ax_tx_stats_read(ax_tx *tx);

#endif
