# One script of a lifecycle event, with its time limit.

# reader LETTER NAME: copies lines to the stream and to scripts.log, until everybody has closed the other end.
reader() {
  while IFS= read -r line; do
    put_line "$1" "$2"
  done
  [ -z "$line" ] || put_line "$1" "$2"
}

put_line() {
  stamp
  printf '%s%s\n' "$1" "$line" >&3
  printf '%s [%s]%s\n' "$now" "$2" "$line" >&4
}

# members PID COOKIE: the script's processes: its group, its session, all descendants, and whoever carries its cookie.
members() {
  mb_found=" $1 "
  for mb_file in $(grep -lF "PENSTOCK_HOOK=$2" /proc/[0-9]*/environ 2>/dev/null); do
    mb_pid=${mb_file#/proc/}
    mb_found="$mb_found${mb_pid%/environ} "
  done
  mb_before=
  while [ "$mb_before" != "$mb_found" ]; do
    mb_before=$mb_found
    for mb_file in /proc/[0-9]*/stat; do
      { read -r mb_line <"$mb_file"; } 2>/dev/null || continue
      mb_pid=${mb_line%% *}
      case $mb_found in *" $mb_pid "*) continue ;; esac
      # shellcheck disable=SC2086
      set -- "$1" "$2" ${mb_line##*) }
      # $3 state, $4 parent, $5 group, $6 session
      case "$mb_found" in *" $4 "*) mb_found="$mb_found$mb_pid " && continue ;; esac
      [ "$5" = "$1" ] || [ "$6" = "$1" ] && mb_found="$mb_found$mb_pid "
    done
  done
  for mb_pid in $mb_found; do
    { read -r mb_line <"/proc/$mb_pid/stat"; } 2>/dev/null || continue
    mb_line=${mb_line##*) }
    [ "${mb_line%% *}" = Z ] || printf '%s ' "$mb_pid"
  done
}

# end_script PID COOKIE: TERM, up to five seconds, KILL; to the whole tree.
end_script() {
  es_begun=$(seconds)
  es_left=$(members "$1" "$2")
  [ -z "$es_left" ] || signal TERM "$es_left"
  while [ -n "$es_left" ]; do
    nap
    es_left=$(members "$1" "$2")
    es_passed=$(($(seconds) - es_begun))
    [ "$es_passed" -ge 5 ] || continue
    [ -z "$es_left" ] || signal KILL "$es_left"
    [ "$es_passed" -lt 15 ] || break # not ours to signal, or stuck in the kernel
  done
}

# Since the host was started; the wall clock may jump.
seconds() {
  read -r sc_up sc_rest </proc/uptime
  printf '%s' "${sc_up%.*}"
}

# What sudo started is not ours to signal without it.
signal() {
  # shellcheck disable=SC2086
  kill -s "$1" $2 2>/dev/null || sudo -n kill -s "$1" $2 2>/dev/null || :
}

# watchdog SECONDS PID COOKIE READERS: ends the script at its limit, or stops listening to what it left behind.
watchdog() {
  trap 'kill "$wd_sleep" 2>/dev/null; exit 0' TERM
  sleep "$1" &
  wd_sleep=$!
  wait "$wd_sleep"
  trap '' TERM
  if [ -e exited ]; then
    : >left-open
  else
    : >timed-out
    end_script "$2" "$3"
  fi
  # shellcheck disable=SC2086
  kill $4 2>/dev/null
}

quote() { printf '%s' "$1" | sed "s/'/'\\\\''/g; 1s/^/'/; \$s/\$/'/"; }

# Runs the script in place of this shell, as CodeDeploy's agent builds the command. $path $user $use_sudo
exec_script() {
  exec 3>&- 4>&-
  cd "$script_root" || exit 127
  me=$(id -un)
  [ "$user" != "$me" ] || user=
  if [ -n "$user" ] && [ "$use_sudo" = 1 ]; then
    exec setsid sudo -n su "$user" -c "$(quote "$path")"
  elif [ -n "$user" ] && [ "$(id -u)" = 0 ]; then
    exec setsid su "$user" -c "$(quote "$path")"
  elif [ -n "$user" ]; then
    exec setsid sudo -n -u "$user" -- "$path" # su would ask for a password
  elif [ "$use_sudo" = 1 ]; then
    exec setsid sudo -n "$path"
  else
    exec setsid "$path"
  fi
}

# hook LOCATION SECONDS USER SUDO: runs one script; answers with status 1, code and message when the event failed.
hook() {
  location=$1 limit=$2 user=$3 use_sudo=$4
  script=$location
  path=$script_root/$location
  hooks_run=$((hooks_run + 1))
  cookie=$P_ID.$hooks_run. # the last dot keeps 1 apart from 10
  emit S "$event" "$location" "$(date +%s)"
  log_line "Script - $location"
  if [ ! -e "$path" ] || [ -d "$path" ]; then
    fail ScriptMissing "Script does not exist at specified location: $path"
    return 1
  fi
  if [ ! -x "$path" ] && ! chmod +x "$path" 2>/dev/null; then
    fail ScriptNotExecutable "Unable to set script at specified location: $path as executable"
    return 1
  fi
  rm -f out err exited timed-out left-open
  mkfifo -m 600 out err || { fail UnknownError "cannot make a pipe in $run"; return 1; }
  exec 4>>"$home/logs/scripts.log"
  reader o stdout <out &
  readers=$!
  reader e stderr <err &
  readers="$readers $!"
  ( export PENSTOCK_HOOK="$cookie"; exec_script ) </dev/null >out 2>err &
  hook_pid=$!
  printf '%s %s\n' "$hook_pid" "$cookie" >hook.tmp && mv hook.tmp hook
  watchdog "$limit" "$hook_pid" "$cookie" "$readers" 3>&- 4>&- </dev/null &
  dog=$!
  wait "$hook_pid"
  code=$?
  : >exited
  # shellcheck disable=SC2086
  wait $readers
  if [ -e timed-out ]; then wait "$dog"; else kill "$dog" 2>/dev/null; wait "$dog"; fi
  exec 4>&-
  rm -f hook out err exited
  judge
}

judge() {
  if [ -e cancel ]; then
    fail Stopped "$location was stopped"
  elif [ -e timed-out ]; then
    fail ScriptTimedOut "Script at specified location: $location failed to complete in $limit seconds"
  elif [ -e left-open ]; then
    fail UnknownError "Script at specified location: $location failed to close STDOUT/STDERR within $limit seconds: redirect the output of what it starts in the background"
  elif [ "$code" -gt 128 ]; then
    fail ScriptFailed "Script at specified location: $location was killed by signal $((code - 128))"
  elif [ "$code" -ne 0 ]; then
    fail ScriptFailed "Script at specified location: $location failed with exit code $code"
  else
    return 0
  fi
  return 1
}
