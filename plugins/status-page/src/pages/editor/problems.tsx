import { type FaultDetail, jsonLines } from '@penstock/core'
import { fieldId, fieldOf, type ProblemMap } from '../../editor/problem-map.js'
import { Icon } from '../../view/icons.js'

interface ProblemsProps {
  readonly problems: ProblemMap
  /** The JSON text, where that is what is edited; the form also shows each problem at its field. */
  readonly text: string | undefined
}

/** All problems with their places. */
export function Problems({ problems, text }: ProblemsProps) {
  if (problems.all.length === 0) return null
  const lines = text === undefined ? undefined : linesOf(problems, text)
  return (
    <div class="notice bad" role="alert" id="problems" tabIndex={-1}>
      <Icon name="failed" />
      <div>
        <p>
          <strong>
            {problems.all.length === 1 ? 'One thing is wrong.' : `${problems.all.length} things are wrong.`} Nothing was
            saved.
          </strong>
        </p>
        <ul>
          {problems.all.map((problem) => (
            <li key={`${problem.path} ${problem.message}`}>
              {problem.message} <Place problem={problem} lines={lines} />
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}

function Place({ problem, lines }: { readonly problem: FaultDetail; readonly lines: Lines | undefined }) {
  const { path } = problem
  if (path === '') return null
  if (!lines) return <a href={`#${fieldId(fieldOf(path))}`}>{path}</a>
  const line = lines.get(problem)
  if (line === undefined) return <code>{path}</code>
  return (
    <a href="#json" data-line={line}>
      line {line}: {path}
    </a>
  )
}

type Lines = ReadonlyMap<FaultDetail, number>

/** The line of each problem's place, or of the nearest place around it that the text has. */
export function linesOf(problems: ProblemMap, text: string): Lines {
  const lines = jsonLines(text)
  const found = new Map<FaultDetail, number>()
  for (const problem of problems.all) {
    // As `aws codepipeline get-pipeline` prints it, the declaration stands below `pipeline`.
    let path = lines.has('pipeline.stages') ? `pipeline.${problem.path}` : problem.path
    while (path !== '' && !lines.has(path))
      path = path.slice(0, Math.max(path.lastIndexOf('.'), path.lastIndexOf('['), 0))
    const line = lines.get(path)
    if (problem.path !== '' && line !== undefined) found.set(problem, line)
  }
  return found
}
