#!/bin/sh
# fetch-onnxruntime.sh FOLDER - puts libonnxruntime.so.1 into FOLDER, from the npm
# package onnxruntime-node (MIT), version and integrity pinned here. ONNXRUNTIME_TGZ=FILE takes
# a copy of the package that is already there; its integrity is checked as well.
set -eu
version=1.20.1
integrity=di/I4HDXRw+FLgq+TyHmQEDd3cEp9iFFZm0r4uJ1Wd7b/WE1VXtKWo8yemex347c6GNF/3Pv86ZfPhIWxORr0w==

die() { echo "onnxruntime: $*" >&2; exit 3; }
mkdir -p "$1"
folder=$(cd "$1" && pwd)
[ ! -f "$folder/libonnxruntime.so.1" ] || exit 0

case $(uname -m) in
x86_64) machine=x64 ;;
aarch64) machine=arm64 ;;
*) die "the package has nothing for $(uname -m)" ;;
esac

work=$folder/.fetch
rm -rf "$work" && mkdir "$work"
tgz=${ONNXRUNTIME_TGZ:-$work/onnxruntime-node-$version.tgz}
[ -f "$tgz" ] || (cd "$work" && npm pack "onnxruntime-node@$version" --silent >/dev/null) ||
  die "npm could not fetch the package; ONNXRUNTIME_TGZ=FILE takes one that is there"
got=$(openssl dgst -sha512 -binary "$tgz" | openssl base64 -A)
[ "$got" = "$integrity" ] || die "the package has another digest than pinned; it is not used"
tar -xzf "$tgz" -C "$work" --strip-components=5 "package/bin/napi-v3/linux/$machine" ||
  die "the package does not hold the library"
[ -f "$work/libonnxruntime.so.1" ] || die "the package does not hold the library"
mv "$work/libonnxruntime.so.1" "$folder/"
rm -rf "$work"
echo "onnxruntime: $version in $1"
