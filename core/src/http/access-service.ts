/** Who is who: passwords, sessions, access keys, credentials of jobs, policies, and the audit log. */
import { createHash, randomBytes } from 'node:crypto'
import type { AccessKey, AuditEntry, ManagedPolicy, PolicyDocument, Principal } from '../domain/access.js'
import type { AccessStore, AuditStore, StoredUser } from '../domain/access-store.js'
import type { Clock } from '../domain/clock.js'
import { defined } from '../domain/defined.js'
import { Fault } from '../domain/faults.js'
import { allows, policyProblems } from '../domain/policy.js'
import type { SessionFacts, UserAdministration, UserFacts } from '../domain/user.js'
import type { Logger } from '../host/plugin.js'
import type { AccessService, Credentials } from '../host/services.js'
import { issueJobCredentials, jobCredentialLife, verifyJobCredentials } from './job-credentials.js'
import type { MasterKey } from './master-key.js'
import { issueOperatorCredentials, operatorCredentialLife, verifyOperatorCredentials } from './operator-credentials.js'
import { SignInGate } from './sign-in-gate.js'
import { base32, type SessionCredentials } from './signed-credentials.js'

type Policies = readonly (ManagedPolicy | PolicyDocument)[]

/** Twelve hours from the last use. */
export const sessionLife = 12 * 60 * 60_000
/** How seldom a session or a key in use is written back. */
const touchEvery = 60_000
/** How long another process's change to an access key may go unseen. */
const keyCacheLife = 5_000

/** Which objects a job may read and write, each as `bucket/key`. */
export type JobScope = (
  jobId: string,
) => Promise<{ readonly readable: readonly string[]; readonly writable: readonly string[] } | undefined>

export interface AccessParts {
  readonly store: AccessStore
  readonly audit: AuditStore
  readonly key: MasterKey
  readonly clock: Clock
  readonly accountId: string
  readonly jobScope: JobScope
  /** Hears of failed sign-ins. */
  readonly log?: Logger
}

export class Access implements AccessService, UserAdministration {
  private readonly gate: SignInGate
  private readonly keyCache = new Map<string, { credentials: Credentials; read: number; touched: number }>()

  constructor(private readonly parts: AccessParts) {
    this.gate = new SignInGate(parts.clock)
  }

  /** Errors: LimitExceededException for a name or an address that is locked, whatever the password. */
  async signIn(userName: string, password: string, from: string): Promise<Principal | undefined> {
    const answer = await this.gate
      .pass(userName, from, () => this.verified(userName, password))
      .catch((error) => {
        this.signInFailed('sign-in refused', userName, from)
        throw error
      })
    if (answer === undefined) this.signInFailed('sign-in failed', userName, from)
    return answer
  }

  private async verified(userName: string, password: string): Promise<Principal | undefined> {
    const user = await this.parts.store.user(userName)
    const { verify } = await import('@node-rs/argon2')
    const right = await verify(user?.passwordHash ?? nobodysHash, password) // the same work for a name that is not there
    return user && right && !user.disabled ? this.principal(user.name, user.policies) : undefined
  }

  /** For people, and for programs such as fail2ban. What is no user's name may be a password in the wrong field. */
  private signInFailed(message: string, userName: string, from: string): void {
    const shown = userNamePattern.test(userName) ? userName : '(no user name)'
    this.parts.log?.warn(message, { userName: shown, from, failures: this.gate.failures(userName, from) })
  }

  /** Adds a user or changes its password, which ends its sessions. Errors: ValidationException for a name, password or policy that cannot be. */
  async setPassword(userName: string, password: string, policies?: Policies): Promise<void> {
    checkUserName(userName)
    if (password.length < 12)
      throw new Fault(
        'ValidationException',
        `the password has ${password.length} characters, but must have at least 12`,
      )
    checkPolicies(policies ?? [])
    const known = await this.parts.store.user(userName)
    const { hash } = await import('@node-rs/argon2')
    await this.parts.store.putUser({
      name: userName,
      passwordHash: await hash(password),
      policies: policies ?? known?.policies ?? [],
      ...(known?.disabled ? { disabled: true } : {}),
    })
    await this.parts.store.deleteSessionsOf(userName)
  }

  async createUser(userName: string, password: string, policies: Policies): Promise<void> {
    if (await this.parts.store.user(userName))
      throw new Fault('ValidationException', `there is a user '${userName}' already`)
    await this.setPassword(userName, password, policies)
  }

  async changePassword(userName: string, password: string): Promise<void> {
    await this.known(userName)
    await this.setPassword(userName, password)
  }

  async changeOwnPassword(userName: string, oldPassword: string, password: string): Promise<void> {
    // As a sign-in: wrong ones make it slower, and are told to whoever watches.
    const known = await this.signIn(userName, oldPassword, 'change of password')
    if (!known) throw new Fault('AccessDeniedException', 'The old password is wrong')
    await this.setPassword(userName, password)
  }

  async listUsers(): Promise<readonly UserFacts[]> {
    const { store, clock } = this.parts
    const [users, keys, sessions] = await Promise.all([store.users(), store.accessKeys(), store.sessions()])
    const now = clock.now()
    return users.map(({ name, policies, disabled = false }) => ({
      userName: name,
      policies,
      enabled: !disabled,
      accessKeys: keys.filter(({ userName }) => userName === name).length,
      sessions: sessions.filter(({ userName, expires }) => userName === name && expires > now).length,
    }))
  }

  async deleteUser(userName: string): Promise<void> {
    this.keyCache.clear()
    if (!(await this.parts.store.deleteUser(userName))) throw noSuchUser(userName)
  }

  async setPolicies(userName: string, policies: Policies): Promise<void> {
    checkPolicies(policies)
    await this.parts.store.putUser({ ...(await this.known(userName)), policies })
  }

  async setDisabled(userName: string, disabled: boolean): Promise<void> {
    const { disabled: _, ...user } = await this.known(userName)
    await this.parts.store.putUser({ ...user, ...(disabled ? { disabled } : {}) })
    this.keyCache.clear()
    if (disabled) await this.parts.store.deleteSessionsOf(userName)
  }

  async listSessions(userName?: string): Promise<readonly SessionFacts[]> {
    const now = this.parts.clock.now()
    const open = (await this.parts.store.sessions(userName)).filter(({ expires }) => expires > now)
    return open.map(({ tokenHash, userName, expires, created, from }) => ({
      sessionId: tokenHash,
      userName,
      expires: new Date(expires),
      ...(created === undefined ? {} : { created: new Date(created) }),
      ...defined({ from }),
    }))
  }

  async endSessions(userName: string, sessionId?: string): Promise<void> {
    if (sessionId === undefined) return this.parts.store.deleteSessionsOf(userName)
    const found = (await this.parts.store.sessions(userName)).filter(({ tokenHash }) => tokenHash.startsWith(sessionId))
    if (found.length === 0) throw new Fault('ResourceNotFoundException', `'${userName}' has no session ${sessionId}`)
    for (const { tokenHash } of found) await this.parts.store.deleteSession(tokenHash)
  }

  private async known(userName: string): Promise<StoredUser> {
    const user = await this.parts.store.user(userName)
    if (!user) throw noSuchUser(userName)
    return user
  }

  async openSession(principal: Principal, from?: string): Promise<string> {
    const token = randomBytes(32).toString('base64url')
    const created = this.parts.clock.now()
    const expires = created + sessionLife
    await this.parts.store.addSession({
      tokenHash: sha256(token),
      userName: principal.name,
      expires,
      created,
      ...defined({ from }),
    })
    return token
  }

  async session(token: string): Promise<Principal | undefined> {
    const now = this.parts.clock.now()
    const hash = sha256(token)
    const session = await this.parts.store.session(hash)
    if (!session || session.expires <= now) return undefined
    const user = await this.parts.store.user(session.userName)
    if (!user || user.disabled) return undefined
    const expires = now + sessionLife
    if (expires - session.expires >= touchEvery) await this.parts.store.extendSession(hash, expires)
    return this.principal(user.name, user.policies)
  }

  async closeSession(token: string): Promise<void> {
    await this.parts.store.deleteSession(sha256(token))
  }

  async createAccessKey(
    userName: string,
    policies: Policies,
  ): Promise<AccessKey & { readonly secretAccessKey: string }> {
    checkUserName(userName)
    checkPolicies(policies)
    const accessKeyId = `AKIA${base32(randomBytes(16))}`
    const secretAccessKey = randomBytes(30).toString('base64')
    const key: AccessKey = { accessKeyId, userName, policies, created: this.parts.clock.now(), status: 'Active' }
    await this.parts.store.addAccessKey({ ...key, sealedSecret: this.parts.key.seal(secretAccessKey, accessKeyId) })
    return { ...key, secretAccessKey }
  }

  async deleteAccessKey(accessKeyId: string): Promise<void> {
    this.keyCache.delete(accessKeyId)
    const there = await this.parts.store.deleteAccessKey(accessKeyId)
    if (!there) throw new Fault('ResourceNotFoundException', `there is no access key '${accessKeyId}'`)
  }

  async listAccessKeys(): Promise<readonly AccessKey[]> {
    const keys = await this.parts.store.accessKeys()
    return keys.map(({ sealedSecret: _, ...key }) => key)
  }

  async credentials(accessKeyId: string, sessionToken?: string): Promise<Credentials | undefined> {
    const now = this.parts.clock.now()
    if (sessionToken !== undefined) {
      const { key, accountId } = this.parts
      const operator = verifyOperatorCredentials(key, accountId, { accessKeyId, sessionToken }, now)
      return operator ?? this.jobScoped(accessKeyId, sessionToken)
    }
    const cached = this.keyCache.get(accessKeyId)
    if (cached && now - cached.read < keyCacheLife) return cached.credentials
    const key = await this.parts.store.accessKey(accessKeyId)
    if (key?.status !== 'Active' || (await this.parts.store.user(key.userName))?.disabled) {
      this.keyCache.delete(accessKeyId)
      return undefined
    }
    const credentials = {
      secretAccessKey: this.parts.key.unseal(key.sealedSecret, accessKeyId),
      principal: this.principal(key.userName, key.policies),
    }
    const touched = cached?.touched ?? key.lastUsed ?? 0
    const touch = now - touched >= touchEvery
    this.keyCache.set(accessKeyId, { credentials, read: now, touched: touch ? now : touched })
    if (touch) await this.parts.store.touchAccessKey(accessKeyId, now)
    return credentials
  }

  async jobCredentials(jobId: string): Promise<SessionCredentials> {
    return issueJobCredentials(this.parts.key, jobId, this.parts.clock.now() + jobCredentialLife)
  }

  /** For the control socket: fifteen minutes for who may open the data folder. Not part of what plugins can ask for. */
  operatorCredentials(user: string): SessionCredentials {
    return issueOperatorCredentials(this.parts.key, user, this.parts.clock.now() + operatorCredentialLife)
  }

  allows(principal: Principal, action: string, resource: string): boolean {
    return allows(principal.policies, action, resource)
  }

  async audit(entry: Omit<AuditEntry, 'at'>): Promise<void> {
    await this.parts.audit.add({ ...entry, at: this.parts.clock.now() })
  }

  async auditLog(page: { readonly before?: number; readonly limit: number }): Promise<readonly AuditEntry[]> {
    return this.parts.audit.page(page.before, page.limit)
  }

  private async jobScoped(accessKeyId: string, sessionToken: string): Promise<Credentials | undefined> {
    const known = verifyJobCredentials(this.parts.key, accessKeyId, sessionToken, this.parts.clock.now())
    const scope = known && (await this.parts.jobScope(known.jobId))
    if (!known || !scope) return undefined
    const { jobId, secretAccessKey } = known
    const principal: Principal = {
      name: `job/${jobId}`,
      arn: `arn:aws:sts::${this.parts.accountId}:assumed-role/penstock-job/${jobId}`,
      policies: [jobPolicy(scope)],
    }
    return { secretAccessKey, principal, job: { jobId, ...scope } }
  }

  private principal(name: string, policies: Policies): Principal {
    return { name, arn: `arn:aws:iam::${this.parts.accountId}:user/${name}`, policies }
  }
}

function jobPolicy(scope: {
  readonly readable: readonly string[]
  readonly writable: readonly string[]
}): PolicyDocument {
  const arns = (objects: readonly string[]) => objects.map((object) => `arn:aws:s3:::${object}`)
  const results = ['codepipeline:GetJobDetails', 'codepipeline:PutJobSuccessResult', 'codepipeline:PutJobFailureResult']
  const allow = (Action: readonly string[], Resource: readonly string[]) =>
    Resource.length > 0 ? [{ Effect: 'Allow' as const, Action, Resource }] : []
  return {
    Statement: [
      ...allow(results, ['*']),
      ...allow(['s3:GetObject', 's3:GetObjectVersion'], arns(scope.readable)),
      ...allow(['s3:PutObject', 's3:AbortMultipartUpload'], arns(scope.writable)),
    ],
  }
}

/** The one door for policies: users, keys, files and the page. Errors: ValidationException with every problem. */
function checkPolicies(policies: Policies): void {
  const problems = policies.flatMap(policyProblems)
  if (problems.length > 0) throw new Fault('ValidationException', problems.join('; '))
}

const userNamePattern = /^[\w+=,.@-]{1,64}$/

const noSuchUser = (userName: string) =>
  new Fault('ResourceNotFoundException', `there is no user '${userName}': penstock user list shows them`)

function checkUserName(name: string): void {
  if (userNamePattern.test(name)) return
  throw new Fault('ValidationException', `the user's name is '${name}', but must be 1 to 64 letters, digits or _+=,.@-`)
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** The hash of a password that nobody has, with argon2's default cost. */
const nobodysHash = '$argon2id$v=19$m=19456,t=2,p=1$iKB0+HPvOLF9msq9ViEmEg$yQ8q5H1EKzijSyj5lnttHPSIeBkwvoxvlfOTzVz1EeE'
