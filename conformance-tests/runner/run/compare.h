/*
 * compare.h - the operators of an assert over the values it found.
 * Private to run/.
 */
#ifndef AX_RUN_COMPARE_H
#define AX_RUN_COMPARE_H

#include "run/state.h"

#define AX_COMPARE_OPERATORS(X)  \
  X(EQUALS, "equals")            \
  X(NOT_EQUALS, "notEquals")     \
  X(IN, "in")                    \
  X(NOT_IN, "notIn")             \
  X(GREATER_THAN, "greaterThan") \
  X(LESS_THAN, "lessThan")       \
  X(EMPTY, "empty")              \
  X(NOT_EMPTY, "notEmpty")       \
  X(CONTAINS, "contains")        \
  X(NOT_CONTAINS, "notContains") \
  X(EVAL, "eval")

typedef enum {
#define X(name, code) AX_COMPARE_##name,
  AX_COMPARE_OPERATORS(X)
#undef X
} ax_compare_operator;

/* The operator named so; an empty name is equals. */
bool ax_compare_named(ax_str code, ax_compare_operator *out);
const char *ax_compare_name(ax_compare_operator op);

/* Does it compare with a value? (empty, notEmpty and eval do not.) */
bool ax_compare_wants_value(ax_compare_operator op);

/*
 * Do the values hold against `expected`? Numbers are compared as numbers, dates
 * as the intervals they stand for, all else as text. With several values,
 * equals, greaterThan and lessThan hold when `any` of them does, or (without
 * `any`) never; in: all, or with `any` one is in the list; contains: one does;
 * the negative ones are the negation of the positive. in and notIn take a list
 * with commas.
 */
bool ax_compare_holds(ax_compare_operator op, const ax_str *values,
                      size_t count, ax_str expected, bool any);

#endif
