import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Recipe } from '../recipe.js'

/** A Dockerfile's image, by whichever engine this machine has. */
export const docker: Recipe = (folder, { pipeline }) => {
  const file = folder.has('Dockerfile', 'Containerfile')
  if (file === undefined) return undefined
  const engine = ['docker', 'podman'].find(isOnPath) ?? 'docker'
  return {
    id: 'docker',
    title: `an image with ${engine}, by ${file}`,
    action: {
      name: 'Image',
      actionTypeId: { category: 'Build', owner: 'Custom', provider: 'Docker', version: '1' },
      configuration: {
        Image: `localhost/${imageName(pipeline)}`,
        ...(engine === 'docker' ? {} : { Engine: engine }),
        ...(file === 'Dockerfile' ? {} : { Dockerfile: file }),
      },
    },
  }
}

/** Names of images are small letters, digits and single marks between them. */
function imageName(pipeline: string): string {
  return (
    pipeline
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'image'
  )
}

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)))
}
