import type { Recipe } from '../recipe.js'

/** CodeBuild's buildspec.yml, by a project that is called as the pipeline. */
export const codebuild: Recipe = (folder, { pipeline }) => {
  const file = folder.has('buildspec.yml', 'buildspec.yaml')
  if (file === undefined) return undefined
  return {
    id: 'codebuild',
    title: `the phases of ${file}`,
    action: {
      name: 'Build',
      actionTypeId: { category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' },
      configuration: { ProjectName: pipeline, ...(file === 'buildspec.yml' ? {} : { BuildspecOverride: file }) },
    },
    project: { name: pipeline, buildspec: file },
  }
}
