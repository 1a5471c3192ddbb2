/*
 * New resources of large commits are written ahead of the commit, a few in each
 * transaction, so that small commits get their turns in between. Until the
 * commit raises `shown` nobody sees them; when it does not come to that, they
 * are removed again.
 *
 * Only first versions are written ahead: a later one replaces rows that are
 * being read, and is written with the commit.
 */
#include "store/store_sqlite.h"

enum { AT_ONCE = 200 }; /* some 5 ms */

ax_status ax_store_ahead_write(ax_store_conn *conn, ax_store_state *state,
                               ax_store_job *job, ax_error *err) {
  const ax_commit *c = job->commit;
  size_t end = c->write_count - job->ahead > AT_ONCE ? job->ahead + AT_ONCE
                                                     : c->write_count;
  size_t from = job->ahead;
  job->ahead = end; /* from here on it counts as one that is ahead */
  for (size_t i = from; i < end; i++)
    if (ax_store_ahead_has(job, &c->writes[i]))
      AX_TRY(ax_store_sqlite_new(conn, state->next_ahead++, &c->writes[i],
                                 &job->bodies[i], err));
  return AX_OK;
}

static ax_status remove_one(ax_store_conn *conn, int64_t key, ax_error *err) {
  int64_t facts = 0;
  AX_TRY(ax_store_rows_clear(conn, key, &facts, err));
  AX_TRY(ax_store_basis_clear(conn, key, err));
  ax_store_stmt s = ax_store_conn_use(conn, "DELETE FROM version WHERE at = ?");
  ax_store_conn_int(&s, key << AX_STORE_VERSION_BITS | 1);
  AX_TRY(ax_store_conn_run(&s, err));
  s = ax_store_conn_use(conn, "DELETE FROM resource WHERE key = ?");
  ax_store_conn_int(&s, key);
  return ax_store_conn_run(&s, err);
}

/* The last first, so that what remains is known by the next key. */
ax_status ax_store_ahead_remove(ax_store_conn *conn, ax_store_state *state,
                                ax_error *err) {
  for (int i = 0; i < AT_ONCE && state->next_ahead > state->totals.shown; i++)
    AX_TRY(remove_one(conn, --state->next_ahead, err));
  return AX_OK;
}
