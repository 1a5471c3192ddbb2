/* libFuzzer target: the lines of NDJSON. They stand in the text in order, none
 * holds a line's end or is blank, their numbers grow, and a part of a text is
 * parsed as it would be alone, with its places moved. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "intake/intake_lines.h"
#include "json/json_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool right) {
  if (!right) abort();
}

static void parse_both(ax_str text, ax_str line) {
  ax_arena *arena = ax_arena_new(16 << 20);
  const ax_json *part = NULL, *alone = NULL;
  ax_json_fault moved = { 0 }, fault = { 0 };
  uint32_t at = (uint32_t)(line.ptr - text.ptr);
  check(arena != NULL);
  ax_status a = ax_json_parse_part(arena, line, at, &part, &moved);
  ax_status b = ax_json_parse(arena, line, &alone, &fault);
  if (a != AX_NOMEM && b != AX_NOMEM) {
    check(a == b);
    if (a) check(moved.at == fault.at + at);
    if (!a) check(ax_json_equal(part, alone) && part->at == alone->at + at);
  }
  ax_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ax_str text = { (const char *)data, size }, line;
  ax_intake_lines lines = { .text = text };
  size_t number = 0;
  const char *end = text.ptr;
  while (ax_intake_lines_next(&lines, &line)) {
    check(line.len > 0 && line.ptr >= end);
    check(lines.number > number);
    check(memchr(line.ptr, '\n', line.len) == NULL);
    end = line.ptr + line.len;
    number = lines.number;
    check(end <= text.ptr + text.len);
    parse_both(text, line);
  }
  check(lines.at == size);
  return 0;
}
