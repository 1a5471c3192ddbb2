#!/bin/sh
# Fails when an object exports a symbol that a reader would look for elsewhere:
# arena.c exports ax_arena_*; a file store_sqlite.c beside a header store.h may
# also export ax_store_* (one header, several files).
set -eu
bad=0
for object in "$@"; do
  stem=$(basename "$object" .o)
  folder=$(dirname "$object"); folder=${folder#*/obj/}
  also=$stem head=$stem
  while [ "$head" != "${head%_*}" ]; do
    head=${head%_*}
    if [ -f "$folder/$head.h" ]; then also=$head; fi
  done
  nm --defined-only --extern-only "$object" |
    awk -v a="ax_$stem" -v b="ax_${also}_" -v o="$object" '
    index($3, a) != 1 && index($3, b) != 1 && $3 != "main" && $3 !~ /^__/ {
      printf "%s: %s should begin with %s\n", o, $3, a; bad = 1
    }
    END { exit bad }' || bad=1
done
[ "$bad" = 0 ] && echo "names: ok"
exit "$bad"
