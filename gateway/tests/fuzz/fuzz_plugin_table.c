/* The tables that plug-ins keep their coefficients in. */
#include "auspex_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auspex_table table;
  auspex_table_row row;
  double number = 0;
  if (!auspex_table_begin(&table, data, size)) return 0;
  while (auspex_table_next(&table, &row) == AUSPEX_TABLE_ROW)
    for (uint32_t i = 0; i <= row.count; i++)
      (void)auspex_table_number(&row, i, &number);
  return 0;
}
