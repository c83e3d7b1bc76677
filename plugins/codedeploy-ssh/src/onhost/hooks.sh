# One script of a lifecycle event, with its time limit.

# reader: copies lines to the stream and, without colours, to scripts.log, as they come and until everybody has closed the
# other end. By awk: a shell reads a pipe byte by byte. A very long line becomes several. Both of a script's outputs go
# through one pipe: through two, nobody could tell which line was written first.
reader() {
  LC_ALL=C R_STREAM=$stream R_LOG=$home/logs/scripts.log exec $awk '
    BEGIN { out = ENVIRON["R_STREAM"]; log_file = ENVIRON["R_LOG"]; ask = "date \"+%Y-%m-%d %H:%M:%S\"" }
    {
      # The seed of before is the time, to the second: asking costs no process.
      srand(); second = srand()
      if (second != seen) { seen = second; ask | getline now; close(ask); lines = 0 }
      rest = $0
      do {
        line = rest
        if (length(rest) > 16384) { line = substr(rest, 1, 16384); rest = substr(rest, 16385) } else rest = ""
        print "o" line >> out
        if (index(line, "\033")) {
          gsub(/\033\[[0-9;:?<=>]*[ -\/]*[@-~]/, "", line)
          gsub(/\033\][^\007\033]*(\007|\033\\)/, "", line)
        }
        print now " [stdout]" line >> log_file
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

# watchdog SECONDS PID COOKIE READER: ends the script at its limit, or stops listening to what it left behind.
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
  kill "$4" 2>/dev/null
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
  if [ -n "$user" ] && ! id -u -- "$user" >/dev/null 2>&1; then
    fail ScriptFailed "Script at specified location: $location run as user $user failed: this host has no user $user"
    return 1
  fi
  rm -f out exited timed-out left-open
  mkfifo -m 600 out || { fail UnknownError "cannot make a pipe in $run"; return 1; }
  reader <out &
  reader_pid=$!
  ( export PENSTOCK_HOOK="$cookie"; exec_script ) </dev/null >out 2>&1 &
  hook_pid=$!
  printf '%s %s\n' "$hook_pid" "$cookie" >hook.tmp && mv hook.tmp hook
  watchdog "$limit" "$hook_pid" "$cookie" "$reader_pid" </dev/null &
  dog=$!
  wait "$hook_pid"
  code=$?
  : >exited
  unread=
  wait "$reader_pid" || unread=1
  [ -z "$unread" ] || make_room
  if [ -e timed-out ]; then wait "$dog"; else kill "$dog" 2>/dev/null; wait "$dog"; fi
  rm -f hook out exited
  judge
}

# why_not: sets `why` to what keeps the script from being run at all, as far as it can be seen; empty when it ran.
why_not() {
  why= first=
  IFS= read -r first 2>/dev/null <"$path"
  case $first in
    *"$CR")
      why=": its first line ends with Windows's line end (${first%"$CR"}\\r): save the file with LF line ends"
      return
      ;;
  esac
  [ "$code" = 126 ] || [ "$code" = 127 ] || [ -n "$user" ] || return
  unreachable && return
  noexec && return
  [ "$code" = 126 ] || [ "$code" = 127 ] || return
  case $first in
    '#!'*)
      # shellcheck disable=SC2086
      set -f && set -- ${first#'#!'} && set +f
      if [ ! -e "${1-}" ]; then
        why=": there is no ${1-} on this host, which its first line asks for"
      elif [ "${1##*/}" = env ] && [ -n "${2-}" ] && ! command -v "$2" >/dev/null 2>&1; then
        case $2 in -*) ;; *) why=": there is no $2 on this host, which its first line asks for" ;; esac
      elif [ ! -x "$1" ]; then
        why=": its first line asks for $1, which cannot be executed"
      fi
      ;;
    *ELF*) why=": it is a program for another kind of machine, or its libraries are not on this host" ;;
  esac
}

# unreachable: the user of the script may not enter a folder above it. A login's home is mode 700 on many hosts.
unreachable() {
  [ -n "$user" ] || return 1
  if ! as_user true; then
    why=": $(id -un) may not run anything as $user: allow it in /etc/sudoers.d, or have the login become root (become: sudo)"
    return 0
  fi
  # As the agent, scripts are run by the user's own shell.
  case $(sed -n "s|^$user:.*:||p" /etc/passwd 2>/dev/null) in
    */nologin | */false)
      if [ "$(id -u)" = 0 ]; then
        why=": the shell of $user lets nobody in (/etc/passwd): give the user /bin/sh, or name another one in runas"
        return 0
      fi
      ;;
  esac
  un_folder=$path
  while un_folder=${un_folder%/*}; [ -n "$un_folder" ]; do
    as_user test -x "$un_folder" && break
    un_found=$un_folder
  done
  [ -n "${un_found-}" ] || { as_user test -x "$path" && return 1; un_found=$path; }
  # shellcheck disable=SC2012
  why=": $user may not enter $un_found ($(ls -ld "$un_found" 2>/dev/null | cut -d ' ' -f 1)): give the group a deployment root that everybody may enter (root, DeploymentRoot)"
  un_found=
}

# as_user true, or as_user test -x PATH.
as_user() {
  if [ "$(id -u)" = 0 ]; then su "$user" -s /bin/sh -c "$1 ${2-} $(quote "${3-}")" 2>/dev/null; else sudo -n -u "$user" -- "$@" 2>/dev/null; fi
}

# noexec: the file system of the script lets nothing run.
noexec() {
  ne_best=
  while read -r ne_device ne_point ne_type ne_options ne_rest; do
    case $path in
      "${ne_point%/}"/*) [ ${#ne_point} -ge ${#ne_best} ] && ne_best=$ne_point ne_found=$ne_options ;;
    esac
  done </proc/mounts
  case ",$ne_found," in
    *,noexec,*) why=": $ne_best is mounted noexec, so that nothing there can be run: give the group another deployment root (root, DeploymentRoot)" ;;
    *) return 1 ;;
  esac
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
    why_not
    fail ScriptFailed "Script at specified location: $location${user:+ run as user $user} failed with exit code $code$why"
  else
    return 0
  fi
  return 1
}
