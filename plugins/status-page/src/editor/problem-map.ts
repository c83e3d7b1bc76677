import type { FaultDetail } from '@penstock/core'

/** Fields of the form that stand for everything below them: a list of names, the parts of a type's id. */
const wholes =
  /^(.*?\.(?:inputArtifacts|outputArtifacts|outputVariables|commands|includes|excludes|events|actionTypeId|ruleTypeId))\b.*$/

/** The field of the form that stands for a place: mostly the place itself. */
export function fieldOf(path: string): string {
  return wholes.exec(path)?.[1] ?? path
}

/** An element id for a place. */
export function fieldId(path: string): string {
  return `f-${path.replace(/[^\w-]+/g, '-')}`
}

/** Problems by the field that they are about. */
export class ProblemMap {
  private readonly fields = new Map<string, string[]>()

  constructor(readonly all: readonly FaultDetail[]) {
    for (const { path, message } of all) {
      const field = fieldOf(path)
      this.fields.set(field, [...(this.fields.get(field) ?? []), message])
    }
  }

  /** What is wrong with this field, in one text; undefined when nothing is. */
  at(path: string): string | undefined {
    return this.fields.get(path)?.join(' ')
  }

  /** True when something at or below a place is wrong: what is folded away must open. */
  below(path: string): boolean {
    return this.all.some(
      (each) => each.path === path || each.path.startsWith(`${path}.`) || each.path.startsWith(`${path}[`),
    )
  }
}
