#include "fhirpath/fp_case.h"

#include <stddef.h>

/* Upper-case letters from..to have their lower case `shift` above; shift 1:
 * even and odd (or, with `odd`, odd and even) pairs. */
static const struct {
  uint32_t from, to;
  uint32_t shift;
} ranges[] = {
  { 'A', 'Z', 32 },       { 0xC0, 0xD6, 32 },       { 0xD8, 0xDE, 32 },
  { 0x391, 0x3A1, 32 },   { 0x3A3, 0x3AB, 32 },     { 0x410, 0x42F, 32 },
  { 0x400, 0x40F, 80 },   { 0x531, 0x556, 48 },     { 0x388, 0x38A, 37 },
  { 0x386, 0x386, 38 },   { 0x38C, 0x38C, 64 },     { 0x38E, 0x38F, 63 },
  { 0xFF21, 0xFF3A, 32 }, { 0x10400, 0x10427, 40 },
};

/* Pairs: the upper-case letter first, every second one. */
static const struct {
  uint32_t from, to;
} pairs[] = {
  { 0x100, 0x12E }, { 0x132, 0x136 }, { 0x139, 0x147 },   { 0x14A, 0x176 },
  { 0x179, 0x17D }, { 0x1CD, 0x1DB }, { 0x1DE, 0x1EE },   { 0x200, 0x21E },
  { 0x222, 0x232 }, { 0x3D8, 0x3EE }, { 0x460, 0x480 },   { 0x48A, 0x4BE },
  { 0x4C1, 0x4CD }, { 0x4D0, 0x52E }, { 0x1E00, 0x1E94 }, { 0x1EA0, 0x1EFE },
};

uint32_t ax_fp_case_lower(uint32_t c) {
  for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
    if (c >= ranges[i].from && c <= ranges[i].to) return c + ranges[i].shift;
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
    if (c >= pairs[i].from && c <= pairs[i].to && !((c - pairs[i].from) & 1))
      return c + 1;
  return c == 0x178 ? 0xFF : c;
}

uint32_t ax_fp_case_upper(uint32_t c) {
  for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
    if (c >= ranges[i].from + ranges[i].shift &&
        c <= ranges[i].to + ranges[i].shift)
      return c - ranges[i].shift;
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
    if (c > pairs[i].from && c <= pairs[i].to + 1 && (c - pairs[i].from) & 1)
      return c - 1;
  return c == 0xFF ? 0x178 : c;
}
