/* libFuzzer target: a request head of any bytes. The first line is the target,
 * the others are header fields. */
#include <stdint.h>
#include <stdlib.h>

#include "http/http_headers.h"
#include "http/http_route.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_target(ax_str target) {
  ax_str path, query;
  if (!ax_http_headers_target(target, &path, &query)) return;
  ax_arena *arena = ax_arena_new(1 << 16);
  if (!arena) return;
  ax_http_path parts;
  ax_http_captures found;
  if (ax_http_route_split(arena, path, &parts) == AX_OK) {
    (void)ax_http_route_match("/fhir/{type}/{id}/_history/{vid}", &parts,
                              &found);
    (void)ax_http_route_match("/fhir/{type}/$validate", &parts, &found);
  }
  ax_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ax_str rest = { (const char *)data, size };
  try_target(ax_str_cut(&rest, '\n'));
  ax_http_header headers[AX_HTTP_HEADERS_MAX];
  size_t count = 0;
  while (rest.len && count < AX_COUNT(headers)) {
    ax_str value = ax_str_cut(&rest, '\n');
    ax_str name = ax_str_cut(&value, ':');
    headers[count++] = (ax_http_header){ name, value };
    (void)ax_http_headers_safe_id(value);
    (void)ax_http_headers_has_tag(value, AX_STR("W/\"1\""));
  }
  ax_http_framing framing;
  ax_http_headers_frame(headers, count, size % 2, &framing);
  if ((framing.refuse != 0) != (framing.why != NULL)) abort();
  if (!framing.refuse && framing.has_length && framing.chunked) abort();
  return 0;
}
