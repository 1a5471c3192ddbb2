#!/bin/sh
# setup.sh GROUP... - installs the Debian packages of these groups that are
# missing. Without root (or sudo without a password) it prints the command to
# run instead and ends with status 3.
set -eu
list=$(dirname "$0")/debian-packages.txt

missing=
for group in "$@"; do
  for package in $(awk -v g="$group" '$1 == g { print $2 }' "$list"); do
    case $package in
    # Node.js often comes from elsewhere than Debian: the command is enough.
    nodejs) command -v node >/dev/null 2>&1 && continue ;;
    npm | curl | jq | wrk | make | gcc)
      command -v "$package" >/dev/null 2>&1 && continue ;;
    esac
    status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing="$missing $package"
  done
done
[ -n "$missing" ] || exit 0

command="apt-get install -y --no-install-recommends$missing"
if ! command -v apt-get >/dev/null 2>&1; then
  echo "setup: these Debian packages (or their like) are missing:$missing" >&2
  exit 3
fi
if [ "$(id -u)" = 0 ]; then
  sudo=
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
  sudo=sudo
else
  echo "setup: something is missing and this user may not install it. Run as root:" >&2
  echo "  apt-get update && $command" >&2
  exit 3
fi
echo "setup: installing$missing"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { $sudo apt-get update -q && $sudo $command; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "setup: apt-get failed; the command was: apt-get update && $command" >&2
  exit 3
fi
