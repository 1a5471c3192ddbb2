# fresh-gateway.sh - sourced by the scripts beside it: a gateway of this build on
# a free port, with a data folder of its own and our plug-ins active, until the
# script ends. The script has set `build`; `base` is where it listens then.

work=$(mktemp -d)
: >"$work/out"
gateway=
end_gateway() {
  status=$?
  if [ -n "$gateway" ] && kill -TERM "$gateway" 2>/dev/null; then
    wait "$gateway" || true
  fi
  if [ "$status" -gt 1 ] && [ -s "$work/log" ]; then
    echo "the gateway's last lines:" >&2
    tail -n 20 "$work/log" >&2
  fi
  rm -rf "$work"
  exit "$status"
}
trap end_gateway EXIT
trap 'exit 130' INT TERM

# start_gateway [OPTION of auspex serve]...
start_gateway() {
  "$build/bin/auspex" serve --listen 127.0.0.1:0 --data "$work/data" \
    --modules-unsigned --plugins "$build/plugins" \
    --activate "$(ls "$build/plugins" | tr '\n' ' ')" "$@" \
    >"$work/out" 2>"$work/log" &
  gateway=$!
  base=
  for _ in $(seq 1 600); do
    base=$(sed -n 's|^listening on ||p' "$work/out")
    [ -z "$base" ] || return 0
    kill -0 "$gateway" 2>/dev/null || break
    sleep 0.05
  done
  echo "the gateway did not start" >&2
  exit 2
}
