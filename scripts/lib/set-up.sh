# Sourced, from the repository's root, by the scripts beside this folder. Each function does its part once, says what
# takes long, and is quick when there is nothing to do.
# shellcheck shell=sh

say() { printf '%s\n' "$*"; }
fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# Node.js 20.19 or newer: the one on the PATH, else one from npm in a folder of this repository.
need_node() {
  node_is_new_enough && return 0
  command -v npm >/dev/null 2>&1 ||
    fail 'Node.js is not on the PATH, or too old, and npm is not there to get one: install Node.js 20.19 or newer (https://nodejs.org; Debian: apt-get install npm).'
  case $(uname -m) in x86_64) arch=x64 ;; aarch64) arch=arm64 ;; *) fail "Please install Node.js 20.19 or newer (https://nodejs.org)." ;; esac
  home=$PWD/.node/node_modules/node-linux-$arch
  if [ ! -x "$home/bin/node" ]; then
    say "Getting Node.js 24 from npm: this machine has $(node --version 2>/dev/null || echo none)"
    npm install --prefix .node --no-save --no-audit --no-fund --loglevel=error "node-linux-$arch@24" ||
      fail 'npm could not get it: please install Node.js 20.19 or newer (https://nodejs.org).'
  fi
  PATH=$home/bin:$PATH
  # Its own headers, for what is compiled: others would make modules for the Node.js that is too old.
  npm_config_nodedir=$home
  export PATH npm_config_nodedir
  node_is_new_enough || fail "Node.js $(node --version) is too old: install version 20.19 or newer (https://nodejs.org)."
}

node_is_new_enough() {
  command -v node >/dev/null 2>&1 &&
    node -e 'var v = process.versions.node.split(".").map(Number); process.exit(v[0] > 20 || (v[0] === 20 && v[1] >= 19) ? 0 : 1)'
}

# The Debian packages in scripts/lib/packages; with arguments, only those.
need_packages() {
  [ $# -gt 0 ] || set -- $(grep -v '^#' scripts/lib/packages)
  missing=''
  for package in "$@"; do
    has_package "$package" || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  as_root=''
  [ "$(id -u)" = 0 ] || as_root='sudo -n'
  if ! command -v apt-get >/dev/null 2>&1 || ! $as_root true 2>/dev/null; then
    fail "Please install these programs, then run this again (Debian: sudo apt-get install$missing)."
  fi
  say "Installing Debian packages:$missing"
  install_packages $missing || fail "apt-get could not install them; please run: sudo apt-get install$missing"
}

# By dpkg, or where the machine got it elsewhere, by its command.
has_package() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ] && return 0
  case $1 in
    git | ruby | rake | chromium | zip | unzip | rsync | curl | openssl | busybox | sudo) command -v "$1" >/dev/null 2>&1 ;;
    bundler) command -v bundle >/dev/null 2>&1 ;;
    acl) command -v setfacl >/dev/null 2>&1 ;;
    openssh-client) command -v ssh >/dev/null 2>&1 ;;
    openssh-server) [ -x /usr/sbin/sshd ] ;;
    awscli) [ -x /usr/bin/aws ] ;; # a wrapper on the PATH may stand for none
    libarchive-tools) command -v bsdtar >/dev/null 2>&1 ;;
    ruby-*) command -v gem >/dev/null 2>&1 && gem list -i "^${1#ruby-}\$" >/dev/null 2>&1 ;;
    *) return 1 ;;
  esac
}

# Installs without letting the packages start their services: nothing that this starts may outlive it.
install_packages() (
  policy=/usr/sbin/policy-rc.d
  if [ ! -e $policy ]; then
    trap '$as_root rm -f $policy' EXIT
    printf '#!/bin/sh\nexit 101\n' | $as_root tee $policy >/dev/null
    $as_root chmod 755 $policy
  fi
  $as_root apt-get update -qq &&
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >/dev/null
)

# node_modules as package-lock.json has it, and what must be compiled. `npm ci` is not used: it refuses locks without other
# platforms' binaries.
need_modules() {
  need_javascript
  need_native
}

# node_modules but for what packages compile: enough for everything that runs nothing of ours.
need_javascript() {
  command -v npm >/dev/null 2>&1 || fail 'npm is not on the PATH: it comes with Node.js (Debian: apt-get install npm).'
  [ node_modules/.package-lock.json -nt package-lock.json ] && [ node_modules/.package-lock.json -nt package.json ] && return 0
  say 'Installing npm packages'
  mkdir -p node_modules && touch node_modules/.scripts-due
  npm install --ignore-scripts --no-progress --loglevel=error ||
    fail 'npm install failed: see above. It needs the npm registry or a filled npm cache.'
  touch node_modules/.package-lock.json
}

# What was compiled fits this Node.js: not after a change of it, or an installation without scripts.
need_native() {
  if [ -e node_modules/.scripts-due ]; then
    say "Building what packages compile, for Node.js $(node --version) (better-sqlite3 takes 2 to 3 minutes)"
    npm rebuild --no-bin-links --loglevel=error || true
    native_fits && rm -f node_modules/.scripts-due
  fi
  native_fits && return 0
  say "Building better-sqlite3 for Node.js $(node --version) (2 to 3 minutes)"
  npm rebuild better-sqlite3 --loglevel=error || true
  native_fits && return 0
  # npm may build by the headers of another Node.js that it was told of: those beside this one are right.
  home=$(dirname "$(dirname "$(node -p process.execPath)")")
  [ -d "$home/include/node" ] && npm_config_nodedir=$home npm rebuild better-sqlite3 --loglevel=error
  native_fits || fail 'better-sqlite3 does not fit this Node.js, and could not be built: it needs g++, make and python3 (Debian: apt-get install g++ make python3).'
  rm -f node_modules/.scripts-due
}

native_fits() {
  node -e 'new (require("better-sqlite3"))(":memory:")' 2>/dev/null
}

# The native compiler, ten times as fast as the one in JavaScript; that one stays for tools that need its API.
tsc() {
  node node_modules/typescript-native/bin/tsc "$@"
}

# Everything compiled, in core/dist and plugins/*/dist.
need_build() {
  say 'Building'
  tsc -b || fail 'The build failed: see the errors above.'
}
