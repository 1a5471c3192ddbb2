/*
 * store_modules.h - the ledger of what was done with modules: `modules.log` in
 * the data folder. Records are only ever added, one JSON object a line, each
 * bound to the one before by a hash, so that a changed or missing record shows.
 *
 *     {"chain":"<sha256 of the chain before and the record>","record":{...}}
 *
 * It is a file of its own and no table: modules are files of this machine, also
 * where many gateways share one database, and what they may do must be known
 * before that database is.
 *
 * One process has it open for writing at a time. A record counts once it is on
 * disk; what a power cut left half written is cut off.
 *
 * Threads: any; one private lock.
 */
#ifndef AX_STORE_STORE_MODULES_H
#define AX_STORE_STORE_MODULES_H

#include "json/json.h"

#define AX_STORE_MODULES_FILE "modules.log"

typedef struct ax_store_modules ax_store_modules;

/* Opens it for writing and makes it when missing. CONFLICT: another process has
 * it open; INVALID: a line is not as it was written (`err` says which); IO. */
ax_status ax_store_modules_open(const char *folder, ax_store_modules **out,
                                ax_error *err) AX_MUST_USE;
void ax_store_modules_close(ax_store_modules *modules);

/* Adds a record (one JSON object) and waits until it is on disk. */
ax_status ax_store_modules_add(ax_store_modules *modules, ax_str record,
                               ax_error *err) AX_MUST_USE;

/* The records of a folder in order, without opening it for writing; none when
 * there is no ledger yet. INVALID, IO, NOMEM. */
ax_status ax_store_modules_read(ax_arena *arena, const char *folder,
                                const ax_json *const **out, size_t *count,
                                ax_error *err) AX_MUST_USE;

/* Copies the ledger of `from` into `to`, both folders, up to its last whole
 * record; nothing where there is none. Good while somebody adds records.
 * INVALID, IO, NOMEM. */
ax_status ax_store_modules_copy(const char *from, const char *to,
                                ax_error *err) AX_MUST_USE;

#endif
