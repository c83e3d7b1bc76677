# One script of a lifecycle event, with its time limit.

# reader LETTER NAME: copies lines to the stream and, without colours, to scripts.log, as they come and until everybody
# has closed the other end. By awk: a shell reads a pipe byte by byte. A very long line becomes several.
reader() {
  LC_ALL=C R_LETTER=$1 R_NAME=$2 R_STREAM=$stream R_LOG=$home/logs/scripts.log exec $awk '
    BEGIN { out = ENVIRON["R_STREAM"]; log_file = ENVIRON["R_LOG"]; ask = "date \"+%Y-%m-%d %H:%M:%S\"" }
    {
      # The seed of before is the time, to the second: asking costs no process.
      srand(); second = srand()
      if (second != seen) { seen = second; ask | getline now; close(ask); lines = 0 }
      rest = $0
      do {
        line = rest
        if (length(rest) > 16384) { line = substr(rest, 1, 16384); rest = substr(rest, 16385) } else rest = ""
        print ENVIRON["R_LETTER"] line >> out
        if (index(line, "\033")) {
          gsub(/\033\[[0-9;:?<=>]*[ -\/]*[@-~]/, "", line)
          gsub(/\033\][^\007\033]*(\007|\033\\)/, "", line)
        }
        print now " [" ENVIRON["R_NAME"] "]" line >> log_file
      } while (rest != "")
      fflush(out)
      # Nobody follows scripts.log live when thousands of lines come in a second.
      if (++lines < 100) fflush(log_file)
    }'
}

# mawk fills its buffer before it looks, unless it is told that somebody waits.
choose_awk() {
  awk='awk'
  case $(awk -W version 2>&1 </dev/null | head -n 1) in mawk*) awk='awk -W interactive' ;; esac
}

# Eight files of at most P_LOG_LIMIT KiB, as version 2 of the agent keeps them; looked at before each script.
rotate_log() {
  rl_log=$home/logs/scripts.log
  [ -n "$(find "$rl_log" -size "+$((P_LOG_LIMIT * 2))" 2>/dev/null)" ] || return 0
  for rl_number in 6 5 4 3 2 1; do
    [ ! -e "$rl_log.$rl_number" ] || mv -f "$rl_log.$rl_number" "$rl_log.$((rl_number + 1))"
  done
  mv -f "$rl_log" "$rl_log.1"
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
    [ "$es_passed" -gt 5 ] || continue # whole seconds: never less than five
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
  [ -n "$awk" ] || choose_awk
  rotate_log
  clock
  emit S "$event" "$location" "$epoch"
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
  reader o stdout <out &
  readers=$!
  reader e stderr <err &
  readers="$readers $!"
  ( export PENSTOCK_HOOK="$cookie"; exec_script ) </dev/null >out 2>err &
  hook_pid=$!
  printf '%s %s\n' "$hook_pid" "$cookie" >hook.tmp && mv hook.tmp hook
  watchdog "$limit" "$hook_pid" "$cookie" "$readers" </dev/null &
  dog=$!
  wait "$hook_pid"
  code=$?
  : >exited
  unread=
  for reader_pid in $readers; do wait "$reader_pid" || unread=1; done
  if [ -e timed-out ]; then wait "$dog"; else kill "$dog" 2>/dev/null; wait "$dog"; fi
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
  elif [ -n "$unread" ]; then
    fail UnknownError "Script at specified location: $location was cut off, for its output could not be written to $home: is its disk full?"
  elif [ "$code" -gt 128 ]; then
    fail ScriptFailed "Script at specified location: $location was killed by signal $((code - 128))"
  elif [ "$code" -ne 0 ]; then
    fail ScriptFailed "Script at specified location: $location failed with exit code $code"
  else
    return 0
  fi
  return 1
}
