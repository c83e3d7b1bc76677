/** Fetching with the git program, where there is one: least memory, and it knows every server. */
import { mkdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type CommitInfo, parseCommit } from './commit.js'
import { type Extras, explainExtras, lfsUrl, serverOf } from './extras.js'
import { GitError } from './git-error.js'
import { isLocalUrl } from './local.js'
import { authorization, type GitRemote } from './remote.js'
import { type CommandResult, runCommand } from './run-command.js'
import { lookUpHost } from './safe-lookup.js'
import { explainSsh, isSshUrl, sshEnvironment } from './ssh.js'
import { describeUnfetched } from './unfetched.js'

export interface FetchRequest {
  readonly remote: GitRemote
  /** Where the repository answered last: the remote's URL, unless it moved within its host. */
  readonly url: string
  readonly commit: string
  /** Searched for the commit when the server does not give commits by their ids. */
  readonly branch: string
  /** Gets the commit's files. What is there, perhaps from an interrupted fetch, is deleted first. */
  readonly folder: string
  /** For git's own data; deleted first, too. The folder's `.git` when history is kept. */
  readonly gitFolder: string
  /** Fetches the whole branch and leaves a usable repository in the folder. */
  readonly history: boolean
  readonly signal: AbortSignal
  /** Runs the one command that is needed, as a job's step; as a child process when absent. */
  readonly runner?: CommandRunner
  /** Is told what the folder does not hold, a line for each kind. */
  readonly notice?: (line: string) => void
  /** What is done about submodules and files of Git LFS. */
  readonly extras?: Extras
  /** What the server may send where there is no git program, which alone does not hold it all in memory. 256 MB when absent. */
  readonly maxBytes?: number
}

/** Runs a command with an environment. The command is the same for every commit; what differs is in the environment. */
export type CommandRunner = (
  command: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
) => Promise<CommandResult>

/*
 * By id first: one commit's files and nothing else. A server that refuses (protocol 0 without allowReachableSHA1InWant)
 * is asked for its branch, deeper and deeper until the commit is in it.
 */
const fetchScript = `
set -u
url=$FETCH_URL commit=$FETCH_COMMIT ref=$FETCH_REF history=$FETCH_HISTORY
command -v git >/dev/null || exit 127
rm -rf "$GIT_WORK_TREE" "$GIT_DIR" && mkdir -p "$GIT_WORK_TREE" "$GIT_DIR" && cd "$GIT_DIR" || exit 73
have() { git cat-file -e "$commit^{commit}" 2>/dev/null; }
# One commit deep where the server gives commits by their ids, and theirs in turn.
submodules() (
  cd "$1" || exit 73
  git submodule --quiet init || exit 74
  git config --get-regexp '^submodule\\..*\\.url$' | while read -r key where; do
    case $where in "$FETCH_SERVER"*) ;; *) echo "\${key%.url} is at $where" >&2; exit 76 ;; esac
  done || exit
  git submodule --quiet update --depth 1 2>/dev/null || git submodule --quiet update || exit 74
  git config -f .gitmodules --get-regexp '^submodule\\..*\\.path$' | while read -r key path; do
    [ ! -f "$path/.gitmodules" ] || (unset GIT_DIR GIT_WORK_TREE; submodules "$path") || exit
  done
)
git init --quiet $FETCH_INIT || exit 70
if [ "$history" = 1 ]; then
  git fetch --quiet --update-head-ok "$url" "+$ref:$ref" 'refs/tags/*:refs/tags/*' || exit 71
  have || git fetch --quiet --no-tags "$url" "$commit" || exit 72
else
  git fetch --quiet --no-tags --depth=1 "$url" "$commit" 2>first-error
  if ! have; then
    if grep -q 'dumb http' first-error; then
      git fetch --quiet --no-tags "$url" "+$ref:refs/penstock/branch" || exit 71
    else
      cat first-error >&2
    fi
    have || for depth in 1 50 500 5000; do
      git fetch --quiet --no-tags --depth=$depth "$url" "+$ref:refs/penstock/branch" || exit 71
      have && break
    done
    have || [ ! -f shallow ] || git fetch --quiet --no-tags --unshallow "$url" "+$ref:refs/penstock/branch"
  fi
  rm -f first-error
fi
have || exit 72
if [ "$history" = 1 ]; then
  git checkout --quiet --force -B "\${ref#refs/heads/}" "$commit" || exit 73
  git remote add origin "$url"
else
  git checkout --quiet --force --detach "$commit" || exit 73
fi
# In the folder for git's data, paths would begin there.
cd "$GIT_WORK_TREE" || exit 73
modules=$(git ls-tree -r "$commit" | awk '$1 == 160000 { n++ } END { print n + 0 }')
if [ "$modules" != 0 ] && [ "$FETCH_SUBMODULES" = fetch ]; then
  git config remote.origin.url "$url"
  submodules "$GIT_WORK_TREE" || exit
  # Their data is git's own, and stays behind when the files alone are wanted.
  [ "$history" = 1 ] || find "$GIT_WORK_TREE" -mindepth 2 -name .git -type f -exec rm -f {} +
else
  echo "submodules $modules"
  [ "$modules" = 0 ] || [ "$FETCH_SUBMODULES" != refuse ] || exit 75
fi
if git grep --quiet --cached 'filter *=' -- '.gitattributes' '**/.gitattributes'; then
  git ls-files | git check-attr --stdin filter | awk -F': filter: ' '
    $NF !~ /^(unspecified|unset|set|lfs)$/ { n[$NF]++ } END { for (name in n) print "filter", n[name], name }'
  pointers=$(git grep -l --cached --text '^version https://git-lfs.github.com/spec/' -- ':(attr:filter=lfs)' | wc -l)
  if [ "$pointers" -gt 0 ] && [ "$FETCH_LFS" = fetch ]; then
    command -v git-lfs >/dev/null || { echo "lfs $pointers"; exit 77; }
    [ -z "$FETCH_LFS_URL" ] || git config lfs.url "$FETCH_LFS_URL"
    git config remote.origin.url "$url"
    { git lfs install --local --skip-repo && git lfs pull origin; } >/dev/null || exit 78
  else
    echo "lfs $((pointers))"
    [ "$pointers" -eq 0 ] || [ "$FETCH_LFS" != refuse ] || exit 75
  fi
fi
echo
git cat-file commit "$commit"
`

/** Fetches a commit's files. Errors: GitError; ENOENT when there is no git program. */
export async function fetchWithGit(request: FetchRequest): Promise<CommitInfo> {
  const { remote, url, commit, branch, folder, gitFolder, history, signal, extras = {} } = request
  const env = {
    ...gitEnvironment(remote, url, await lookUpHost(url), extras.submodules === 'fetch'),
    GIT_DIR: gitFolder,
    GIT_WORK_TREE: folder,
    FETCH_URL: url,
    FETCH_COMMIT: commit,
    FETCH_REF: `refs/heads/${branch}`,
    FETCH_HISTORY: history ? '1' : '0',
    FETCH_INIT: initOption(commit),
    FETCH_SUBMODULES: extras.submodules ?? 'notice',
    FETCH_LFS: extras.lfs ?? 'notice',
    FETCH_LFS_URL: lfsUrl(url) ?? '',
    FETCH_SERVER: serverOf(url),
  }
  const asChild: CommandRunner = (command, env) => runCommand(command, { cwd: dirname(folder), env, signal })
  const done = await (request.runner ?? asChild)(['sh', '-c', fetchScript], env)
  if (done.exitCode === 0) return readAnswer(request, done.stdout)
  throw explainFailure(request, done)
}

/** `submodules 2`, `lfs 1`, `filter 3 NAME`, an empty line, and the commit object. */
function readAnswer({ commit, notice = () => {} }: FetchRequest, stdout: Buffer): CommitInfo {
  const end = stdout.indexOf('\n\n')
  const unfetched = { submodules: 0, lfs: 0, filters: {} as Record<string, number>, encodings: {} }
  for (const line of stdout.toString('utf8', 0, end).split('\n')) {
    const [kind, count, ...name] = line.split(' ')
    if (kind === 'submodules' || kind === 'lfs') unfetched[kind] = Number(count)
    else if (kind === 'filter') unfetched.filters[name.join(' ')] = Number(count)
  }
  for (const line of describeUnfetched(unfetched)) notice(line)
  return parseCommit(commit, stdout.subarray(end + 2))
}

/** What `git init` has to be told so that a commit with such an id can be fetched: repositories come with SHA-1 or SHA-256. */
export function initOption(commit: string): string {
  return commit.length === 64 ? '--object-format=sha256' : '--object-format=sha1'
}

/** Makes both folders anew. */
export async function emptyFolders({ folder, gitFolder }: Pick<FetchRequest, 'folder' | 'gitFolder'>): Promise<void> {
  for (const path of [gitFolder, folder]) await rm(path, { recursive: true, force: true })
  for (const path of [folder, gitFolder]) await mkdir(path, { recursive: true })
}

/**
 * An environment in which git reads nobody's configuration, asks nobody anything, goes nowhere else than to `url`, and
 * has its credentials where no command line and no file shows them; for submodules they are the whole server's.
 * `addresses`: the only ones where it looks for the host.
 */
export function gitEnvironment(
  remote: GitRemote,
  url: string,
  addresses: readonly string[] = [],
  wholeServer = false,
): Record<string, string> {
  const allowed = authorization(remote)
  const isLocal = isLocalUrl(url)
  const settings: [name: string, value: string][] = [
    ['protocol.version', '2'],
    ['protocol.allow', 'never'],
    ['protocol.http.allow', 'always'],
    ['protocol.https.allow', 'always'],
    ...(isSshUrl(url) ? [['protocol.ssh.allow', 'always'] as [string, string]] : []),
    ...(isLocal ? localSettings(url) : []),
    ['http.followRedirects', 'false'],
    ['http.lowSpeedLimit', '1000'],
    ['http.lowSpeedTime', '60'],
    ['credential.helper', ''],
    ['init.defaultBranch', 'main'],
    ['init.templateDir', ''],
    ['gc.auto', '0'],
    ['maintenance.auto', 'false'],
    ['advice.detachedHead', 'false'],
    ['core.hooksPath', '/dev/null'],
    ...pinned(url, addresses),
    ...(remote.caFile === undefined ? [] : [['http.sslCAInfo', remote.caFile] as [string, string]]),
    ...(allowed === undefined
      ? []
      : [[`http.${wholeServer ? serverOf(url) : url}.extraHeader`, `Authorization: ${allowed}`] as [string, string]]),
  ]
  const env: Record<string, string> = {
    PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: '/nonexistent',
    LC_ALL: 'C.UTF-8',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: 'true',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_COUNT: String(settings.length),
    ...(isSshUrl(url) ? sshEnvironment(remote.ssh) : {}),
  }
  settings.forEach(([name, value], index) => {
    env[`GIT_CONFIG_KEY_${index}`] = name
    env[`GIT_CONFIG_VALUE_${index}`] = value
  })
  return passedOn(env)
}

/** A name that was looked at must not lead elsewhere a moment later. */
function pinned(url: string, addresses: readonly string[]): [string, string][] {
  if (addresses.length === 0 || !/^https?:/.test(url)) return []
  const { hostname, port, protocol } = new URL(url)
  const listed = addresses.map((address) => (address.includes(':') ? `[${address}]` : address)).join(',')
  return [['http.curloptResolve', `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}:${listed}`]]
}

/**
 * Folders of other users are read, too: the operator has named them. What serves them is a process of its own, which is told
 * by its command line alone.
 */
function localSettings(url: string): [name: string, value: string][] {
  return [
    ['protocol.file.allow', 'always'],
    [`remote.${url}.uploadpack`, "git -c 'safe.directory=*' upload-pack"],
    ['remote.origin.uploadpack', "git -c 'safe.directory=*' upload-pack"],
  ]
}

/** Git takes proxies from the same variables as other programs do. */
function passedOn(env: Record<string, string>): Record<string, string> {
  for (const name of ['http_proxy', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY', 'all_proxy', 'ALL_PROXY']) {
    const value = process.env[name]
    if (value !== undefined) env[name] = value
  }
  return env
}

function explainFailure(request: FetchRequest, { exitCode, stdout, stderr }: CommandResult): GitError | Error {
  const { remote, commit, branch } = request
  const said = stderr === '' ? '' : `: ${lastLines(stderr)}`
  if (exitCode === 127) return noGitProgram()
  if (exitCode === 72) {
    return new GitError(
      'no-commit',
      `${remote.url} has no commit ${commit} on its branch ${branch} any more (was it force-pushed?): release a newer change`,
    )
  }
  const extra = explainExtras(remote.url, exitCode, stdout.toString(), stderr)
  if (extra !== undefined) return extra
  const overSsh = isSshUrl(remote.url) ? explainSsh(remote.url, stderr) : undefined
  if (overSsh !== undefined) return overSsh
  if (exitCode === 73) return new Error(`the files of ${commit} from ${remote.url} could not be written${said}`)
  return new GitError(
    exitCode === 70 ? 'server' : 'unreachable',
    `fetching ${commit} from ${remote.url} (branch ${branch}) failed${said}`,
  )
}

function lastLines(text: string): string {
  return text.split('\n').slice(-3).join(' ').slice(-500)
}

/** What a fetch without a git program ends with. */
export function noGitProgram(): Error {
  return Object.assign(new Error('there is no git program on the PATH: install it with apt-get install git'), {
    code: 'ENOENT',
  })
}

/** True for what says that there is no git program. */
export function isNoGitProgram(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
