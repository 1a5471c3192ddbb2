#!/bin/sh
# check_ig.sh AUSPEX CACHE NAME#VERSION - compiles every profile of an
# implementation guide and validates its examples; what is wrong goes to
# standard output, the figures to the last line. CACHE is a package cache with
# the guide and what it depends on.
set -eu
auspex=$1 cache=$2 guide=$3
package=$cache/$guide/package
base=$(sed -n 's/.*"canonical" *: *"\([^"]*\)".*/\1/p' "$package/package.json")
profiles=0 compiled=0
for file in "$package"/StructureDefinition-*.json; do
  id=$(basename "$file" .json)
  profiles=$((profiles + 1))
  if why=$("$auspex" explain --package-cache "$cache" --package "$guide" \
    "$base/StructureDefinition/${id#StructureDefinition-}" 2>&1 >/dev/null); then
    compiled=$((compiled + 1))
  else
    echo "$id: $why" | grep -v 'auspex: warning: package'
  fi
done
set +e
found=$("$auspex" validate --package-cache "$cache" --package "$guide" \
  "$package/example")
set -e
echo "$found" | grep ': error:'
echo "$guide: profiles=$profiles compiled=$compiled; $(echo "$found" | tail -n 1)"
