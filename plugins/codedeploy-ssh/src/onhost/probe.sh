# Asks a host what it knows. $1 token, $2 root (empty for the default), $3 group id, $4 deployment id; then digests of
# manifests that the server has already.
LC_ALL=C
token=$1 root=$2 group=$3 id=$4
shift 4
if [ -z "$root" ]; then
  if [ "$(id -u)" = 0 ]; then root=/opt/penstock-deploy; else root='~/.penstock-deploy'; fi
fi
case $root in '~') root=$HOME ;; '~/'*) root=$HOME/${root#'~/'} ;; esac
printf '\n@@%s probe\n' "$token"
printf 'root %s\n' "$root"
for tool in setsid tar mkfifo tac xargs uniq; do
  command -v $tool >/dev/null 2>&1 || printf 'missing %s\n' "$tool"
done
[ -r /proc/self/stat ] || printf 'missing /proc\n'
(umask 022 && mkdir -p "$root/$group") 2>/dev/null && [ -w "$root/$group" ] || printf 'unwritable %s\n' "$root/$group"
cd "$root/$group" 2>/dev/null || { printf '@@%s end\n' "$token"; exit 0; }
if [ -e "$id/run/started" ]; then printf 'state started\n'; elif [ -d "$id" ]; then printf 'state partial\n'; else printf 'state none\n'; fi
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
