#!/bin/sh
# build.sh PACKAGES OUT - makes the FHIR package from the FSH in input/: compiles
# it with SUSHI (offline, against the R4 package in PACKAGES) and puts the package
# into OUT/package and OUT/<name>-<version>.tgz.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
packages=$(cd "$1" && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)

die() { echo "fhir-package: $*" >&2; exit 3; }

core=$packages/hl7.fhir.r4.examples#4.0.1/package
[ -f "$core/package.json" ] || die "$core is not there: make packages"

# SUSHI, pinned with its integrity.
tool=$out/sushi
if ! cmp -s "$here/sushi/package-lock.json" "$tool/package-lock.json" ||
  [ ! -x "$tool/node_modules/.bin/sushi" ]; then
  mkdir -p "$tool"
  cp "$here/sushi/package.json" "$here/sushi/package-lock.json" "$tool/"
  (cd "$tool" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) ||
    die "npm could not fetch SUSHI"
fi

# SUSHI looks for packages in the home folder. The registry that it would ask for
# the newest tools is turned off, so that every run gives the same files.
home=$out/home
mkdir -p "$home/.fhir/packages/hl7.fhir.r4.core#4.0.1"
ln -sfn "$(readlink -f "$core")" "$home/.fhir/packages/hl7.fhir.r4.core#4.0.1/package"
rm -rf "$out/fsh"
HOME=$home FPL_REGISTRY=http://127.0.0.1:9 \
  "$tool/node_modules/.bin/sushi" build "$here" -s -o "$out/fsh" >"$out/sushi.log" 2>&1 || {
  grep -A3 '^error' "$out/sushi.log" >&2 || tail -n 20 "$out/sushi.log" >&2
  die "SUSHI found errors (all of it: $out/sushi.log)"
}

node "$here/package.js" "$here" "$out/fsh/fsh-generated/resources" "$out/package"
label=$(node -p 'const p = require(process.argv[1]); p.name + "-" + p.version' "$out/package/package.json")
tar -C "$out" --sort=name --owner=0 --group=0 --numeric-owner --mtime='2026-11-29 00:00Z' \
  -cf - package | gzip -n -9 >"$out/$label.tgz"
echo "fhir-package: $out/$label.tgz"
