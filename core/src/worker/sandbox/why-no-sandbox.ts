/** How a sandbox's program failed: what node says of a child process. */
export interface SandboxFailure {
  readonly message: string
  readonly stderr?: string
  /** `ENOENT`, or an exit status. */
  readonly code?: string | number
}

const otherwise = {
  builds:
    'or have builds run in containers (worker.isolation: container), or, where every repository is trusted, with the rights of the server (worker.isolation: none)',
  plugins: 'or keep to plugins that you trust with all that the server can do',
}

/** What bwrap complains of, and what to do about it. */
const reasons: readonly { readonly says: RegExp; readonly why: string }[] = [
  {
    says: /No permissions to create (a )?new namespace|Creating new namespace failed|setting up uid map|need to be.*userns|unprivileged user namespaces|unshare failed|clone.*Operation not permitted/i,
    why: 'the kernel lets this user make no user namespaces: set sysctl user.max_user_namespaces (and kernel.unprivileged_userns_clone=1, or on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0), leave RestrictNamespaces out of a systemd unit',
  },
  {
    says: /Can't mount proc|mount.*proc.*Operation not permitted/i,
    why: 'this seems to be a container, whose /proc is covered: start it with --security-opt systempaths=unconfined --security-opt seccomp=unconfined',
  },
  {
    says: /Can't find source path (\S+)/,
    why: 'a folder that penstock.yaml opens (worker.sandbox) is not there, or not for the server to read',
  },
  {
    says: /Can't mkdir|Can't create file|Can't mount tmpfs/,
    why: 'a folder that penstock.yaml opens (worker.sandbox) stands where the sandbox needs one of its own: open a folder inside it instead',
  },
  { says: /^setpriv:/m, why: 'setpriv, of util-linux, refuses: it must be of version 2.33 or newer' },
  { says: /Unknown option/, why: 'bubblewrap is too old: 0.8 is needed' },
]

/** One sentence for the operator. */
export function whyNoSandbox(
  { message, stderr = '', code }: SandboxFailure,
  whose: keyof typeof otherwise = 'builds',
): string {
  const begin = `${whose} cannot be run in a sandbox on this machine`
  if (code === 'ENOENT') {
    return `${begin}: bubblewrap is not installed; install it (apt-get install bubblewrap, dnf install bubblewrap), ${otherwise[whose]}`
  }
  const said = stderr.trim().split('\n').at(-1) || message
  const why = reasons.find(({ says }) => says.test(stderr))?.why
  return `${begin}: ${said}${why === undefined ? '' : `; ${why}`}, ${otherwise[whose]}`
}
