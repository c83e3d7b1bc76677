# Sourced by scripts/release: the .deb, from $tree.
# shellcheck shell=sh

make_deb() {
  say 'Making the .deb'
  root=$out/deb
  rm -rf "$root"
  lay_out "$root"
  mkdir -p "$root/DEBIAN"
  for script in preinst postinst prerm postrm; do
    [ -f "scripts/package/deb/$script" ] && install -m 755 "scripts/package/deb/$script" "$root/DEBIAN/$script"
  done
  echo /etc/penstock/penstock.yaml >"$root/DEBIAN/conffiles"
  sed -e "s/@VERSION@/$version/" -e "s/@ARCH@/$(dpkg --print-architecture)/" -e "s/@SIZE@/$(du -sk "$root" | cut -f1)/" \
    scripts/package/deb/control >"$root/DEBIAN/control"
  deb=$out/penstock_${version}_$(dpkg --print-architecture).deb
  dpkg-deb --root-owner-group -Zxz -z6 --build "$root" "$deb" >/dev/null
  rm -rf "$root"
  say "$deb ($(du -h "$deb" | cut -f1))"
}

# lay_out ROOT: the files of a package below ROOT, for dpkg and rpm alike.
lay_out() {
  mkdir -p "$1/usr/lib" "$1/usr/bin" "$1/etc/penstock" "$1/usr/lib/systemd/system" "$1/usr/share/doc/penstock"
  cp -a "$tree" "$1/usr/lib/penstock"
  ln -s ../lib/penstock/bin/penstock "$1/usr/bin/penstock"
  sed 's|^# dataDir: .penstock  *|dataDir: /var/lib/penstock      |' config/penstock.yaml >"$1/etc/penstock/penstock.yaml"
  grep -q '^dataDir: /var/lib/penstock' "$1/etc/penstock/penstock.yaml" || fail 'config/penstock.yaml has no line for dataDir.'
  chmod 640 "$1/etc/penstock/penstock.yaml"
  sed -e '1s|.*|# /usr/lib/systemd/system/penstock.service|' \
    -e 's|^Documentation=.*|Documentation=file:/usr/share/doc/penstock/README.md|' \
    -e 's|^ExecStart=.*|ExecStart=/usr/bin/penstock serve --config /etc/penstock/penstock.yaml|' \
    config/penstock.service >"$1/usr/lib/systemd/system/penstock.service"
  cp README.md CHANGELOG.md SECURITY.md LICENSE "$1/usr/share/doc/penstock/"
  cp -r config/proxy config/hardening.md "$1/usr/share/doc/penstock/"
}
