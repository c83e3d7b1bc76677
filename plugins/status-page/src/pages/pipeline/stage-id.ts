/** The id of a stage's element: by place, since names may hold what selectors do not take. */
export function stageId(index: number): string {
  return `stage-${index + 1}`
}
