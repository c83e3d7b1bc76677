/** Counts a project's builds, for CODEBUILD_BUILD_NUMBER. */
export interface BuildNumbers {
  /** From 1 on, each once. */
  next(projectName: string): Promise<number>
}

/** For a trial, which keeps nothing. */
export function countedBuilds(): BuildNumbers {
  const counts = new Map<string, number>()
  return {
    async next(projectName) {
      const number = (counts.get(projectName) ?? 0) + 1
      counts.set(projectName, number)
      return number
    },
  }
}
