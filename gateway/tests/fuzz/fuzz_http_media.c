/* libFuzzer target: Accept, Content-Type and _format of any bytes. */
#include <stdint.h>
#include <stdlib.h>

#include "http/http_media.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ax_str text = { (const char *)data, size };
  const char *why = NULL;
  ax_http_media media = ax_http_media_of_body(text, &why);
  if ((media == AX_HTTP_MEDIA_NONE) != (why[0] != '\0')) abort();
  if (ax_http_media_accepted(text) == AX_HTTP_MEDIA_FORM) abort();
  if (ax_http_media_format(text) == AX_HTTP_MEDIA_FORM) abort();
  return 0;
}
