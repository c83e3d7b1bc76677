# Compares what the last revision put on this host with what it put there: $1 token, $2 root (empty for the default), $3 group
# id. Says `missing PATH` and `changed PATH`, at most 100 of them, and `total N`. Reads only.
{
LC_ALL=C
token=$1 root=$2 group=$3
if [ -z "$root" ]; then
  if [ "$(id -u)" = 0 ]; then root=/opt/penstock-deploy; else root='~/.penstock-deploy'; fi
fi
case $root in '~') root=$HOME ;; '~/'*) root=$HOME/${root#'~/'} ;; esac
printf '\n@@%s drift\n' "$token"
cleanup=$root/deployment-instructions/$group-cleanup
last=
read -r last 2>/dev/null <"$root/deployment-instructions/${group}_last_successful_install"
total=0
# differs WORD PATH: counts only what the deployment put there, not what it left as it was.
differs() {
  grep -Fxq -- "${odd:-$2}" "$cleanup" 2>/dev/null || return 0
  total=$((total + 1))
  [ $total -gt 100 ] || printf '%s %s\n' "$1" "${odd:-$2}"
}
dirs() { :; }
put() {
  d=$1 s=$2
  shift 2
  for n; do
    p=$d/$n a=$archive/${s:+$s/}$n
    if [ -L "$a" ]; then
      [ -L "$p" ] && [ "$(readlink "$p")" = "$(readlink "$a")" ] || differs changed "$p"
    elif [ ! -e "$p" ]; then
      differs missing "$p"
    elif ! cmp -s "$a" "$p"; then
      differs changed "$p"
    fi
  done
}
if [ -n "$last" ] && cd "$root/$group/$last/run" 2>/dev/null; then
  archive=$root/$group/$last/deployment-archive odd=
  [ ! -e release-files ] || cleanup=$root/$group/$last/run/release-files
  . ./copies.sh
  printf 'revision %s\ntotal %s\n' "$last" "$total"
fi
printf '@@%s end\n' "$token"
exit 0
}
