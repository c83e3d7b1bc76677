import type { ActionJob, InputArtifact } from '../action-job.js'
import type { YamlAction } from './read.js'

type Values = Readonly<Record<string, string | number | boolean>>

/** The configuration as variables: `PENSTOCK_CONFIG_<property>` each, and what `env` of a property calls it besides. */
export function configurationVariables(action: YamlAction, values: Values): Record<string, string> {
  const variables: Record<string, string> = {}
  for (const [name, value] of Object.entries(action.environment ?? {})) variables[name] = String(value)
  for (const [name, property] of Object.entries(action.configuration ?? {})) {
    const value = values[name]
    if (value === undefined) continue
    variables[`PENSTOCK_CONFIG_${asName(name)}`] = String(value)
    if (property.env !== undefined) variables[property.env] = String(value)
  }
  return variables
}

/** Where the inputs lie and the outputs go. */
export function folderVariables(
  inputs: readonly InputArtifact[],
  outputs: readonly { readonly name: string; readonly folder: string }[],
): Record<string, string> {
  const variables: Record<string, string> = {}
  const [firstIn, firstOut] = [inputs[0], outputs[0]]
  if (firstIn) variables.PENSTOCK_INPUT = firstIn.folder
  if (firstIn?.revisionId !== undefined) variables.PENSTOCK_INPUT_REVISION = firstIn.revisionId
  if (firstOut) variables.PENSTOCK_OUT = firstOut.folder
  for (const { name, folder } of inputs) variables[`PENSTOCK_INPUT_${asName(name)}`] = folder
  for (const { name, folder } of outputs) variables[`PENSTOCK_OUT_${asName(name)}`] = folder
  return variables
}

/** What a fetch is to fetch. */
export function revisionVariables({ revision, sourceOverride }: ActionJob<unknown>): Record<string, string> {
  return {
    ...(revision ? { PENSTOCK_REVISION: revision.revisionId } : {}),
    ...(sourceOverride ? { PENSTOCK_REVISION: sourceOverride.revisionValue } : {}),
  }
}

function asName(text: string): string {
  return text.replace(/\W/g, '_')
}
