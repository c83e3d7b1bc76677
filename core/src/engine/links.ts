/** J4: a URL template with `{Config:name}` and `{ExternalExecutionId}` filled in; what is not known stays empty. */
export function fillTemplate(
  template: string,
  configuration: Readonly<Record<string, string>>,
  externalExecutionId?: string,
): string {
  return template.replace(/\{(?:Config:([^{}]+)|ExternalExecutionId)\}/g, (_, property: string | undefined) =>
    encodeURIComponent((property === undefined ? externalExecutionId : configuration[property]) ?? ''),
  )
}
