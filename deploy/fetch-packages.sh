#!/bin/sh
# fetch-packages.sh FOLDER - puts the FHIR R4 package into FOLDER in the layout
# of a FHIR package cache (<name>#<version>/package). It comes from npm, version
# and integrity pinned in deploy/fhir-package/package-lock.json; or from
# R4_PACKAGE=PATH, a folder or .tgz that is already there.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
cache=$(cd "$1" && pwd)

die() { echo "packages: $*" >&2; exit 3; }

# name#version of the package.json in a folder
label() {
  [ -f "$1/package.json" ] || die "$1 has no package.json: not a FHIR package"
  awk -F'"' '$2 == "name" && !n { n = $4 } $2 == "version" && !v { v = $4 }
    END { if (n == "" || v == "") exit 1; print n "#" v }' "$1/package.json" ||
    die "$1/package.json has no name and version"
}

if [ -n "${R4_PACKAGE:-}" ]; then
  case $R4_PACKAGE in
  *.tgz | *.tar.gz)
    [ -f "$R4_PACKAGE" ] || die "R4_PACKAGE=$R4_PACKAGE: no such file"
    work=$cache/.unpack
    rm -rf "$work" && mkdir "$work"
    tar -xzf "$R4_PACKAGE" -C "$work" || die "$R4_PACKAGE does not unpack"
    name=$(label "$work/package")
    rm -rf "${cache:?}/$name" && mv "$work" "$cache/$name"
    ;;
  *)
    [ -d "$R4_PACKAGE" ] || die "R4_PACKAGE=$R4_PACKAGE: no such folder"
    folder=$(cd "$R4_PACKAGE" && pwd)
    [ -f "$folder/package.json" ] || folder=$folder/package
    name=$(label "$folder")
    rm -rf "${cache:?}/$name" && mkdir -p "$cache/$name"
    ln -s "$folder" "$cache/$name/package"
    ;;
  esac
  echo "packages: $name from $R4_PACKAGE"
  exit 0
fi

work=$cache/.npm
mkdir -p "$work"
cp "$here/fhir-package/package.json" "$here/fhir-package/package-lock.json" "$work/"
(cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) ||
  die "npm could not fetch the package; R4_PACKAGE=PATH takes a copy that is already there"
folder=$work/node_modules/hl7.fhir.r4.examples
name=$(label "$folder")
rm -rf "${cache:?}/$name" && mkdir -p "$cache/$name"
ln -s "../.npm/node_modules/hl7.fhir.r4.examples" "$cache/$name/package"
echo "packages: $name"
