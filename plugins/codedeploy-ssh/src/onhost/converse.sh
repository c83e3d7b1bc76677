# Asks a host what it knows, and does what the server then says, all on one channel. $1 token, $2 root (empty for the
# default), $3 group id, $4 deployment id, $5 whose folder it is; then digests of manifests that the server has already. Comes on standard input
# and is read whole before it runs, because of the braces: what the server sends after the answer is left to `read` and tar.
{
locale=${LC_ALL-}
LC_ALL=C
token=$1 root=$2 group=$3 id=$4 owner=$5
shift 5
if [ -z "$root" ]; then
  if [ "$(id -u)" = 0 ]; then root=/opt/penstock-deploy; else root='~/.penstock-deploy'; fi
fi
case $root in '~') root=$HOME ;; '~/'*) root=$HOME/${root#'~/'} ;; esac
printf '\n@@%s probe\n' "$token"
printf 'root %s\n' "$root"
printf 'time %s\n' "$(date +%s)"
for tool in setsid tar mkfifo tac xargs uniq awk; do
  command -v $tool >/dev/null 2>&1 || printf 'missing %s\n' "$tool"
done
[ -r /proc/self/stat ] || printf 'missing /proc\n'
[ -d "$root/$group" ] || (umask 022 && mkdir -p "$root/$group") 2>/dev/null
[ -w "$root/$group" ] || printf 'unwritable %s\n' "$root/$group"
cd "$root/$group" 2>/dev/null || { printf '@@%s end\n' "$token"; exit 0; }
if [ -e "$id/run/started" ]; then printf 'state started\n'; else printf 'state none\n'; fi
for other in "$root"/*/owner; do
  [ -r "$other" ] && [ "$other" != "$root/$group/owner" ] && read -r whose <"$other" && printf 'owner %s\n' "$whose"
done
last=
read -r last 2>/dev/null <"$root/deployment-instructions/${group}_last_successful_install"
for revision in d-*; do
  [ -r "$revision/run/digest" ] && [ -e "$revision/run/started" ] || continue
  digest=
  read -r digest <"$revision/run/digest"
  printf 'revision %s %s\n' "$revision" "$digest"
done
if [ -n "$last" ] && [ -r "$last/run/digest" ]; then
  printf 'last %s\n' "$last"
  read -r digest <"$last/run/digest"
  known=0
  for have; do [ "$have" != "$digest" ] || known=1; done
  if [ $known = 0 ] && [ -r "$last/run/manifest" ]; then
    printf 'manifest\n'
    cat "$last/run/manifest"
  fi
fi
printf '@@%s end\n' "$token"
if [ -n "$locale" ]; then LC_ALL=$locale; else unset LC_ALL; fi
read -r verb argument || exit 0
folder=$root/$group/$id upload=$root/$group/upload-$id
case $verb in
  send)
    if [ -e "$folder/run/started" ]; then exit 75; fi
    # What a session that was lost has left: it may go on for a while, and must not touch what this one sends.
    rm -rf -- "$upload".*
    # A folder without a run is an upload that release 0.1.0 did not end.
    [ ! -d "$folder" ] || [ -e "$folder/run/started" ] || rm -rf -- "$folder"
    umask 022
    [ -z "$owner" ] || printf '%s\n' "$owner" >"$root/$group/owner"
    mkdir -p -- "$upload.$token" && cd -- "$upload.$token" && tar -xpof - && exec /bin/sh "$upload.$token/run/agent.sh" start "$token"
    code=$?
    # shellcheck disable=SC2046
    set -- $(df -Pk "$root" 2>/dev/null | tail -n 1)
    if [ "${4:-1024}" -lt 1024 ]; then printf 'No space left on device: %s KiB on the file system of %s\n' "$4" "$root" >&2; fi
    # What is left of it would only fill the disk.
    cd / && rm -rf -- "$upload.$token"
    exit $code
    ;;
  cancel)
    # An upload may be on its way to its end: what takes its place keeps it from being run.
    if [ ! -e "$folder/run/started" ]; then
      mkdir -p -- "$upload.$token/run" && cd -- "$upload.$token/run" && printf '0 0\n' >pid &&
        printf 'Z\tStopped\t0\tStopped\tstopped before the first event\n' >stream && : >started &&
        mv -- "$upload.$token" "$folder" 2>/dev/null
      cd / && rm -rf -- "$upload.$token" "$folder/upload-$id.$token"
    fi
    [ ! -e "$folder/run/agent.sh" ] || exec /bin/sh "$folder/run/agent.sh" cancel "$token" "$argument"
    printf '\n@@%s follow 0\n' "$token"
    cat "$folder/run/stream"
    ;;
  follow) exec /bin/sh "$folder/run/agent.sh" follow "$token" "$argument" ;;
esac
exit
}
