/** One cluster with one service after ECS' own rules, of our making: a deployment takes looks, and may be given up. */
import { type AwsAnswers, AwsError } from '@penstock/core/testkit'

interface Deployment {
  id: string
  status: 'PRIMARY' | 'ACTIVE'
  taskDefinition: string
  desiredCount: number
  runningCount: number
  pendingCount: number
  failedTasks: number
  rolloutState?: string
  rolloutStateReason?: string
}

interface Definition {
  readonly family: string
  readonly revision: number
  readonly containerDefinitions: readonly { readonly name: string; readonly image: string }[]
  readonly [other: string]: unknown
}

const prefix = 'arn:aws:ecs:eu-central-1:000000000000:task-definition/'

export class FakeCluster {
  private ids = 0
  readonly definitions: Definition[] = [
    {
      family: 'site',
      revision: 1,
      containerDefinitions: [
        { name: 'web', image: 'site:1' },
        { name: 'proxy', image: 'proxy:1' },
      ],
      cpu: '256',
      networkMode: 'awsvpc',
      status: 'ACTIVE',
      registeredBy: 'somebody',
    },
  ]
  deployments: Deployment[] = [this.deployment('site:1', 'COMPLETED')]
  controller = 'ECS'
  /** What becomes of the next deployments. */
  ends: 'complete' | 'never' | 'breaker' | 'rollback' = 'complete'
  /** Without roll-out states, as older servers tell it. */
  plain = false
  readonly tags = [{ key: 'team', value: 'web' }]
  readonly answers: AwsAnswers = {
    DescribeServices: ({ cluster, services: [name] }) => {
      if (cluster !== 'main') throw new AwsError('ClusterNotFoundException', 'Cluster not found.')
      if (name !== 'site') return { services: [], failures: [{ arn: name, reason: 'MISSING' }] }
      this.move()
      return { services: [this.service()], failures: [] }
    },
    DescribeTaskDefinition: ({ taskDefinition }) => {
      const name = String(taskDefinition).replace(prefix, '')
      const [family, revision] = name.split(':')
      const all = this.definitions.filter((one) => one.family === family)
      const found = revision === undefined ? all.at(-1) : all.find((one) => String(one.revision) === revision)
      if (!found) throw new AwsError('ClientException', 'Unable to describe task definition.')
      return { taskDefinition: this.shown(found), tags: this.tags }
    },
    RegisterTaskDefinition: (input) => {
      for (const name of ['taskDefinitionArn', 'revision', 'status', 'registeredBy'])
        if (name in input) throw new AwsError('ClientException', `${name} is no input`)
      const definition = { ...input, revision: this.definitions.length + 1, status: 'ACTIVE' } as Definition
      this.definitions.push(definition)
      return { taskDefinition: this.shown(definition), tags: input.tags }
    },
    UpdateService: ({ taskDefinition }) => {
      const name = String(taskDefinition).replace(prefix, '')
      if (this.deployments[0]?.taskDefinition !== prefix + name) {
        for (const one of this.deployments) one.status = 'ACTIVE'
        this.deployments.unshift(this.deployment(name, 'IN_PROGRESS'))
      }
      return { service: this.service() }
    },
  }

  deployment(name: string, rolloutState: string): Deployment {
    const runningCount = rolloutState === 'COMPLETED' ? 2 : 0
    return {
      id: `ecs-svc/${++this.ids}`,
      status: 'PRIMARY',
      taskDefinition: prefix + name,
      desiredCount: 2,
      runningCount,
      pendingCount: 0,
      failedTasks: 0,
      ...(this.plain ? {} : { rolloutState }),
    }
  }

  private service() {
    const { deployments, controller } = this
    const events = [{ id: 'event', createdAt: Date.now() / 1000, message: '(service site) could not place a task.' }]
    const taskDefinition = deployments.find(({ status }) => status === 'PRIMARY')?.taskDefinition
    return {
      serviceName: 'site',
      status: 'ACTIVE',
      taskDefinition,
      deployments,
      deploymentController: { type: controller },
      events,
    }
  }

  private move(): void {
    const [first, ...before] = this.deployments
    if (first === undefined || first.runningCount === 2 || this.ends === 'never') return
    first.runningCount++
    if (first.runningCount < 2) return
    if (this.ends === 'complete') {
      this.deployments = [{ ...first, ...(this.plain ? {} : { rolloutState: 'COMPLETED' }) }]
      return
    }
    const gaveUp = 'ECS deployment circuit breaker: tasks failed to start.'
    Object.assign(first, { rolloutState: 'FAILED', rolloutStateReason: gaveUp, runningCount: 0, failedTasks: 10 })
    if (this.ends === 'rollback') {
      const back = { ...before[0], status: 'PRIMARY', rolloutStateReason: `${gaveUp} Rolling back.` } as Deployment
      this.deployments = [back]
    }
    this.ends = 'never'
  }

  private shown(definition: Definition) {
    return { ...definition, taskDefinitionArn: `${prefix}${definition.family}:${definition.revision}` }
  }
}
