/*
 * ax_test_disk.h - a disk under SQLite that can fill up, turn read-only, break,
 * and lose power.
 *
 * While mounted it lies under every store opened in this process. It keeps, for
 * each file, what was synced and what was only written since. A power cut takes
 * a picture of what a disk might hold at that moment: everything synced, and of
 * the rest any sectors, in any order. The store goes on; the picture is another
 * folder, to be opened like a store after the cut.
 *
 * Threads: any, after mounting.
 */
#ifndef AX_TESTS_AX_TEST_DISK_H
#define AX_TESTS_AX_TEST_DISK_H

#include <stdbool.h>

typedef enum {
  AX_TEST_DISK_FINE,
  AX_TEST_DISK_FULL,      /* writes that extend or change a file: no room */
  AX_TEST_DISK_READ_ONLY, /* writes are refused */
  AX_TEST_DISK_NO_SYNC    /* writes work, syncs fail */
} ax_test_disk_state;

void ax_test_disk_mount(void);
void ax_test_disk_unmount(void);

void ax_test_disk_turn(ax_test_disk_state state);

/* The power fails at the `operations`th write or sync from now (1: the next).
 * `seed` decides what of the unsynced sectors reached the disk. The picture is
 * written into `folder`, which exists. */
void ax_test_disk_cut_after(unsigned operations, unsigned seed,
                            const char *folder);

/* Did it fail yet? What was acknowledged while this said no must be in the
 * picture. */
bool ax_test_disk_was_cut(void);

#endif
