#!/bin/sh
# install.sh DESTDIR PREFIX BUILD - copies what was built into place: programs,
# plug-ins, the SDK header, FHIR packages, the conformance suites, a configuration
# and the systemd unit.
# An auspex.conf that is already there is left alone.
set -eu
umask 022 # the gateway runs as somebody else
dest=$1 prefix=$2 build=$3
cd "$(dirname "$0")/.."

lib=$prefix/lib/auspex share=$prefix/share/auspex doc=$prefix/share/doc/auspex
install -d "$dest$prefix/bin" "$dest$lib/plugins" "$dest$lib/engines" "$dest$share/packages" \
  "$dest$prefix/include" "$dest$doc" "$dest/etc/auspex" "$dest$prefix/lib/systemd/system"

install -m 755 "$build/bin/auspex" "$build/bin/auspex-worker" \
  "$build/bin/auspex-conformance" "$dest$prefix/bin/"
modules=
for plugin in "$build"/plugins/*/; do
  name=$(basename "$plugin")
  modules="$modules $name"
  rm -rf "$dest$lib/plugins/$name"
  cp -r "$plugin" "$dest$lib/plugins/$name"
done
for engine in "$build"/engines/*/; do
  name=$(basename "$engine")
  rm -rf "$dest$lib/engines/$name"
  cp -r "$engine" "$dest$lib/engines/$name"
done
if [ -f build/onnxruntime/libonnxruntime.so.1 ]; then # what `plugin new --engine onnx` copies
  install -d "$dest$lib/onnxruntime"
  install -m 644 build/onnxruntime/libonnxruntime.so.1 "$dest$lib/onnxruntime/"
fi
install -m 644 plugins/sdk/*.h "$dest$prefix/include/"
rm -rf "$dest$share/sdk" # what `auspex plugin new` copies, and the author's guide
cp -r plugins/sdk "$dest$share/sdk"
rm -rf "$dest$share/sdk/tests"
rm -rf "$dest$share/conformance" # what auspex-conformance runs, and its manual
mkdir -p "$dest$share/conformance"
for suite in conformance-tests/suites/*/; do
  [ "$(basename "$suite")" = source ] || cp -r "${suite%/}" "$dest$share/conformance/"
done
install -m 644 conformance-tests/suites/README.md conformance-tests/suites/requirements.json \
  "$dest$share/conformance/"
# Texts name each other by their places in the repository, and stand there here, too.
for text in README.md LICENSE CHANGELOG.md CONTRIBUTING.md gateway/README.md gateway/docs/*.md \
  plugins/README.md plugins/*/README.md conformance-tests/*.md; do
  install -D -m 644 "$text" "$dest$doc/$text"
done

for package in build/packages/*#*; do
  [ -e "$package/package/package.json" ] || continue
  name=$(basename "$package")
  rm -rf "$dest$share/packages/$name"
  mkdir "$dest$share/packages/$name"
  cp -rL "$package/package" "$dest$share/packages/$name/package"
done
if [ -f fhir-profiles/package/package.json ]; then
  own=$(awk -F'"' '$2 == "name" && !n { n = $4 } $2 == "version" && !v { v = $4 }
    END { print n "#" v }' fhir-profiles/package/package.json)
  rm -rf "$dest$share/packages/$own"
  mkdir "$dest$share/packages/$own"
  cp -r fhir-profiles/package "$dest$share/packages/$own/package"
fi

conf=$dest/etc/auspex/auspex.conf
if [ ! -e "$conf" ]; then
  sed -e "s|@LIB@|$lib|g" -e "s|@SHARE@|$share|g" \
    -e "s|@MODULES@|$modules|g" deploy/auspex.conf.in >"$conf"
fi
sed -e "s|/usr/local|$prefix|g" deploy/systemd/auspex.service \
  >"$dest$prefix/lib/systemd/system/auspex.service"
# What was built or checked out under another umask.
chmod -R a+rX "$dest$lib" "$dest$share" "$dest$doc"
echo "installed below $dest$prefix; configuration in $dest/etc/auspex/auspex.conf"
