# Runs all events of one deployment, detached from the connection that started it.

# fail CODE MESSAGE
fail() {
  failure=$1
  message=$2
  log_line "[stderr]$2"
}

# run_scripts previous|current
run_scripts() {
  script_root=$archive definitions=$run/hooks.sh
  if [ "$1" = previous ]; then
    [ -n "$previous_id" ] || return 0
    script_root=$P_ROOT/$P_GROUP_ID/$previous_id/deployment-archive
    definitions=$P_ROOT/$P_GROUP_ID/$previous_id/run/hooks.sh
    if [ ! -r "$definitions" ]; then
      info "the scripts of revision $previous_id are gone: $event runs nothing"
      return 0
    fi
  fi
  if [ -n "$P_LINK" ]; then
    if [ "$1" = current ]; then release_env "$P_ID" "$color"; elif [ "$previous_id" = "$live" ]; then release_env "$live" "$live_color"; fi
  fi
  # Only functions are in there; one of the other revision's must not be taken for this one's.
  unset -f "hooks_$event"
  . "$definitions"
  command -v "hooks_$event" >/dev/null || return 0
  [ "$1" = current ] || info "$event runs the scripts of the previous revision, $previous_id"
  "hooks_$event"
}

# Keeps the newest revisions, this one included, and always the last that was installed.
prune() {
  cd "$P_ROOT/$P_GROUP_ID" || return 0
  # Uploads that a lost session left, and nobody sent again.
  for upload in upload-*; do
    [ ! -e "$upload" ] || find "$upload" -prune -mtime +0 -exec rm -rf -- {} +
  done
  set -- d-*/
  if [ $# -gt "$P_KEEP" ]; then
    kept=0
    # shellcheck disable=SC2012
    for revision in $(ls -1td d-*/ 2>/dev/null); do
      revision=${revision%/}
      kept=$((kept + 1))
      [ $kept -gt "$P_KEEP" ] || continue
      [ "$revision" = "$P_ID" ] || [ "$revision" = "$previous_id" ] || alive "$revision/run" || rm -rf -- "$revision"
    done
  fi
  cd "$run" || exit 70
}

run_event() {
  failure= message= script=
  event_record InProgress
  log_line "LifecycleEvent - $event"
  export LIFECYCLE_EVENT="$event"
  [ "$event" != ApplicationStart ] || begun=1
  case $event in
    DownloadBundle)
      prune
      [ -z "$P_LINK" ] || prune_releases
      ;;
    Install) install_revision ;;
    HealthCheck) await_verdict ;;
    AllowTraffic) allow_release ;;
    *) run_scripts "$from" ;;
  esac
  if [ -z "$failure" ]; then
    event_record Succeeded
    return 0
  fi
  if [ -n "$P_LINK" ] && [ "$event" = ApplicationStop ] && [ "$failure" != Stopped ]; then
    event_record Failed "$failure" "$script" "$message"
    info "WARNING: the new release is live, but the one before could not be stopped and may still run: $message"
    failure=
    return 0
  fi
  if [ "$from" = previous ] && [ "$failure" != Stopped ]; then
    message="$message. This is a script of the previous revision, $previous_id, which is on this host, and not of the one that is deployed: repair it there, or deploy with IgnoreApplicationStopFailures: true to get past it"
  fi
  event_record Failed "$failure" "$script" "$message"
  if [ "$failure" != Stopped ] && [ "$P_IGNORE_STOP_FAILURES" = 1 ] && [ "$from" = previous ]; then
    info "the failure of $event is ignored, as the deployment asks for"
    failure=
    return 0
  fi
  return 1
}

# One deployment of a group at a time: the lock names who holds it.
lock() {
  while ! mkdir "$P_ROOT/$P_GROUP_ID/lock" 2>/dev/null; do
    holder=
    read -r holder 2>/dev/null <"$P_ROOT/$P_GROUP_ID/lock/id"
    [ -n "$holder" ] || { nap; read -r holder 2>/dev/null <"$P_ROOT/$P_GROUP_ID/lock/id"; }
    if [ -n "$holder" ] && [ "$holder" != "$P_ID" ] && alive "$P_ROOT/$P_GROUP_ID/$holder/run"; then
      failure=UnknownError message="deployment $holder of the same group is running on this host"
      return 1
    fi
    rm -rf "$P_ROOT/$P_GROUP_ID/lock"
  done
  printf '%s\n' "$P_ID" >"$P_ROOT/$P_GROUP_ID/lock/id"
}

supervise() {
  # Without it nobody would know that it runs.
  printf '%s %s\n' "$$" "$(start_time $$)" >pid.tmp && mv pid.tmp pid || exit 70
  export DEPLOYMENT_ID="$P_ID" APPLICATION_NAME="$P_APPLICATION" DEPLOYMENT_GROUP_NAME="$P_GROUP" DEPLOYMENT_GROUP_ID="$P_GROUP_ID"
  [ -z "$P_BUNDLE_COMMIT" ] || export BUNDLE_COMMIT="$P_BUNDLE_COMMIT"
  previous_id= outcome=Succeeded hooks_run=0 failure= message=
  if [ -r "$last_install" ]; then read -r previous_id <"$last_install"; fi
  if [ -n "$previous_id" ] && [ ! -d "$P_ROOT/$P_GROUP_ID/$previous_id" ]; then
    info "the previous revision $previous_id is no longer on this host: its scripts are left out"
    previous_id=
  fi
  locked=
  if ! keep_room; then
    make_room
    outcome=Failed failure=UnknownError message="No space left on device: less than 64 KiB for $home"
  elif lock; then
    locked=1
  else
    outcome=Failed
  fi
  [ -z "$P_LINK" ] || begin_release
  for item in $P_EVENTS; do
    event=${item%%:*} from=${item#*:}
    if [ "$outcome" = Succeeded ] && [ -e cancel ]; then outcome=Stopped failure=Stopped message="stopped before $event"; fi
    if [ "$outcome" != Succeeded ]; then
      event_record Skipped
    elif ! run_event; then
      outcome=Failed
      [ "$failure" != Stopped ] || outcome=Stopped
    fi
  done
  [ -z "$P_LINK" ] || [ "$outcome" = Succeeded ] || undo_release
  [ -z "$locked" ] || rm -rf "$P_ROOT/$P_GROUP_ID/lock"
  clock
  emit Z "$outcome" "$epoch" "$failure" "$message"
}
