/*
 * fp_function.h - the functions of the language: one table.
 *
 * A row says how a function is called: its name, what its input must be, its
 * arguments, and what comes out. The engine prepares input and arguments by
 * the row, so a function sees values of the kinds it asked for.
 *
 * input   *  any collection
 *         1  nothing or one item; nothing gives nothing
 *         s n q  the same, converted to String, a number (Integer or
 *            Decimal), a number or Quantity
 * args    e  an expression the function evaluates itself, for each item
 *         o  a sort key    t  the name of a type    c  any collection
 *         1 s i n  one value of that kind; nothing gives nothing
 *         j  an Integer that may be nothing
 *         ?  what follows may be left out        +  and any number more
 * result  * like the input   u like the input or argument   a like argument
 *         b i d s n Q D T M  Boolean, Integer, Decimal, String, number,
 *            Quantity, Date, DateTime, Time      t the named type   x anything
 *         - behind it: in no meaningful order
 */
#ifndef AX_FHIRPATH_FP_FUNCTION_H
#define AX_FHIRPATH_FP_FUNCTION_H

#include "fhirpath/fp_run.h"

/*  name           input args   result  implementation                    */
#define AX_FP_FUNCTIONS(X)                                              \
  /* 5.1 existence */                                                   \
  X("empty", "*", "", "b", ax_fp_existence_empty)                       \
  X("exists", "*", "?e", "b", ax_fp_existence_exists)                   \
  X("all", "*", "e", "b", ax_fp_existence_all)                          \
  X("allTrue", "*", "", "b", ax_fp_existence_all_true)                  \
  X("anyTrue", "*", "", "b", ax_fp_existence_any_true)                  \
  X("allFalse", "*", "", "b", ax_fp_existence_all_false)                \
  X("anyFalse", "*", "", "b", ax_fp_existence_any_false)                \
  X("subsetOf", "*", "c", "b", ax_fp_existence_subset_of)               \
  X("supersetOf", "*", "c", "b", ax_fp_existence_superset_of)           \
  X("count", "*", "", "i", ax_fp_existence_count)                       \
  X("distinct", "*", "", "*", ax_fp_existence_distinct)                 \
  X("isDistinct", "*", "", "b", ax_fp_existence_is_distinct)            \
  /* 5.2 filtering and projection */                                    \
  X("where", "*", "e", "*", ax_fp_filtering_where)                      \
  X("select", "*", "e", "a", ax_fp_filtering_select)                    \
  X("repeat", "*", "e", "x", ax_fp_filtering_repeat)                    \
  X("ofType", "*", "t", "t", ax_fp_types_of_type)                       \
  X("sort", "*", "?o+", "*", ax_fp_sort_sort)                           \
  /* 5.3 subsetting */                                                  \
  X("single", "*", "", "*", ax_fp_subsetting_single)                    \
  X("first", "*", "", "*", ax_fp_subsetting_first)                      \
  X("last", "*", "", "*", ax_fp_subsetting_last)                        \
  X("tail", "*", "", "*", ax_fp_subsetting_tail)                        \
  X("skip", "*", "i", "*", ax_fp_subsetting_skip)                       \
  X("take", "*", "i", "*", ax_fp_subsetting_take)                       \
  X("intersect", "*", "c", "*", ax_fp_subsetting_intersect)             \
  X("exclude", "*", "c", "*", ax_fp_subsetting_exclude)                 \
  /* 5.4 combining */                                                   \
  X("union", "*", "c", "u", ax_fp_combining_union)                      \
  X("combine", "*", "c", "u", ax_fp_combining_combine)                  \
  /* 5.5 conversion */                                                  \
  X("iif", "*", "ee?e", "x", ax_fp_conversion_iif)                      \
  X("toBoolean", "1", "", "b", ax_fp_conversion_to_boolean)             \
  X("toInteger", "1", "", "i", ax_fp_conversion_to_integer)             \
  X("toDecimal", "1", "", "d", ax_fp_conversion_to_decimal)             \
  X("toString", "1", "", "s", ax_fp_conversion_to_string)               \
  X("toDate", "1", "", "D", ax_fp_conversion_to_date)                   \
  X("toDateTime", "1", "", "T", ax_fp_conversion_to_datetime)           \
  X("toTime", "1", "", "M", ax_fp_conversion_to_time)                   \
  X("toQuantity", "1", "?s", "Q", ax_fp_conversion_to_quantity)         \
  X("convertsToBoolean", "1", "", "b", ax_fp_conversion_is_boolean)     \
  X("convertsToInteger", "1", "", "b", ax_fp_conversion_is_integer)     \
  X("convertsToDecimal", "1", "", "b", ax_fp_conversion_is_decimal)     \
  X("convertsToString", "1", "", "b", ax_fp_conversion_is_string)       \
  X("convertsToDate", "1", "", "b", ax_fp_conversion_is_date)           \
  X("convertsToDateTime", "1", "", "b", ax_fp_conversion_is_datetime)   \
  X("convertsToTime", "1", "", "b", ax_fp_conversion_is_time)           \
  X("convertsToQuantity", "1", "?s", "b", ax_fp_conversion_is_quantity) \
  /* 5.6 strings */                                                     \
  X("indexOf", "s", "s", "i", ax_fp_strings_index_of)                   \
  X("lastIndexOf", "s", "s", "i", ax_fp_strings_last_index_of)          \
  X("substring", "s", "i?j", "s", ax_fp_strings_substring)              \
  X("startsWith", "s", "s", "b", ax_fp_strings_starts_with)             \
  X("endsWith", "s", "s", "b", ax_fp_strings_ends_with)                 \
  X("contains", "s", "s", "b", ax_fp_strings_contains)                  \
  X("upper", "s", "", "s", ax_fp_strings_upper)                         \
  X("lower", "s", "", "s", ax_fp_strings_lower)                         \
  X("replace", "s", "ss", "s", ax_fp_strings_replace)                   \
  X("matches", "s", "s", "b", ax_fp_pattern_matches)                    \
  X("matchesFull", "s", "s", "b", ax_fp_pattern_matches_full)           \
  X("replaceMatches", "s", "ss", "s", ax_fp_pattern_replace)            \
  X("length", "s", "", "i", ax_fp_strings_length)                       \
  X("toChars", "s", "", "s", ax_fp_strings_to_chars)                    \
  X("trim", "s", "", "s", ax_fp_strings_trim)                           \
  X("split", "s", "s", "s", ax_fp_strings_split)                        \
  X("join", "*", "?s", "s", ax_fp_strings_join)                         \
  X("encode", "s", "s", "s", ax_fp_encoding_encode)                     \
  X("decode", "s", "s", "s", ax_fp_encoding_decode)                     \
  X("escape", "s", "s", "s", ax_fp_encoding_escape)                     \
  X("unescape", "s", "s", "s", ax_fp_encoding_unescape)                 \
  /* 5.7 math */                                                        \
  X("abs", "q", "", "*", ax_fp_math_abs)                                \
  X("ceiling", "n", "", "i", ax_fp_math_ceiling)                        \
  X("exp", "n", "", "d", ax_fp_math_exp)                                \
  X("floor", "n", "", "i", ax_fp_math_floor)                            \
  X("ln", "n", "", "d", ax_fp_math_ln)                                  \
  X("log", "n", "n", "d", ax_fp_math_log)                               \
  X("power", "n", "n", "n", ax_fp_math_power)                           \
  X("round", "n", "?i", "d", ax_fp_math_round)                          \
  X("sqrt", "n", "", "d", ax_fp_math_sqrt)                              \
  X("truncate", "n", "", "i", ax_fp_math_truncate)                      \
  /* 5.8 trees */                                                       \
  X("children", "*", "", "x-", ax_fp_tree_children)                     \
  X("descendants", "*", "", "x-", ax_fp_tree_descendants)               \
  /* 5.9 utilities, and boundaries of the later releases */             \
  X("trace", "*", "s?e", "*", ax_fp_utility_trace)                      \
  X("now", "*", "", "T", ax_fp_utility_now)                             \
  X("timeOfDay", "*", "", "M", ax_fp_utility_time_of_day)               \
  X("today", "*", "", "D", ax_fp_utility_today)                         \
  X("lowBoundary", "1", "?i", "*", ax_fp_boundary_low)                  \
  X("highBoundary", "1", "?i", "*", ax_fp_boundary_high)                \
  X("precision", "1", "", "i", ax_fp_boundary_precision)                \
  X("comparable", "q", "1", "b", ax_fp_boundary_comparable)             \
  /* 6.3 types, 6.5 logic, 7 aggregates, 10 reflection */               \
  X("is", "1", "t", "b", ax_fp_types_is)                                \
  X("as", "*", "t", "t", ax_fp_types_as)                                \
  X("not", "*", "", "b", ax_fp_logic_not)                               \
  X("aggregate", "*", "e?e", "x", ax_fp_utility_aggregate)              \
  X("type", "*", "", "x", ax_fp_types_type)                             \
  /* FHIR R4 2.9.0.2 */                                                 \
  X("extension", "*", "s", "x", ax_fp_fhir_extension)                   \
  X("hasValue", "*", "", "b", ax_fp_fhir_has_value)                     \
  X("getValue", "*", "", "x", ax_fp_fhir_get_value)                     \
  X("resolve", "*", "", "x", ax_fp_fhir_resolve)                        \
  X("memberOf", "1", "s", "b", ax_fp_fhir_member_of)                    \
  X("subsumes", "1", "1", "b", ax_fp_fhir_subsumes)                     \
  X("subsumedBy", "1", "1", "b", ax_fp_fhir_subsumed_by)                \
  X("conformsTo", "1", "s", "b", ax_fp_fhir_conforms_to)                \
  X("htmlChecks", "1", "", "b", ax_fp_fhir_html_checks)                 \
  X("checkModifiers", "*", "?e+", "*", ax_fp_fhir_check_modifiers)

typedef struct ax_fp_function {
  const char *name, *input, *args, *result;
  ax_status (*run)(ax_fp_call *call);
} ax_fp_function;

#define X(name, input, args, result, run) ax_status run(ax_fp_call *call);
AX_FP_FUNCTIONS(X)
#undef X

/* The function called `name`, or NULL. */
const ax_fp_function *ax_fp_function_named(ax_str name);

/* Fewest and most arguments, and the kind of the `i`th ('\0': none). */
size_t ax_fp_function_least(const ax_fp_function *function);
size_t ax_fp_function_most(const ax_fp_function *function);
char ax_fp_function_arg(const ax_fp_function *function, size_t i);

#endif
