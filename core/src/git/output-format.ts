/** The property of the same name, as CodePipeline has it for git sources: a configuration's member. */
export const outputArtifactFormat = {
  description: 'CODE_ZIP: the files; CODEBUILD_CLONE_REF: a whole repository with its history',
  enum: ['CODE_ZIP', 'CODEBUILD_CLONE_REF'],
  default: 'CODE_ZIP',
} as const

/** Whether an artifact of that format has its history with it. */
export function keepsHistory(format: (typeof outputArtifactFormat.enum)[number]): boolean {
  return format === 'CODEBUILD_CLONE_REF'
}
