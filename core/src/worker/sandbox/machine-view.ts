import { existsSync, lstatSync, readlinkSync } from 'node:fs'

/** Names in /etc. Of it a build sees what programs need to find names, certificates and their settings; nothing that holds a secret. */
const names = [
  ...['hosts', 'host.conf', 'resolv.conf', 'nsswitch.conf', 'gai.conf', 'services', 'protocols', 'networks'],
  ...['ssl', 'ca-certificates', 'ca-certificates.conf', 'pki', 'crypto-policies', 'gss'],
  ...['localtime', 'timezone', 'locale.alias', 'locale.conf', 'default/locale', 'mime.types', 'magic', 'magic.mime'],
  ...['ld.so.cache', 'ld.so.conf', 'ld.so.conf.d', 'alternatives', 'debian_version', 'os-release', 'lsb-release'],
  ...['system-release', 'redhat-release', 'amazon-linux-release', 'profile', 'profile.d', 'bash.bashrc', 'bashrc'],
  ...['inputrc', 'login.defs', 'shells', 'gitconfig', 'ssh/ssh_config', 'ssh/ssh_config.d', 'ssh/ssh_known_hosts'],
  ...['fonts', 'perl', 'python3', 'php', 'java', 'maven', 'gradle', 'texmf', 'ImageMagick-6', 'ImageMagick-7'],
  ...['chromium', 'chromium.d', 'terminfo', 'xdg', 'rpm', 'dpkg', 'mke2fs.conf', 'papersize'],
]

/** Debian's Java keeps half of itself in /etc, under a name for each version. */
const java = [8, 11, 17, 21, 25].map((version) => `java-${version}-openjdk`)

export const etcNames: readonly string[] = [...names, ...java]

/** Beside /usr: where packages and package managers put programs and libraries. */
const programs = ['/opt', '/var/lib/gems', '/nix/store', '/gnu/store', '/home/linuxbrew/.linuxbrew', '/snap']

/** How many processors there are and how they are built; Java, Go and Chromium ask. */
const hardware = ['/sys/devices/system/cpu', '/sys/devices/system/node', '/sys/devices/virtual/dmi/id']

/** What of the machine every sandbox shows beside /etc, as options of bwrap. */
export function machineView(): readonly string[] {
  const view = ['--ro-bind', '/usr', '/usr']
  for (const path of ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32']) view.push(...likeTheMachine(path))
  for (const path of [...programs, ...hardware]) if (existsSync(path)) view.push('--ro-bind', path, path)
  return view
}

/** With a merged /usr these are links, and stay links. */
export function likeTheMachine(path: string): readonly string[] {
  if (!existsSync(path)) return []
  return lstatSync(path).isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path]
}
