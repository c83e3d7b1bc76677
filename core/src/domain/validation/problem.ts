import { Fault, type FaultCode } from '../faults.js'

/** One thing that is wrong with a pipeline's structure. */
export interface Problem {
  /** Where, from the structure's root: `stages[2].actions[1].configuration.Branch`. */
  readonly path: string
  readonly code: FaultCode
  readonly message: string
}

/** Collects problems; each check is handed one that knows where it stands. */
export class Problems {
  constructor(
    private readonly found: Problem[] = [],
    private readonly path = '',
    private readonly code: FaultCode = 'ValidationException',
  ) {}

  /** For a part of where this one stands: `at('stages', 2)`. */
  at(...steps: readonly (string | number)[]): Problems {
    const path = steps.reduce<string>(
      (before, step) => (typeof step === 'number' ? `${before}[${step}]` : before === '' ? step : `${before}.${step}`),
      this.path,
    )
    return new Problems(this.found, path, this.code)
  }

  /** For problems that CodePipeline answers with another code. */
  as(code: FaultCode): Problems {
    return new Problems(this.found, this.path, code)
  }

  add(message: string): void {
    this.found.push({ path: this.path, code: this.code, message })
  }

  get all(): readonly Problem[] {
    return this.found
  }
}

/** The problems as one error: the first one's code and words lead, and every other stands after them with its place. */
export function asFault(problems: readonly Problem[]): Fault | undefined {
  const [first, ...others] = problems
  if (!first) return undefined
  const line = ({ path, message }: Problem) => (path === '' ? message : `${message} (at ${path})`)
  const more = others.length === 0 ? '' : `; and ${others.length} more: ${others.map(line).join('; ')}`
  return new Fault(first.code, `${line(first)}${more}`, problems)
}
