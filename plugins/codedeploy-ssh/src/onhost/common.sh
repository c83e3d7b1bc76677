# What all verbs share. POSIX sh with coreutils; runs under dash, bash and busybox.
# Sent to the host with each deployment and run from <root>/<group-id>/<deployment-id>/run,
# or from the folder of the upload, until it is whole.
NL='
'
TAB='	'
CR=$(printf '\r')
umask 022
unset CDPATH
cd -P "${0%/*}" || exit 70
. ./settings.sh
instructions=$P_ROOT/deployment-instructions
last_install=$instructions/${P_GROUP_ID}_last_successful_install

# stand RUN_FOLDER: all that is the deployment's own lies there, or beside it.
stand() {
  run=$1
  home=${run%/run}
  archive=$home/deployment-archive
  stream=$run/stream
  cleanup=$instructions/$P_GROUP_ID-cleanup
  # What is in a release folder goes with it.
  [ -z "$P_LINK" ] || cleanup=$run/release-files
}
stand "$PWD"

# Framed lines are the only ones that the server believes: a login shell may print what it likes before.
frame() { printf '\n@@%s %s\n' "$token" "$*"; }

# Field 22 of /proc/PID/stat: with the pid, it names a process even after pids were reused.
start_time() {
  [ -r "/proc/$1/stat" ] && read -r st_line <"/proc/$1/stat" || return 1
  # shellcheck disable=SC2086
  set -- ${st_line##*) }
  printf '%s' "${20}"
}

# alive RUN_FOLDER: its supervisor is running.
alive() {
  [ -r "$1/pid" ] && read -r al_pid al_start <"$1/pid" || return 1
  [ "$(start_time "$al_pid")" = "$al_start" ]
}

# One record of the stream: fields without tabs or newlines, in one write.
emit() {
  em_line=$1
  shift
  for em_field; do
    case $em_field in *"$NL"* | *"$TAB"*) em_field=$(printf '%s' "$em_field" | tr '\n\t' '  ') ;; esac
    em_line=$em_line$TAB$em_field
  done
  { printf '%s\n' "$em_line" >>"$stream"; } 2>/dev/null && return
  make_room
  { printf '%s\n' "$em_line" >>"$stream"; } 2>/dev/null
}

# Room for what must be told where the disk gets full. make_room: what was being written stays half done.
keep_room() { { printf '%65536s' '' >reserve; } 2>/dev/null; }
make_room() { { printf '' >reserve; } 2>/dev/null && { printf '\n' >>"$stream"; } 2>/dev/null; }

info() { printf 'i%s\n' "$*" >>"$stream"; }

# clock: sets `epoch` and `now`, the time of the log lines; forks at most once a second.
clock() {
  read -r cl_up cl_rest </proc/uptime
  cl_up=${cl_up%.*}
  [ "$cl_up" = "$cl_seen" ] && return
  cl_seen=$cl_up
  now=$(date '+%s %Y-%m-%d %H:%M:%S')
  epoch=${now%% *} now=${now#* }
}

# event_record STATUS [CODE SCRIPT MESSAGE]: of the event that $event names.
event_record() {
  ev_status=$1
  shift
  clock
  emit E "$event" "$ev_status" "$epoch" "$@"
}

log_line() {
  clock
  printf '%s %s\n' "$now" "$*" >>"$home/logs/scripts.log"
}

# Short pause; busybox may be built without fractions.
nap() { sleep 0.1 2>/dev/null || sleep 1; }
