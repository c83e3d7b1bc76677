import { defineRule, JobFailed } from '@penstock/core'

type Operator = 'EQ' | 'NE' | 'CONTAINS' | 'MATCHES'

/** C6: compares a variable, resolved before the rule starts, with a value. */
export const variableCheck = defineRule({
  provider: 'VariableCheck',
  description: 'Compares a pipeline variable or an output variable with a value',
  configuration: {
    Variable: {
      description: 'The variable, such as #{SourceVariables.BranchName}',
      required: true,
      example: '#{SourceVariables.BranchName}',
    },
    Value: {
      description: 'What to compare it with; for MATCHES a regular expression',
      required: true,
      example: 'main',
    },
    Operator: {
      description: 'EQ equals, NE differs, CONTAINS has it in it, MATCHES as a whole fits the regular expression',
      enum: ['EQ', 'NE', 'CONTAINS', 'MATCHES'],
      default: 'EQ',
    },
  },
  validate({ Value: value, Operator: operator }) {
    try {
      if (operator === 'MATCHES' && value !== undefined) expression(value)
      return []
    } catch (error) {
      return [(error as Error).message]
    }
  },
  async run({ configuration: { Variable: variable, Value: value, Operator: operator } }) {
    if (holds(variable, operator as Operator, value)) return { summary: `'${variable}' ${operator} '${value}'` }
    throw new JobFailed(`'${variable}' ${operator} '${value}' does not hold`)
  },
})

/** Errors: JobFailed ConfigurationError for a regular expression that is none. */
export function holds(variable: string, operator: Operator, value: string): boolean {
  switch (operator) {
    case 'EQ':
      return variable === value
    case 'NE':
      return variable !== value
    case 'CONTAINS':
      return variable.includes(value)
    case 'MATCHES':
      return expression(value).test(variable)
  }
}

/** Java's matches() wants the whole text to fit; its embedded flags stand in front, as `(?i)`. */
function expression(text: string): RegExp {
  const [, flags = '', pattern = text] = /^\(\?([ims]+)\)([\s\S]*)$/.exec(text) ?? []
  try {
    return new RegExp(`^(?:${pattern})$`, `u${flags}`)
  } catch (error) {
    throw new JobFailed(
      `Value '${text}' is not a regular expression: ${(error as Error).message}`,
      'ConfigurationError',
    )
  }
}
