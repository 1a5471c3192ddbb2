/* Nottingham Prognostic Index: the formula and its table. */
#include "support/ax_plugin.h"

#include <math.h>

#include "../npi.c"

#define FOLDER "plugins/trajectory/data"

static npi_table table;

static int setup(void **state) {
  (void)state;
  return ax_plugin_table(FOLDER, "npi.table", npi_read, &table);
}

/* Computed from the formula; no third party's vector was found. */
static void every_vector_of_the_sheet_comes_out(void **state) {
  (void)state;
  static const struct {
    double size, nodes, grade, index;
    const char *group;
  } vectors[] = { { 1.2, 0, 1, 2.24, "excellent" },
                  { 2.5, 2, 2, 4.5, "moderate-2" },
                  { 4, 5, 3, 6.8, "poor" },
                  { 2, 0, 1, 2.4, "excellent" } };
  for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
    npi_result r = npi_compute(&table, vectors[i].size, vectors[i].nodes,
                               vectors[i].grade);
    assert_close(r.index, vectors[i].index);
    assert_string_equal(r.group->word, vectors[i].group);
  }
}

static void cut_offs_belong_to_the_better_group(void **state) {
  (void)state;
  static const struct {
    double size, nodes, grade;
    const char *group;
  } cases[] = { { 2, 0, 1, "excellent" },  { 2.1, 0, 1, "good" },
                { 2, 0, 2, "good" },       { 2.1, 0, 2, "moderate-1" },
                { 2, 0, 3, "moderate-1" }, { 2.1, 0, 3, "moderate-2" },
                { 7, 1, 2, "moderate-2" }, { 7.1, 1, 2, "poor" } };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    assert_string_equal(
        npi_compute(&table, cases[i].size, cases[i].nodes, cases[i].grade)
            .group->word,
        cases[i].group);
}

static void node_stages_begin_at_one_and_four(void **state) {
  (void)state;
  static const double stages[] = { 1, 2, 2, 2, 3, 3 };
  for (size_t nodes = 0; nodes < 6; nodes++)
    assert_close(npi_compute(&table, 1, (double)nodes, 1).nodes, stages[nodes]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_vector_of_the_sheet_comes_out),
    cmocka_unit_test(cut_offs_belong_to_the_better_group),
    cmocka_unit_test(node_stages_begin_at_one_and_four),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
