/*
 * tables.h - reads a table of data/ in a test's set-up.
 */
#ifndef TRAJECTORY_TESTS_TABLES_H
#define TRAJECTORY_TESTS_TABLES_H

#include <stdlib.h>

#include "support/ax_plugin.h"

typedef int32_t (*tables_read_fn)(const void *data, size_t length, void *table,
                                  auspex_error *err);

static inline int tables_read(const char *name, tables_read_fn read,
                              void *table) {
  size_t length = 0;
  char *data = ax_plugin_read("plugins/trajectory/data", name, &length);
  auspex_error err = { .size = sizeof err };
  int32_t status = read(data, length, table, &err);
  free(data);
  if (status) print_error("%s\n", err.message);
  return status;
}

#endif
