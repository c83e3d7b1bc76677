import { existsSync, lstatSync, readlinkSync, realpathSync } from 'node:fs'
import { join } from 'node:path'

/** Of /etc a build sees what programs need to find names, certificates and their settings; nothing that holds a secret. */
const etc = [
  ...['hosts', 'host.conf', 'resolv.conf', 'nsswitch.conf', 'gai.conf', 'services', 'protocols', 'networks'],
  ...['ssl', 'ca-certificates', 'ca-certificates.conf', 'pki', 'crypto-policies', 'gss'],
  ...['localtime', 'timezone', 'locale.alias', 'locale.conf', 'default/locale', 'mime.types', 'magic', 'magic.mime'],
  ...['ld.so.cache', 'ld.so.conf', 'ld.so.conf.d', 'alternatives', 'debian_version', 'os-release', 'lsb-release'],
  ...['system-release', 'redhat-release', 'amazon-linux-release', 'profile', 'profile.d', 'bash.bashrc', 'bashrc'],
  ...['inputrc', 'login.defs', 'shells', 'gitconfig', 'ssh/ssh_config', 'ssh/ssh_config.d', 'ssh/ssh_known_hosts'],
  ...['fonts', 'perl', 'python3', 'php', 'java', 'maven', 'gradle', 'texmf', 'ImageMagick-6', 'ImageMagick-7'],
  ...['chromium', 'chromium.d', 'terminfo', 'xdg', 'rpm', 'dpkg', 'mke2fs.conf', 'papersize'],
]

/** Beside /usr: where packages and package managers put programs and libraries. */
const programs = ['/opt', '/var/lib/gems', '/nix/store', '/gnu/store', '/home/linuxbrew/.linuxbrew', '/snap']

/** How many processors there are and how they are built; Java, Go and Chromium ask. */
const hardware = ['/sys/devices/system/cpu', '/sys/devices/system/node', '/sys/devices/virtual/dmi/id']

/** What of the machine every sandbox shows, as options of bwrap. Links are followed: the place in the sandbox stays the same. */
export function machineView(): readonly string[] {
  const view = ['--ro-bind', '/usr', '/usr']
  for (const path of ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32']) view.push(...likeTheMachine(path))
  for (const path of [...programs, ...hardware]) if (existsSync(path)) view.push('--ro-bind', path, path)
  for (const name of etc) view.push(...ofEtc(join('/etc', name)))
  return [...view, ...javaFolders()]
}

/** With a merged /usr these are links, and stay links. */
function likeTheMachine(path: string): readonly string[] {
  if (!existsSync(path)) return []
  return lstatSync(path).isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path]
}

function ofEtc(path: string): readonly string[] {
  return existsSync(path) ? ['--ro-bind', realpathSync(path), path] : []
}

/** Debian's Java keeps half of itself in /etc/java-17-openjdk, under a name for each version. */
function javaFolders(): readonly string[] {
  const versions = [8, 11, 17, 21, 25].map((version) => `/etc/java-${version}-openjdk`)
  return versions.flatMap((path) => ofEtc(path))
}
