# agent.sh VERB TOKEN [ARGUMENT]: start, follow OFFSET, cancel, supervise.

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
  cp -al "$home/incoming/." "$archive/" 2>errors || return 1
  rm -rf "$home/incoming"
  [ ! -s reused.sha256 ] || (cd "$archive" && sha256sum -c "$run/reused.sha256" >/dev/null 2>"$run/errors")
}

# A stream that was cut may look whole to tar: the last file of it must be there.
start() {
  if [ ! -e complete ]; then
    frame incomplete
    return
  fi
  if ! assemble; then
    frame "delta-failed $(head -n 1 errors | tr -d '\r')"
    return
  fi
  # Only one can make this file, so that the events never run twice.
  if (set -C && : >started) 2>/dev/null; then
    : >>"$stream"
    setsid /bin/sh "$run/agent.sh" supervise </dev/null >supervisor.log 2>&1 &
    # Also here, so that nobody can find the run started and not yet alive.
    printf '%s %s\n' "$!" "$(start_time "$!")" >pid.start && mv pid.start pid
  fi
  follow 0
}

# follow OFFSET: the stream from there on, until its last record.
follow() {
  frame "follow $1"
  follower=$run/follow.$$
  watch_end >/dev/null 2>&1 </dev/null &
  watcher=$!
  {
    tail -c "+$(($1 + 1))" -f "$stream" 2>/dev/null &
    printf '%s\n' "$!" >"$follower"
    wait "$!"
  } | while IFS= read -r line; do
    printf '%s\n' "$line" || break
    case $line in
      Z*)
        until read -r tail_pid 2>/dev/null <"$follower"; do nap; done
        kill "$tail_pid"
        break
        ;;
    esac
  done
  kill "$watcher" 2>/dev/null
  rm -f "$follower"
}

# Ends the tail when the run is over, or gone without a word; also when nobody listens any more.
watch_end() {
  while alive "$run"; do sleep 1; done
  if ! tail -n 1 "$stream" | grep -q '^Z'; then
    emit Z Failed "$(date +%s)" UnknownError 'the run on this host ended without a result: the host was restarted, or its processes were killed'
  fi
  sleep 1
  read -r tail_pid <"$follower" && kill "$tail_pid"
}

cancel() {
  : >cancel
  if [ -r hook ] && read -r pid cookie <hook; then end_script "$pid" "$cookie"; fi
  tries=300
  while alive "$run" && [ $tries -gt 0 ]; do
    if [ -r hook ] && read -r pid cookie <hook; then end_script "$pid" "$cookie"; fi
    nap
    tries=$((tries - 1))
  done
  frame cancelled
}

verb=$1 token=$2
case $verb in
  start) start ;;
  follow) follow "$3" ;;
  cancel) cancel ;;
  supervise) supervise ;;
esac
