/** `ParameterOverrides`: JSON, whose values are texts or functions of CodePipeline's. */

/** A value that is only known when the action runs. */
export type Override =
  | { readonly kind: 'text'; readonly text: string }
  /** `Fn::GetArtifactAtt`. */
  | { readonly kind: 'artifact'; readonly artifact: string; readonly attribute: ArtifactAttribute }
  /** `Fn::GetParam`: a member of a JSON file of an artifact. */
  | { readonly kind: 'file'; readonly artifact: string; readonly file: string; readonly key: string }

const attributes = ['BucketName', 'ObjectKey', 'URL'] as const
export type ArtifactAttribute = (typeof attributes)[number]

/** The overrides by parameter, and what is wrong with them; never throws. */
export function parseOverrides(text: string): { overrides: Map<string, Override>; problems: string[] } {
  const overrides = new Map<string, Override>()
  let given: unknown
  try {
    given = JSON.parse(text)
  } catch (error) {
    return { overrides, problems: [`ParameterOverrides is no JSON: ${(error as Error).message}`] }
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return { overrides, problems: ['ParameterOverrides must be a JSON object, such as {"Size": "2"}'] }
  const problems: string[] = []
  for (const [name, value] of Object.entries(given)) {
    const override = overrideOf(value)
    if (typeof override === 'string') problems.push(`ParameterOverrides.${name} ${override}`)
    else overrides.set(name, override)
  }
  return { overrides, problems }
}

/** The override, or what is wrong with it. */
function overrideOf(value: unknown): Override | string {
  const plain = parameterText(value)
  if (plain !== undefined) return { kind: 'text', text: plain }
  const [[name, args] = [], ...more] = Object.entries(value ?? {})
  const list = Array.isArray(args) && args.every((one) => typeof one === 'string') ? (args as string[]) : []
  if (more.length === 0 && name === 'Fn::GetArtifactAtt') {
    const [artifact, attribute] = list
    const known = attributes.find((one) => one === attribute)
    if (list.length === 2 && artifact !== undefined && known) return { kind: 'artifact', artifact, attribute: known }
    return `must be {"Fn::GetArtifactAtt": [ARTIFACT, ${attributes.join(' or ')}]}`
  }
  if (more.length === 0 && name === 'Fn::GetParam') {
    const [artifact, file, key] = list
    if (list.length === 3 && artifact !== undefined && file !== undefined && key !== undefined)
      return { kind: 'file', artifact, file, key }
    return 'must be {"Fn::GetParam": [ARTIFACT, JSON-FILE, KEY]}'
  }
  return 'must be a text, or one of the functions Fn::GetArtifactAtt and Fn::GetParam'
}

/** A parameter's value as CloudFormation takes it: lists with commas; `undefined` for what is no value. */
export function parameterText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (!Array.isArray(value)) return undefined
  const texts = value.map(parameterText)
  return texts.includes(undefined) ? undefined : texts.join(',')
}
