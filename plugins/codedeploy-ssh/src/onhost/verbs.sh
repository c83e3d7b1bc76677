# agent.sh VERB TOKEN [ARGUMENT]: start, follow OFFSET, cancel OFFSET (and follow then), supervise.

# A revision made of hard links to the one before and what was sent; checked, since the old files may have been edited.
assemble() {
  [ -n "$P_BASE" ] || return 0
  base=$P_ROOT/$P_GROUP_ID/$P_BASE/deployment-archive
  rm -rf "$archive"
  cp -al "$base" "$archive" 2>errors || return 1
  if [ -s removed.sh ]; then
    cd "$archive" || return 1
    . "$run/removed.sh"
    cd "$run" || return 1
  fi
  # Nothing came when nothing differs.
  if [ -d "$home/incoming" ]; then
    cp -al "$home/incoming/." "$archive/" 2>errors || return 1
    rm -rf "$home/incoming"
  fi
  [ ! -s reused.sha256 ] || (cd "$archive" && sha256sum -c "$run/reused.sha256" >/dev/null 2>"$run/errors")
}

# A stream that was cut may look whole to tar: the last file of it must be there.
start() {
  if [ ! -e complete ]; then
    frame incomplete
    discard
  elif ! assemble; then
    frame "delta-failed $(head -n 1 errors | tr -d '\r')"
    discard
  else
    : >>"$stream"
    : >started
    if take_place; then setsid /bin/sh "$run/agent.sh" supervise </dev/null >supervisor.log 2>&1 & fi
    follow 0
  fi
}

discard() { cd / && rm -rf -- "$home"; }

# take_place: the upload becomes the deployment; for one session only, so that the events never run twice. Where another one,
# or a stop, was faster, mv fails, or puts it into the other's folder.
take_place() {
  tp_upload=$home tp_name=${home##*/}
  tp_place=${home%/*}/$P_ID
  mv -- "$tp_upload" "$tp_place" 2>/dev/null
  tp_moved=$?
  cd "$tp_place/run" || exit 70
  stand "$tp_place/run"
  [ $tp_moved != 0 ] || [ -e "$tp_place/$tp_name" ] || return 0
  rm -rf -- "$tp_upload" "${tp_place:?}/$tp_name"
  return 1
}

# follow OFFSET: the stream from there on, until the run is over. Straight from tail, so that a lot of output costs little;
# whoever listens knows the last record, and need not wait for the end of this.
follow() {
  frame "follow $1"
  tail -c "+$(($1 + 1))" -f "$stream" 2>/dev/null &
  tail_pid=$!
  # It writes its pid first of all; a run without one was killed before that.
  tries=100
  until [ -e pid ] || [ $tries = 0 ]; do
    nap
    tries=$((tries - 1))
  done
  trap '' PIPE
  ticks=0
  while alive "$run" && listened; do sleep 1; done
  if ! alive "$run" && ! tail -n 1 "$stream" | grep -q '^Z'; then
    clock
    fo_why='the run on this host ended without a result: the host was restarted, or its processes were killed'
    emit Z Failed "$epoch" UnknownError "$fo_why" ||
      printf '\nZ\tFailed\t%s\tUnknownError\twhat became of the run is not known, for nothing can be written to %s: is its disk full?\n' "$epoch" "$home"
  fi
  # Whoever listens may be far behind, and closes the channel after the last record.
  while listened; do sleep 1; done
  kill "$tail_pid" 2>/dev/null
}

# listened: somebody still takes what we say. Asked by an empty line on stderr, every few seconds; always once it is over.
listened() {
  ticks=$((ticks + 1))
  kill -0 "$tail_pid" 2>/dev/null || return 1
  if [ $((ticks % 10)) != 0 ] && alive "$run"; then return 0; fi
  printf '\n' >&2
}

cancel() {
  : >cancel
  if [ -r hook ] && read -r pid cookie <hook; then end_script "$pid" "$cookie"; fi
  tries=300
  while alive "$run" && [ $tries -gt 0 ]; do
    if [ -e cancel ] && [ -r hook ] && read -r pid cookie <hook; then end_script "$pid" "$cookie"; fi
    nap
    tries=$((tries - 1))
  done
}

verb=$1 token=$2
case $verb in
  start) start ;;
  follow) follow "$3" ;;
  cancel)
    cancel
    follow "$3"
    ;;
  supervise) supervise ;;
esac
