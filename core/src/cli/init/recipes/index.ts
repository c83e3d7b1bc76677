import type { Folder } from '../folder.js'
import type { Build, BuildNames, Recipe } from '../recipe.js'
import { codebuild } from './codebuild.js'
import { docker } from './docker.js'
import { bundler, cargo, cmake, composer, dotnet, go, gradle, maven, mix, python } from './languages.js'
import { make } from './make.js'
import { node } from './node.js'
import { rake } from './rake.js'

/**
 * The likeliest first: who wrote a buildspec means to build by it; a Rakefile or a Makefile stands above the tools that it
 * calls; an image is built of what is built otherwise.
 */
const recipes: readonly Recipe[] = [
  codebuild,
  rake,
  make,
  node,
  go,
  cargo,
  maven,
  gradle,
  dotnet,
  python,
  mix,
  composer,
  bundler,
  cmake,
  docker,
]

/** Every way in which the repository can be built. */
export function buildsOf(folder: Folder, names: BuildNames): Build[] {
  return recipes.flatMap((recipe) => recipe(folder, names) ?? [])
}
