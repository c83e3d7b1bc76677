import type { ActionDeclaration, EnvironmentVariable } from '@penstock/core'
import { useForm } from './context.js'
import { Field, type Option, Select } from './field.js'
import { Add, Around, Remove } from './parts.js'

/** Without a type a value is taken as it is; that it was said must not get lost. */
function kinds(type: EnvironmentVariable['type']): Option[] {
  return [
    [type === 'PLAINTEXT' ? type : '', 'as it is'],
    ['SECRETS_MANAGER', "a secret's name"],
  ]
}

interface EnvironmentProps {
  readonly action: ActionDeclaration
  readonly at: string
}

/** What few actions have: variables of their environment, a role and a region of their own. Folded away without any. */
export function Environment({ action, at }: EnvironmentProps) {
  const { problems } = useForm()
  const { environmentVariables: variables = [], outputVariables = [], roleArn, region, timeoutInMinutes } = action
  const approval = action.actionTypeId.category === 'Approval'
  const limited = timeoutInMinutes !== undefined && !approval
  const some = variables.length + outputVariables.length > 0 || roleArn || region || limited
  const places = [
    'environmentVariables',
    'outputVariables',
    'roleArn',
    'region',
    ...(approval ? [] : ['timeoutInMinutes']),
  ]
  const wrong = places.some((place) => problems.below(`${at}.${place}`))
  return (
    <details class="more form-more" open={Boolean(some) || wrong}>
      <summary>Environment variables, role, region</summary>
      <Around path={`${at}.environmentVariables`} />
      {variables.map((variable, index) => {
        const path = `${at}.environmentVariables[${index}]`
        return (
          <div key={index} class="form-grid form-row">
            <Field path={`${path}.name`} label="Variable" value={variable.name} required />
            <Field path={`${path}.value`} label="Value" value={variable.value} required />
            <Select
              path={`${path}.type`}
              label="Its value is"
              value={variable.type ?? ''}
              options={kinds(variable.type)}
            />
            <Remove at={path} label={`Remove environment variable ${variable.name || index + 1}`} />
          </div>
        )
      })}
      <Add deed={`add:${at}.environmentVariables`}>Add an environment variable</Add>
      <div class="form-grid">
        <Field
          path={`${at}.outputVariables`}
          label="Exported variables"
          value={outputVariables.join(', ')}
          hint="Which variables of its commands' environment later actions may read."
        />
        <Field path={`${at}.roleArn`} label="Role" value={roleArn} />
        <Field path={`${at}.region`} label="Region" value={region} hint="This server's own when empty." />
        {limited && (
          <Field
            path={`${at}.timeoutInMinutes`}
            label="Time limit, minutes"
            value={timeoutInMinutes}
            type="number"
            hint="Only approvals may have one."
          />
        )}
      </div>
    </details>
  )
}
