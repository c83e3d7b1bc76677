/**
 * Stacks after CloudFormation's own rules, of our making: an operation takes two looks, a call that comes again with its
 * token is the first one, a stack in a failed state takes no update, a change set without changes fails.
 */
import { type AwsAnswers, AwsError } from '@penstock/core/testkit'

interface Stack {
  readonly StackName: string
  readonly StackId: string
  status: string
  template: string
  parameters: string
  outputs: Record<string, string>
  /** What it becomes after so many more looks. */
  next?: { status: string; looks: number }
  events: Event[]
}

interface Event {
  readonly EventId: string
  readonly ClientRequestToken?: string
  readonly LogicalResourceId: string
  readonly ResourceType: string
  readonly ResourceStatus: string
  readonly ResourceStatusReason?: string
}

interface Given {
  readonly StackName: string
  readonly TemplateBody?: string
  readonly Parameters?: readonly { readonly ParameterKey: string; readonly ParameterValue: string }[]
  readonly ClientRequestToken?: string
}

interface ChangeSet {
  readonly input: Given
  status: string
  readonly reason?: string
  looks: number
}

export class FakeStacks {
  readonly all = new Map<string, Stack>()
  readonly changeSets = new Map<string, ChangeSet>()
  /** Reasons of the resource that fails next, by stack. */
  readonly fails = new Map<string, string>()
  /** Every update is one, as if the template were another each time. */
  alwaysChanges = false
  /** Operations of stacks that were begun. */
  begun = 0
  private readonly tokens = new Map<string, string>()
  private ids = 0

  readonly answers: AwsAnswers = {
    DescribeStacks: ({ StackName }: Given) => ({ Stacks: [this.shown(this.moved(this.find(StackName)))] }),
    DescribeStackEvents: ({ StackName }: Given) => ({ StackEvents: [...this.find(StackName).events].reverse() }),
    CreateStack: (input: Given) => this.once(input, () => this.create(input)),
    UpdateStack: (input: Given) => this.once(input, () => this.update(input)),
    DeleteStack: (input: Given) => {
      const stack = this.find(input.StackName)
      this.begin(stack, 'DELETE_IN_PROGRESS', 'DELETE_COMPLETE', input)
      return {}
    },
    CreateChangeSet: (input: Given & { ChangeSetName: string; ChangeSetType: string }) => {
      const key = `${input.StackName}/${input.ChangeSetName}`
      if (this.changeSets.has(key)) throw new AwsError('AlreadyExistsException', `ChangeSet ${key} already exists`)
      const stack = this.byName(input.StackName) ?? this.add({ StackName: input.StackName }, 'REVIEW_IN_PROGRESS')
      const same = stack.template === input.TemplateBody && stack.parameters === JSON.stringify(input.Parameters)
      const reason = same
        ? "The submitted information didn't contain changes. Submit different information."
        : undefined
      this.changeSets.set(key, {
        input,
        status: same ? 'FAILED' : 'CREATE_COMPLETE',
        looks: 2,
        ...(reason ? { reason } : {}),
      })
      return { Id: key, StackId: stack.StackId }
    },
    DescribeChangeSet: ({ StackName, ChangeSetName }) => {
      const set = this.changeSet(StackName, ChangeSetName)
      const ready = set.looks-- <= 0
      const complete = set.status === 'CREATE_COMPLETE'
      return {
        StackId: this.find(set.input.StackName).StackId,
        Status: ready ? set.status : 'CREATE_IN_PROGRESS',
        StatusReason: ready ? set.reason : undefined,
        ExecutionStatus: ready && complete ? 'AVAILABLE' : 'UNAVAILABLE',
        Changes: complete
          ? [
              {
                Type: 'Resource',
                ResourceChange: { Action: 'Add', LogicalResourceId: 'Bucket', ResourceType: 'AWS::S3::Bucket' },
              },
            ]
          : [],
      }
    },
    DeleteChangeSet: ({ StackName, ChangeSetName }) => void this.changeSets.delete(`${StackName}/${ChangeSetName}`),
    ExecuteChangeSet: ({ StackName, ChangeSetName, ClientRequestToken }) => {
      const { input } = this.changeSet(StackName, ChangeSetName)
      this.changeSets.delete(`${StackName}/${ChangeSetName}`)
      const stack = this.find(input.StackName)
      const isNew = stack.status === 'REVIEW_IN_PROGRESS'
      this.apply(stack, { ...input, ClientRequestToken }, isNew ? 'CREATE' : 'UPDATE')
      return {}
    },
  }

  /** A stack as somebody else left it. */
  add({ StackName, TemplateBody = '', Parameters }: Given, status: string): Stack {
    const StackId = `arn:aws:cloudformation:eu-central-1:000000000000:stack/${StackName}/${++this.ids}`
    const stack: Stack = {
      StackName,
      StackId,
      status,
      template: TemplateBody,
      parameters: JSON.stringify(Parameters),
      outputs: {},
      events: [],
    }
    this.all.set(StackId, stack)
    return stack
  }

  byName(name: string): Stack | undefined {
    return [...this.all.values()].reverse().find((one) => one.StackName === name && one.status !== 'DELETE_COMPLETE')
  }

  private create(input: Given): Stack {
    if (this.byName(input.StackName))
      throw new AwsError('AlreadyExistsException', `Stack [${input.StackName}] already exists`)
    const stack = this.add(input, 'CREATE_IN_PROGRESS')
    this.apply(stack, input, 'CREATE')
    return stack
  }

  private update(input: Given): Stack {
    const stack = this.find(input.StackName)
    if (!/^(CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE$/.test(stack.status))
      throw new AwsError(
        'ValidationError',
        `Stack:${stack.StackId} is in ${stack.status} state and can not be updated.`,
      )
    const same = stack.template === input.TemplateBody && stack.parameters === JSON.stringify(input.Parameters)
    if (same && !this.alwaysChanges) throw new AwsError('ValidationError', 'No updates are to be performed.')
    this.apply(stack, input, 'UPDATE')
    return stack
  }

  private apply(stack: Stack, input: Given, kind: 'CREATE' | 'UPDATE'): void {
    const reason = this.fails.get(stack.StackName)
    const ends = kind === 'CREATE' ? 'ROLLBACK_COMPLETE' : 'UPDATE_ROLLBACK_COMPLETE'
    this.begin(stack, `${kind}_IN_PROGRESS`, reason === undefined ? `${kind}_COMPLETE` : ends, input)
    if (reason !== undefined) {
      const resource = {
        LogicalResourceId: 'Bucket',
        ResourceType: 'AWS::S3::Bucket',
        ResourceStatus: `${kind}_FAILED`,
      }
      this.event(stack, { ...resource, ResourceStatusReason: reason }, input)
      this.event(
        stack,
        { ...resource, LogicalResourceId: 'Queue', ResourceStatusReason: 'Resource creation cancelled' },
        input,
      )
      return
    }
    stack.template = input.TemplateBody ?? ''
    stack.parameters = JSON.stringify(input.Parameters)
    stack.outputs = { Url: `https://${stack.StackName}.example.com`, Size: input.Parameters?.[0]?.ParameterValue ?? '' }
  }

  private begin(stack: Stack, status: string, next: string, given: Given): void {
    this.begun++
    stack.status = status
    stack.next = { status: next, looks: stack.StackName === 'never-ends' ? Number.POSITIVE_INFINITY : 2 }
    const resource = {
      LogicalResourceId: stack.StackName,
      ResourceType: 'AWS::CloudFormation::Stack',
      ResourceStatus: status,
    }
    this.event(stack, resource, given)
  }

  private event(
    stack: Stack,
    event: Omit<Event, 'EventId'>,
    { ClientRequestToken }: Pick<Given, 'ClientRequestToken'>,
  ): void {
    stack.events.push({
      ...event,
      EventId: `e${++this.ids}`,
      ...(ClientRequestToken === undefined ? {} : { ClientRequestToken }),
    })
  }

  private once({ ClientRequestToken: token = '' }: Given, work: () => Stack): { StackId: string } {
    const known = this.tokens.get(token)
    const StackId = known ?? work().StackId
    this.tokens.set(token, StackId)
    return { StackId }
  }

  private find(name: string): Stack {
    const stack = this.all.get(name) ?? this.byName(name)
    if (!stack) throw new AwsError('ValidationError', `Stack with id ${name} does not exist`)
    return stack
  }

  private changeSet(stack: string, name: string): ChangeSet {
    const set = this.changeSets.get(`${stack}/${name}`)
    if (!set) throw new AwsError('ChangeSetNotFound', `ChangeSet [${name}] does not exist`, 404)
    return set
  }

  private moved(stack: Stack): Stack {
    if (stack.next && --stack.next.looks <= 0) {
      stack.status = stack.next.status
      delete stack.next
    }
    return stack
  }

  private shown({ StackName, StackId, status, outputs }: Stack) {
    return {
      StackName,
      StackId,
      StackStatus: status,
      CreationTime: new Date(0).toISOString(),
      Outputs: Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })),
    }
  }
}
