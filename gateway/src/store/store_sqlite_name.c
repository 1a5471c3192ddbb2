/*
 * Texts that come again and again (types, parameters, code systems, patients,
 * codes) are written once; rows carry their keys. Every connection remembers
 * the keys it saw last in a small table where a newcomer takes the place of
 * whoever has the same hash: keys never change, so forgetting is harmless.
 */
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "store/store_sqlite.h"

enum {
  SPACE_NAME = -1,    /* else: the key of a value's system */
  REMEMBER_MAX = 256, /* longer texts are not worth their memory */
  PARAM_MAX = 192     /* "Type.param" */
};

/* Collisions only cost a question to the database. */
static uint64_t hash_of(int64_t space, ax_str text) {
  uint64_t h = ax_map_hash(text) + (uint64_t)space * 0x9E3779B97F4A7C15u;
  return h ^ h >> 29;
}

static ax_store_slot *slot_of(ax_store_conn *conn, uint64_t hash) {
  return &conn->slots[hash % AX_STORE_NAMES];
}

static bool remembered(const ax_store_slot *slot, uint64_t hash, int64_t space,
                       ax_str text) {
  return slot->text && slot->hash == hash && slot->space == space &&
         slot->len == text.len && memcmp(slot->text, text.ptr, text.len) == 0;
}

static void remember(ax_store_slot *slot, uint64_t hash, int64_t space,
                     ax_str text, int64_t key) {
  if (text.len > REMEMBER_MAX) return;
  char *copy = realloc(slot->text, text.len + 1);
  if (!copy) return;
  memcpy(copy, text.ptr, text.len);
  *slot = (ax_store_slot){ hash, space, key, copy, text.len };
}

void ax_store_name_forget(ax_store_conn *conn) {
  for (size_t i = 0; conn->slots && i < AX_STORE_NAMES; i++) {
    free(conn->slots[i].text);
    conn->slots[i] = (ax_store_slot){ 0 };
  }
}

static ax_store_stmt ask(ax_store_conn *conn, int64_t space, ax_str text) {
  ax_store_stmt s;
  if (space == SPACE_NAME) {
    s = ax_store_conn_use(conn, "SELECT key FROM name WHERE text = ?");
  } else {
    s = ax_store_conn_use(
        conn, "SELECT key FROM value WHERE system = ? AND code = ?");
    ax_store_conn_int(&s, space);
  }
  ax_store_conn_text(&s, text);
  return s;
}

static ax_status write_new(ax_store_conn *conn, int64_t space, ax_str text,
                           int64_t *key, ax_error *err) {
  ax_store_stmt s;
  if (space == SPACE_NAME) {
    s = ax_store_conn_use(conn, "INSERT INTO name(text) VALUES(?)");
  } else {
    s = ax_store_conn_use(conn, "INSERT INTO value(system, code) VALUES(?,?)");
    ax_store_conn_int(&s, space);
  }
  ax_store_conn_text(&s, text);
  AX_TRY(ax_store_conn_run(&s, err));
  *key = sqlite3_last_insert_rowid(conn->db);
  return AX_OK;
}

static ax_status find(ax_store_conn *conn, int64_t space, ax_str text, bool add,
                      int64_t *key, ax_error *err) {
  uint64_t hash = hash_of(space, text);
  ax_store_slot *slot = slot_of(conn, hash);
  if (remembered(slot, hash, space, text)) {
    *key = slot->key;
    return AX_OK;
  }
  ax_store_stmt s = ask(conn, space, text);
  ax_status status = ax_store_conn_one(&s, key, err);
  if (status == AX_NOT_FOUND && add)
    status = write_new(conn, space, text, key, err);
  if (status == AX_OK) remember(slot, hash, space, text, *key);
  return status;
}

ax_status ax_store_name_find(ax_store_conn *conn, ax_str text, bool add,
                             int64_t *key, ax_error *err) {
  if (text.len == 0) {
    *key = AX_STORE_NAME_NONE;
    return AX_OK;
  }
  return find(conn, SPACE_NAME, text, add, key, err);
}

ax_status ax_store_name_param(ax_store_conn *conn, ax_str type, ax_str param,
                              bool add, int64_t *key, ax_error *err) {
  char text[PARAM_MAX];
  if (type.len + param.len + 1 > sizeof text)
    return ax_error_set(err, AX_INVALID,
                        "store: the parameter name is longer than %d bytes",
                        PARAM_MAX);
  memcpy(text, type.ptr, type.len);
  text[type.len] = '.';
  memcpy(text + type.len + 1, param.ptr, param.len);
  ax_str whole = { text, type.len + 1 + param.len };
  return ax_store_name_find(conn, whole, add, key, err);
}

ax_status ax_store_name_value(ax_store_conn *conn, int64_t system, ax_str code,
                              bool add, int64_t *key, ax_error *err) {
  return find(conn, system, code, add, key, err);
}
