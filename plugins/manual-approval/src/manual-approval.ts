import { type ConfigurationOf, defineAction, JobFailed } from '@penstock/core'

const properties = {
  NotificationArn: {
    description: 'Where the request is sent: the ARN of an SNS topic, or an address that a notifier plugin understands',
    example: 'arn:aws:sns:eu-central-1:123456789012:approvals',
  },
  CustomData: {
    description: 'What whoever approves should know; at most 1000 characters',
    example: 'Compare the beta site with the ticket, please',
  },
  ExternalEntityLink: {
    description: 'The page to be reviewed; an http or https URL of at most 1000 characters',
    example: 'https://beta.example.com/',
  },
} as const

/** S9: what any configuration value may hold. */
const longestValue = 1000

/** A variable (V1) may stand anywhere in a value; what it will be is not known yet. */
function withoutVariables(text: string): string {
  return text.replace(/#\{[^{}]*\}/g, 'x')
}

function validate(configuration: ConfigurationOf<typeof properties>): string[] {
  const { NotificationArn, CustomData, ExternalEntityLink } = configuration
  return [
    ...tooLong({ NotificationArn, CustomData, ExternalEntityLink }),
    ...(NotificationArn === undefined ? [] : checkTarget(withoutVariables(NotificationArn), NotificationArn)),
    ...(ExternalEntityLink === undefined ? [] : checkLink(withoutVariables(ExternalEntityLink), ExternalEntityLink)),
  ]
}

function tooLong(values: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value !== undefined && value.length > longestValue
      ? [`${name} has ${value.length} characters: at most ${longestValue} are right`]
      : [],
  )
}

/** ARNs must be a topic's; what else an address can be is the notifiers' business, as long as it is one word. */
function checkTarget(text: string, shown: string): string[] {
  const isTopic = /^arn:aws[a-z-]*:sns:[^:\s]+:[^:\s]+:[^:\s]+$/.test(text)
  if (text.startsWith('arn:') ? isTopic : /^\S+$/.test(text)) return []
  return [`NotificationArn is "${shown}": a topic such as ${properties.NotificationArn.example} is right`]
}

function checkLink(text: string, shown: string): string[] {
  // A variable may be the whole of it.
  if (text === 'x' || (/^(https?|x):\/\/\S+$/i.test(text) && URL.canParse(text))) return []
  return [`ExternalEntityLink is "${shown}": a URL such as ${properties.ExternalEntityLink.example} is right`]
}

/**
 * Approval/AWS/Manual (A1..A4): declares the type. There is no job behind it: the engine makes the token, waits for
 * PutApprovalResult (seven days, or the action's timeoutInMinutes) and tells the notifiers.
 */
export const manualApproval = defineAction({
  category: 'Approval',
  owner: 'AWS',
  provider: 'Manual',
  description: 'Waits for a person',
  configuration: properties,
  validate,
  async run(job) {
    throw new JobFailed(`${job.actionName} is an approval: it is answered by a person, never run by a worker`)
  },
})
