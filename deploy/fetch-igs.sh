#!/bin/sh
# fetch-igs.sh FOLDER - fetches the packages of deploy/fhir-package/igs.txt from
# npm into FOLDER in the layout of a FHIR package cache
# (<name>#<version>/package); each must have the digest in the list.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
cache=$(cd "$1" && pwd)

die() { echo "igs: $*" >&2; exit 3; }

grep -v '^#' "$here/fhir-package/igs.txt" | while read -r name version digest; do
  [ -d "$cache/$name#$version" ] && continue
  work=$cache/.unpack
  rm -rf "$work" && mkdir "$work"
  file=$(cd "$work" && npm pack --silent "$name@$version") ||
    die "npm could not fetch $name@$version"
  echo "$digest  $work/$file" | sha512sum --quiet -c - ||
    die "$name@$version is not what deploy/fhir-package/igs.txt names"
  tar -xzf "$work/$file" -C "$work" || die "$file does not unpack"
  rm "$work/$file"
  mv "$work" "$cache/$name#$version"
  echo "igs: $name#$version"
done
