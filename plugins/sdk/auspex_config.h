/*
 * auspex_config.h - what every create() does: find a file of the module's data
 * folder, say in one sentence why it is refused.
 *
 * Header only, no allocation. C11 and C++17.
 */
#ifndef AUSPEX_CONFIG_H
#define AUSPEX_CONFIG_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "auspex_plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The file `name`, or NULL. */
static inline const auspex_blob *auspex_config_find(const auspex_config *config,
                                                    const char *name) {
  for (uint32_t i = 0; config && i < config->blob_count; i++)
    if (strcmp(config->blobs[i].name, name) == 0) return &config->blobs[i];
  return NULL;
}

/* Fills `err` (which may be NULL) and returns `code`. */
#ifdef __GNUC__
__attribute__((format(printf, 3, 4)))
#endif
static inline int32_t
auspex_config_refuse(auspex_error *err, int32_t code, const char *format, ...) {
  va_list args;
  if (!err || err->size < sizeof *err) return code;
  err->code = code;
  err->row = err->input = -1;
  va_start(args, format);
  (void)vsnprintf(err->message, sizeof err->message, format, args);
  va_end(args);
  return code;
}

#ifdef __cplusplus
}
#endif
#endif
