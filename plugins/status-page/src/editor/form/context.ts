import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { KnownTypes } from '../known-types.js'
import { ProblemMap } from '../problem-map.js'

/** What all parts of the form need. */
export interface EditorContext extends KnownTypes {
  readonly problems: ProblemMap
  /** The field, or the button by its value, that the reader goes on with after the last deed. */
  readonly focus: string | undefined
  /** Names of the source actions, for triggers. */
  readonly sources: readonly string[]
}

export const FormContext = createContext<EditorContext>({
  types: [],
  rules: [],
  problems: new ProblemMap([]),
  focus: undefined,
  sources: [],
})

/** The form that a part belongs to. */
export function useForm(): EditorContext {
  return useContext(FormContext)
}
