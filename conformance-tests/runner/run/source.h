/*
 * source.h - what sourceId, targetId and the like name: a fixture, or the
 * request or answer that was registered under a requestId or responseId.
 * Private to run/.
 */
#ifndef AX_RUN_SOURCE_H
#define AX_RUN_SOURCE_H

#include "run/state.h"

typedef struct {
  ax_str name;                        /* for messages */
  const ax_json *json;                /* NULL: not JSON, or no body */
  const ax_result_exchange *exchange; /* NULL: a fixture */
  bool is_request;
} ax_source;

/*
 * The source `id`; with an empty one the last request or the last answer. An
 * answer or request wins over a fixture of the same name. NOT_FOUND: there is
 * no such thing (yet); UNSUPPORTED, IO: a fixture that cannot be read.
 */
ax_status ax_source_find(ax_state *s, ax_str id, bool request, ax_source *out,
                         ax_error *err) AX_MUST_USE;

/* Body of a source; NOT_FOUND with a sentence when there is none in JSON. */
ax_status ax_source_need_json(const ax_source *source,
                              ax_error *err) AX_MUST_USE;

/* The fixture's resource, generated and filled. */
ax_status ax_source_fixture(ax_state *s, const ax_script_fixture *fixture,
                            const ax_json **out, ax_error *err) AX_MUST_USE;

/* A header of the source's exchange; NOT_FOUND: it has none, or is a fixture.
 */
ax_status ax_source_header(const ax_source *source, ax_str name, ax_str *out,
                           ax_error *err) AX_MUST_USE;

/*
 * The "Type/id" and the version (perhaps empty) that a target means: of an
 * answer its Location, else its body; of a fixture what it became on the
 * target, else what stands in it.
 */
ax_status ax_source_target(ax_state *s, ax_str id, ax_str *out, ax_str *version,
                           ax_error *err) AX_MUST_USE;

/* "Type/id" at the end of a URL, before "/_history/N" (whose N is `version`)
 * and a query; empty when it does not end so. */
ax_str ax_source_of_url(ax_str url, ax_str *version);

#endif
