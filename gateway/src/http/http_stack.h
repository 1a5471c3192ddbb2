/*
 * http_stack.h - stacks of threads that wait. A request touches some forty
 * kilobytes of its thread's stack, and those stay resident while the thread
 * waits for its next connection: with a thousand threads more than everything
 * else. So a thread gives them back when a connection has ended.
 */
#ifndef AX_HTTP_HTTP_STACK_H
#define AX_HTTP_HTTP_STACK_H

/* The lowest address of the calling thread's stack; NULL: not known. */
void *ax_http_stack_find(void);

/* Gives back what lies below the caller's frame, but for what the next call
 * needs anyway. `lowest` as found by the same thread; NULL: nothing is done. */
void ax_http_stack_release(void *lowest);

#endif
