/* ax_test_store.h - a store in a folder of its own, and short ways to fill it.
 */
#ifndef AX_TESTS_AX_TEST_STORE_H
#define AX_TESTS_AX_TEST_STORE_H

#include "store/store.h"

typedef struct {
  char folder[64];
  ax_store *store;
  ax_arena *arena; /* emptied by nobody: dies with the store */
  ax_error err;
} ax_test_store;

/* cmocka set-up and tear-down: *state is an ax_test_store. */
int ax_test_store_setup(void **state);
int ax_test_store_teardown(void **state);

/* Closes and opens the same folder again. */
void ax_test_store_reopen(ax_test_store *t);

/* Makes a folder below TMPDIR; removes one with all that is in it. */
void ax_test_store_folder(char out[64]);
void ax_test_store_remove(const char *folder);

/* Runs SQL on the closed or open file, as an intruder or a fault would. */
void ax_test_store_sql(const ax_test_store *t, const char *sql);

/* The number that a query answers. */
int64_t ax_test_store_count(const ax_test_store *t, const char *sql);

/* Rows: a token (system "" : none), a reference, an interval. */
ax_index_row ax_test_store_token(const char *param, const char *system,
                                 const char *code);
ax_index_row ax_test_store_reference(const char *param, const char *to);
ax_index_row ax_test_store_date(const char *param, int64_t lo, int64_t hi);

/* A write of version `version` of `type`/`id` with a small body. */
ax_write ax_test_store_write(const char *type, const char *id, uint64_t version,
                             int64_t updated_ms);

/* Commits one write. */
ax_status ax_test_store_put(ax_test_store *t, ax_write write);

#endif
