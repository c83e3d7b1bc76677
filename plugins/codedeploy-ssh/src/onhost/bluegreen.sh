# Blue/green on one host: a revision goes into a release folder of its own and is started beside the one that is live. Then a
# link names it, at once and whole. The one before goes on until all went well, so that the way back is the link alone.

# live_release: sets `live` and `live_color` to the deployment that the link names, when it is one of ours.
live_release() {
  live= live_color=
  [ -L "$P_LINK" ] || return 0
  lr_target=$(readlink "$P_LINK")
  lr_id=${lr_target##*/}
  [ "$lr_target" = "$P_RELEASES/$lr_id" ] || return 0
  { read -r live_color <"$P_ROOT/$P_GROUP_ID/$lr_id/run/color"; } 2>/dev/null || return 0
  live=$lr_id
}

# release_env ID COLOR: what scripts and the hand-over know of a release.
release_env() {
  LINK=$P_LINK RELEASE=$P_RELEASES/$1 COLOR=$2 PORT=$P_PORT_BLUE
  [ "$2" != green ] || PORT=$P_PORT_GREEN
  export LINK RELEASE COLOR PORT
}

# begin_release: this one gets the color that is not live.
begin_release() {
  switched= begun=
  live_release
  color=blue
  [ "$live_color" != blue ] || color=green
  printf '%s\n' "$color" >color
  release_env "$P_ID" "$color"
  emit G "$color" "$PORT" "$run"
}

# refuse_link: the link's place is taken by something that is no link.
refuse_link() {
  [ -e "$P_LINK" ] && [ ! -L "$P_LINK" ] || return 0
  fail UnknownError "$P_LINK is there and is no link: it must be one that blue/green deployments may point to their release. Move it away first (mv $P_LINK $P_LINK.before)"
  return 1
}

# point_link TARGET: nobody sees it missing.
point_link() {
  rm -rf "$P_LINK.new"
  if ln -s "$1" "$P_LINK.new" 2>errors && mv -T "$P_LINK.new" "$P_LINK" 2>errors; then return 0; fi
  rm -f "$P_LINK.new"
  problem "cannot point $P_LINK to $1"
  return 1
}

# hand_over: tells whatever brings requests that another release is live.
hand_over() {
  [ -n "$P_HANDOVER" ] || return 0
  ho_limit=
  ! command -v timeout >/dev/null 2>&1 || ho_limit='timeout 60'
  $ho_limit /bin/sh -c "$P_HANDOVER" </dev/null >handed-over 2>&1
  ho_code=$?
  sed 's/^/o/' handed-over >>"$stream"
  [ $ho_code = 0 ] && return 0
  fail UnknownError "the hand-over ended with $ho_code: $(tail -n 1 handed-over)"
  return 1
}

allow_release() {
  point_link "$P_RELEASES/$P_ID" || return 1
  switched=1
  hand_over || return 1
  installed "$P_ID"
}

# await_verdict: the server looks at the new release, and writes what it found into `verdict`.
await_verdict() {
  av_until=$(($(seconds) + P_VERDICT_WITHIN))
  until [ -e verdict ]; do
    if [ -e cancel ]; then fail Stopped 'stopped before its health was known'; return 1; fi
    if [ "$(seconds)" -gt "$av_until" ]; then
      fail UnknownError "nobody said within $P_VERDICT_WITHIN s whether the new release is well"
      return 1
    fi
    nap
  done
  read -r av_said <verdict
  [ "$av_said" = ok ] && return 0
  fail UnknownError "$av_said"
  return 1
}

# undo_release: the one before is live again, and what this one started is stopped. What failed stays the result.
undo_release() {
  ur_failure=$failure ur_message=$message
  # Who stops the run ends its scripts as long as this is there: these ones must come to their end.
  [ ! -e cancel ] || mv cancel cancelled
  if [ -n "$switched" ]; then
    if [ -n "$live" ]; then
      release_env "$live" "$live_color"
      point_link "$P_RELEASES/$live" && hand_over && installed "$live" && info "rolled back by the link: $live is live again"
    else
      rm -f "$P_LINK" && info "there was no release before: $P_LINK is gone again"
    fi
    [ "$failure" = "$ur_failure" ] || info "WARNING: the way back failed: $message"
  fi
  if [ -n "$begun" ]; then
    release_env "$P_ID" "$color"
    event=ApplicationStop failure=
    info 'ApplicationStop of this revision: what it started is stopped'
    export LIFECYCLE_EVENT="$event"
    run_scripts current || info "WARNING: it may still run: $message"
  fi
  failure=$ur_failure message=$ur_message
}

# prune_releases: the newest, this one included; never the one that is live.
prune_releases() {
  cd "$P_RELEASES" 2>/dev/null || return 0
  kept=1 # this one, which is not there yet
  [ -z "$live" ] || kept=2
  # shellcheck disable=SC2012
  for release in $(ls -1td d-*/ 2>/dev/null); do
    release=${release%/}
    [ "$release" != "$live" ] || continue
    kept=$((kept + 1))
    [ $kept -le "$P_KEEP_RELEASES" ] || rm -rf -- "$release"
  done
  cd "$run" || exit 70
}
