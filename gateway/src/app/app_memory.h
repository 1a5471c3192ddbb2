/*
 * app_memory.h - how the C library keeps freed memory.
 *
 * A gateway has a hundred threads, each of which may once have served a Bundle
 * of 50 MB. Left alone, the C library gives each thread a heap of its own and,
 * after the first large block was freed, serves large blocks from those heaps,
 * where pieces of other things keep them from going back to the system: memory
 * grows with the largest request times the number of threads.
 */
#ifndef AX_APP_APP_MEMORY_H
#define AX_APP_APP_MEMORY_H

/*
 * For programs with many threads, first of all, with main's `argv`. The C
 * library keeps up to seven freed blocks of each size for each thread, some
 * 20 MB for a thousand threads. How many is read from the environment
 * (GLIBC_TUNABLES) when a program starts, so where an operator has not set it
 * the program starts itself once more, as the same process, with one of each.
 */
void ax_app_memory_begin(char **argv);

/* Few heaps; blocks of large requests go back to the system when freed. Call
 * once, before any thread is started. */
void ax_app_memory_settle(void);

#endif
