# Sourced by scripts/release: the folder /usr/lib/penstock, as the tarball, the .deb and the .rpm have it.
# shellcheck shell=sh

# The Node.js that is packed: its npm package holds the program and the headers that native modules are built with.
node_version=24.22.3

# node_arch: what npm calls this machine.
node_arch() {
  case $(uname -m) in
    x86_64) echo x64 ;;
    aarch64) echo arm64 ;;
    *) fail "There is no recipe for $(uname -m): it would need a Node.js for it." ;;
  esac
}

# Every package of the repository that is published, as npm packs it, in $out/npm.
make_packages() {
  say 'Packing the npm packages'
  rm -rf "$out/npm" && mkdir -p "$out/npm"
  npm pack --workspaces --pack-destination "$out/npm" --silent >/dev/null
}

# Node.js itself, in $out/node; the answer is in $node_home.
make_node() {
  node_home=$out/node/node_modules/node-linux-$(node_arch)
  [ "$("$node_home/bin/node" --version 2>/dev/null)" = "v$node_version" ] && return 0
  say "Fetching Node.js $node_version"
  npm install --prefix "$out/node" --no-audit --no-fund --no-save --loglevel=error "node-linux-$(node_arch)@$node_version"
}

# $tree: the packages with what they need to run and nothing else, the native module built, Node.js, and the command.
make_tree() {
  make_node
  say 'Installing what runs, without what only builds and tests need'
  rm -rf "$tree" && mkdir -p "$tree/bin" "$tree/config"
  printf '{ "name": "penstock-installation", "version": "%s", "private": true }\n' "$version" >"$tree/package.json"
  (cd "$tree" && npm install --omit=dev --ignore-scripts --no-audit --no-fund --no-package-lock --loglevel=error "$out"/npm/*.tgz)
  make_native
  slim
  cp "$node_home/bin/node" "$tree/bin/node"
  cp config/penstock.yaml config/penstock.service "$tree/config/"
  cp -r config/proxy LICENSE CHANGELOG.md "$tree/"
  cat >"$tree/bin/penstock" <<'END'
#!/bin/sh
# The command, by the Node.js that its native modules were built for.
here=$(dirname "$(readlink -f "$0")")
exec "$here/node" "$here/../node_modules/@penstock/server/bin/penstock.js" "$@"
END
  chmod 755 "$tree/bin/penstock"
}

# better-sqlite3 for the Node.js that is packed; built once for each pair of versions.
make_native() {
  module=$tree/node_modules/better-sqlite3
  kept=$out/native/node-$node_version-sqlite-$(node -p "require('$module/package.json').version").node
  if [ ! -f "$kept" ]; then
    say 'Building better-sqlite3 (2 to 3 minutes)'
    (cd "$tree" && PATH="$node_home/bin:$PATH" npm_config_nodedir=$node_home npm rebuild better-sqlite3 --loglevel=error)
    mkdir -p "$out/native" && cp "$module/build/Release/better_sqlite3.node" "$kept"
  fi
  rm -rf "$module/build" && mkdir -p "$module/build/Release" && cp "$kept" "$module/build/Release/better_sqlite3.node"
  strip --strip-unneeded "$module/build/Release/better_sqlite3.node" 2>/dev/null || true
  # esbuild's program lies in a package of its own, for which its script only spares a process.
  "$node_home/bin/node" -e "new (require('$module'))(':memory:')" || fail 'better-sqlite3 was built, and cannot be loaded.'
}

# What no program reads: sources of what is compiled, forms for bundlers and browsers, types of other people's packages, maps.
slim() {
  modules=$tree/node_modules
  rm -rf "$modules/better-sqlite3/deps" "$modules/better-sqlite3/src" "$modules/cpu-features" "$modules/nan"
  find "$modules/@aws-sdk" "$modules/@smithy" "$modules/@aws" -depth -type d \( -name dist-es -o -name dist-types \) -exec rm -rf {} + 2>/dev/null || true
  find "$modules" -type f \( -name '*.map' -o -name '*.md' -o -name '*.markdown' -o -name '*.mts' -o -name '*.tsbuildinfo' \) -not -path '*/@penstock/*' -not -path '*/penstock-plugin-*' -delete
  find "$modules" -type f \( -name '*.js.map' -o -name '*.d.ts.map' -o -name '*.tsbuildinfo' \) -delete
  find "$modules" -type f -name '*.d.ts' -not -path '*/@penstock/*' -not -path '*/@types/*' -delete
  rm -rf "$modules"/penstock-plugin-*/src "$modules/@penstock/core/src"
}
