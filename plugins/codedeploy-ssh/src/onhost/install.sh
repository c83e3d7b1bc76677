# The Install event: looks first, then removes what the previous deployment put there, then copies.
# copies.sh calls `dirs` and `put`, permissions.sh calls `mode`, `acl`, `context` and `own`, each with many paths at once.

# A path as one line: only names with a newline or backslash come escaped from the server ($odd).
check_dirs() {
  for p; do
    [ -d "$p" ] && continue
    if [ -e "$p" ] || [ -L "$p" ]; then printf '%s\n' "${odd:-$p}" >&6; fi
  done
}

check_put() {
  d=$1
  shift 2
  # Nothing can be in a folder that is not there.
  [ -z "$d" ] || [ -e "$d" ] || [ -L "$d" ] || return 0
  for n; do
    p=$d/$n
    if [ -L "$p" ]; then
      printf '%s\n' "${odd:-$p}" >&7
    elif [ -d "$p" ]; then
      printf '%s\n' "${odd:-$p}" >&8
    elif [ -e "$p" ]; then
      printf '%s\n' "${odd:-$p}" >&7
    fi
  done
}

# conflicts LIST: those of its paths that the previous deployment did not put there.
conflicts() {
  [ -s "$1" ] || return 0
  if [ -e "$cleanup" ]; then LC_ALL=C sort -u "$cleanup" >owned; else : >owned; fi
  LC_ALL=C sort -u "$1" >"$1.sorted"
  # Twice, so that only what is not in it is unique: busybox may have no comm.
  LC_ALL=C sort "$1.sorted" owned owned | LC_ALL=C uniq -u
}

# refuse LIST MESSAGE: fails when the list has a line; shows the first five.
refuse() {
  [ -s "$1" ] || return 0
  rf_count=$(wc -l <"$1")
  # In quotation marks: a name may have blanks.
  rf_shown=$(head -n 5 "$1" | sed 's/.*/"&"/; $!s/$/,/' | tr '\n' ' ')
  rf_more=
  [ "$rf_count" -le 5 ] || rf_more=" and $((rf_count - 5)) more"
  fail UnknownError "$2: ${rf_shown% }$rf_more"
  return 1
}

look() {
  : >blocked
  : >existing
  : >clashing
  dirs() { check_dirs "$@"; }
  put() { check_put "$@"; }
  odd=
  . ./copies.sh 6>>blocked 7>>existing 8>>clashing
  conflicts blocked >blocked.new
  refuse blocked.new 'a directory is to be made where a file already exists at this location' || return 1
  conflicts clashing >clashing.new
  refuse clashing.new 'a file is to be copied to a directory that already exists at this location' || return 1
  [ "$P_BEHAVIOR" = DISALLOW ] || return 0
  conflicts existing >existing.new
  refuse existing.new 'The deployment failed because a specified file already exists at this location (nothing was changed; file_exists_behavior: OVERWRITE or RETAIN in the AppSpec file would allow it)'
}

# Removes what the previous deployment made, newest first: files and links, then directories that are empty by then.
clean_up() {
  [ -e "$cleanup" ] || return 0
  # A last line without its newline was being written when the host died: its file may not be there.
  sed -n '$!p' "$cleanup" >previous
  [ -z "$(tail -c 1 "$cleanup")" ] && tail -n 1 "$cleanup" >>previous
  tac previous | while IFS= read -r p; do
    case $p in *\\*) p=$(printf '%bx' "$p") && p=${p%x} ;; esac
    case $p in
      'semanage '*) semanage fcontext -d "${p#semanage }" >/dev/null 2>&1 ;;
      *) if [ -d "$p" ] && [ ! -L "$p" ]; then printf '%s\0' "$p" >&7; else printf '%s\0' "$p" >&6; fi ;;
    esac
  done 6>old-files 7>old-directories
  xargs -0 rm -f -- <old-files 2>errors || { [ -s old-files ] && problem 'cannot remove files of the previous deployment' && return 1; }
  [ -s old-directories ] && xargs -0 rmdir -- <old-directories 2>/dev/null
  rm -f "$cleanup"
}

# problem MESSAGE: the event failed, for the reason that a command left in `errors`.
problem() {
  pr_said=$(head -n 3 errors 2>/dev/null | tr '\n' ' ')
  case $pr_said in
    *'ermission denied'* | *'not permitted'*)
      [ "$(id -u)" = 0 ] || pr_said="$pr_said(the login $(id -un) may not: become: sudo gives it the rights of root)"
      ;;
  esac
  fail UnknownError "$1: $pr_said"
}

# is_new PATH: it is, or is in, a folder that this deployment has made: `new` has the topmost ones.
is_new() {
  case $NL$1/ in "$newest"/*) return 0 ;; esac
  in_rest=${new#"$NL"}
  while [ -n "$in_rest" ]; do
    newest=$NL${in_rest%%"$NL"*}
    case $NL$1/ in "$newest"/*) return 0 ;; esac
    in_rest=${in_rest#*"$NL"}
  done
  return 1
}

make_dirs() {
  count=$#
  while [ "$count" -gt 0 ]; do
    p=$1
    shift
    count=$((count - 1))
    if [ -d "$p" ]; then
      untouched=$untouched$p$NL
    else
      set -- "$@" "$p"
      [ -n "$odd" ] || is_new "$p" || new=$new$p$NL
    fi
  done
  [ $# -gt 0 ] || return 0
  mkdir -- "$@" 2>errors || { problem 'cannot make a directory'; broken=1; return 1; }
  if [ -n "$odd" ]; then printf '%s\n' "$odd" >&5; else printf '%s\n' "$@" >&5; fi
}

copy_put() {
  [ -z "$broken" ] || return 1
  d=$1 s=$2
  shift 2
  if is_new "$d" || all_free "$@"; then put_all "$@"; else put_free "$@"; fi
}

all_free() {
  for n; do
    if [ -e "$d/$n" ] || [ -L "$d/$n" ]; then return 1; fi
  done
}

put_free() {
  count=$#
  while [ "$count" -gt 0 ]; do
    n=$1 p=$d/$1
    shift
    count=$((count - 1))
    if [ -e "$p" ] || [ -L "$p" ]; then
      case $P_BEHAVIOR in
        RETAIN) untouched=$untouched$p$NL && continue ;;
        OVERWRITE) rm -f -- "$p" 2>errors || { problem "cannot replace $p"; broken=1; return 1; } ;;
        *) fail UnknownError "a file appeared at $p during the deployment"; broken=1; return 1 ;;
      esac
    fi
    set -- "$@" "$n"
  done
  [ $# = 0 ] || put_all "$@"
}

put_all() {
  # Written before the copy, so that a half-made file is cleaned up too.
  if [ -n "$odd" ]; then
    printf '%s\n' "$odd" >&5
    cd "$archive/$s" && cp -P -p -- "$1" "$d/$1" 2>"$run/errors"
    copied=$?
    cd "$run" || return 1
    [ $copied = 0 ] || { problem "cannot copy to $d"; broken=1; return 1; }
    return 0
  fi
  case $d in
    *[%\\]*) for n; do printf '%s/%s\n' "$d" "$n"; done >&5 ;;
    # shellcheck disable=SC2059
    *) printf "$d/%s\n" "$@" >&5 ;;
  esac
  if [ "$d$NL$s" != "$pair" ]; then
    flush_copies || return 1
    pair=$d$NL$s pair_to=$d pair_from=$s
  fi
  printf './%s\n' "$@" >>list
}

# Two processes for all files between the same two directories; one cp for each directory would cost far more.
flush_copies() {
  [ -s list ] || return 0
  rm -f unread
  case $(tar --version 2>/dev/null) in
    *GNU* | *bsdtar*) ;;
    *) copy_singly; return ;; # busybox may know no -T
  esac
  { tar -C "$archive/$pair_from" -cf - -T list 2>errors.read || : >unread; } | tar -C "$pair_to/" -xpof - 2>errors
  copied=$?
  [ ! -e unread ] || { copied=1; mv errors.read errors; }
  : >list
  [ $copied = 0 ] || { problem "cannot copy to $pair_to"; broken=1; return 1; }
}

copy_singly() {
  while IFS= read -r n; do
    cp -P -p -- "$archive/$pair_from/$n" "$pair_to/$n" 2>errors || { problem "cannot copy to $pair_to"; broken=1; return 1; }
  done <list
  : >list
}

copy() {
  broken= untouched=$NL new=$NL newest= odd= pair=
  : >list
  dirs() { [ -z "$broken" ] && make_dirs "$@"; }
  put() { copy_put "$@"; }
  # Tried in a subshell first: a redirection that fails ends a POSIX shell.
  (: >>"$cleanup") 2>errors || { problem "cannot write $cleanup"; return 1; }
  exec 5>>"$cleanup"
  . ./copies.sh
  [ -z "$broken" ] && flush_copies
}

# Leaves in "$@" those paths that this deployment made; `touched` says whether there are any.
filter='count=$#
while [ "$count" -gt 0 ]; do
  p=$1
  shift
  count=$((count - 1))
  case $untouched in *"$NL$p$NL"*) ;; *) set -- "$@" "$p" ;; esac
done'

apply_permissions() {
  [ -s permissions.sh ] || return 0
  mode() { apply chmod "$@"; }
  own() { apply 'chown -h' "$@"; }
  . ./permissions.sh
  [ -z "$broken" ]
}

apply() {
  [ -z "$broken" ] || return 0
  command=$1 value=$2
  shift 2
  [ "$untouched" = "$NL" ] || eval "$filter"
  [ $# -gt 0 ] || return 0
  # shellcheck disable=SC2086
  $command "$value" -- "$@" 2>errors || { problem "cannot set permissions"; broken=1; }
}

letters() {
  case $1 in 0) echo ---;; 1) echo --x;; 2) echo -w-;; 3) echo -wx;; 4) echo r--;; 5) echo r-x;; 6) echo rw-;; 7) echo rwx;; esac
}

# acl ENTRIES MASKS PATHS: one --set with the base entries of the file's mode, and masks (b: base, d: default) of its
# group's bits.
acl() {
  [ -z "$broken" ] || return 0
  entries=$1 masks=$2
  shift 2
  [ "$untouched" = "$NL" ] || eval "$filter"
  for p; do
    bits=$(stat -L -c %a "$p") || { broken=1; fail UnknownError "cannot read the mode of $p"; return; }
    bits=$(printf '%03d' "$bits")
    o=${bits#"${bits%?}"} rest=${bits%?}
    g=${rest#"${rest%?}"} rest=${rest%?}
    u=${rest#"${rest%?}"}
    all="user::$(letters "$u"),group::$(letters "$g"),other::$(letters "$o"),$entries"
    case $masks in b*) all="$all,mask::$(letters "$g")" ;; esac
    case $masks in *d) all="$all,default:mask::$(letters "$g")" ;; esac
    setfacl --set "$all" -- "$p" 2>errors || { problem "cannot set the access control list"; broken=1; return; }
  done
}

# context USER TYPE RANGE PATHS: SELinux.
context() {
  [ -z "$broken" ] || return 0
  se_user=$1 se_type=$2 se_range=$3
  shift 3
  [ "$untouched" = "$NL" ] || eval "$filter"
  for p; do
    semanage fcontext -a ${se_user:+-s "$se_user"} -t "$se_type" ${se_range:+-r "$se_range"} "$p" 2>errors &&
      printf 'semanage %s\n' "$p" >&5 && restorecon -v "$p" >/dev/null 2>errors ||
      { problem "cannot set the SELinux context"; broken=1; return; }
  done
}

install_revision() {
  [ -d "$instructions" ] || mkdir -p "$instructions" 2>errors || { problem "cannot make $instructions"; return 1; }
  [ -z "$P_LINK" ] || refuse_link || return 1
  look && clean_up && copy && apply_permissions || return 1
  exec 5>&-
  # Blue/green it counts once the link names it.
  [ -n "$P_LINK" ] || installed "$P_ID"
}

# installed ID: whose scripts are the previous ones from now on.
installed() { printf '%s\n' "$1" >"$last_install.tmp" && mv "$last_install.tmp" "$last_install"; }
