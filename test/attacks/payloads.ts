/** What somebody might try who can push to a repository that is built: harmless here, and each says GOT where it got through. */

/** Where the attacked server's things are, as a build that knows the machine would guess them. */
export interface Target {
  readonly dataFolder: string
  readonly serverPid: number
}

export interface Payload {
  readonly name: string
  readonly script: (target: Target) => string
}

/** A line of the victim's own, in its workspace; payloads look for it without containing it. */
export const treasure = 'words of the victim'

/** What the server's environment holds. */
export const serverSecret = 'ATTACKED_SERVER_SECRET'

/** What a process that wants to stay looks like from outside. */
export const leftBehind = ['sleep 54.321', 'sleep 54.322']

const got = (test: string) => `if ${test} >/dev/null 2>&1; then echo GOT; fi`

export const payloads: readonly Payload[] = [
  { name: 'master-key', script: ({ dataFolder }) => got(`test -r '${dataFolder}/secrets/master.key'`) },
  { name: 'password', script: ({ dataFolder }) => got(`test -r '${dataFolder}/secrets/initialAdminPassword'`) },
  { name: 'named-secret', script: ({ dataFolder }) => got(`cat '${dataFolder}/secrets/named/deploy-key'`) },
  { name: 'database', script: ({ dataFolder }) => got(`test -r '${dataFolder}/penstock.db'`) },
  { name: 'configuration', script: ({ dataFolder }) => got(`test -s '${dataFolder}/../penstock.yaml'`) },
  { name: 'socket', script: ({ dataFolder }) => got(`test -S '${dataFolder}/control/socket'`) },
  { name: 'logs', script: ({ dataFolder }) => got(`ls '${dataFolder}/logs'`) },
  { name: 'workspaces', script: ({ dataFolder }) => got(`grep -rs 'words of the [v]ictim' '${dataFolder}/work'`) },
  {
    name: 'environment',
    script: () => got(`sh -c 'cat /proc/[0-9]*/environ 2>/dev/null | grep -a "ATTACKED_SERVER_[S]ECRET"'`),
  },
  { name: 'processes', script: ({ serverPid }) => got(`kill -0 ${serverPid}`) },
  { name: 'memory-of-others', script: ({ serverPid }) => got(`head -c 1 /proc/${serverPid}/maps`) },
  { name: 'data-folder', script: ({ dataFolder }) => got(`touch '${dataFolder}/written'`) },
  { name: 'beside-data', script: ({ dataFolder }) => got(`touch '${dataFolder}/../written'`) },
]

/** Seen from outside only: processes that leave their session, their parent and their environment. */
export const leaver = `env -i setsid sleep 54.321 >/dev/null 2>&1 </dev/null &
(setsid sleep 54.322 >/dev/null 2>&1 </dev/null &)
sleep 0.3`

/** Each takes more than the limits of its pipeline, and must be told so. */
export const greed: readonly { readonly name: string; readonly script: string; readonly says: RegExp }[] = [
  {
    name: 'memory',
    script: 'x=$(head -c 100000000 /dev/zero | tr "\\0" x); sleep 30',
    says: /used more than 64 MiB of memory/,
  },
  {
    name: 'processes',
    script: 'i=0; while [ $i -lt 60 ]; do sleep 30 & i=$((i+1)); done; wait',
    says: /used more than 40 processes/,
  },
  { name: 'one-file', script: 'head -c 40000000 /dev/zero >large', says: /used more than 16 MiB of disk/ },
  {
    name: 'many-files',
    script: 'i=0; while [ $i -lt 40 ]; do head -c 1000000 /dev/zero >small$i; i=$((i+1)); done; sleep 30',
    says: /used more than 16 MiB of disk/,
  },
  {
    name: 'quick', // over before anybody looks
    script: 'head -c 9000000 /dev/zero >one; head -c 9000000 /dev/zero >two',
    says: /failed: it used more than 16 MiB of disk/,
  },
  {
    name: 'empty-files',
    script: 'mkdir d; cd d; i=0; while [ $i -lt 600 ]; do : >$i; i=$((i+1)); done; sleep 30',
    says: /used more than 500 files/,
  },
  {
    name: 'no-names',
    script: 'for n in 3 4 5; do eval "exec $n>x"; rm x; head -c 9000000 /dev/zero >&$n; done; sleep 30',
    says: /used more than 16 MiB of disk/,
  },
  {
    name: 'log',
    script: 'i=0; while [ $i -lt 4 ]; do head -c 1000000 /dev/zero | tr "\\0" x; i=$((i+1)); done; sleep 30',
    says: /used more than 2 MiB of log/,
  },
  { name: 'processor', script: 'while :; do :; done', says: /used more than 2 s of processor time/ },
]
