import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { readInside } from '@penstock/core'
import type { ArtifactSpec } from './artifact-spec.js'
import type { Buildspec } from './buildspec.js'

/** Texts of a buildspec that a shell is to read at the build's end: `dist-$VERSION`, `site-$(date +%F)`. */
export class Expressions {
  /** Each text, and the file that its value goes to. */
  readonly places: ReadonlyMap<string, string>

  constructor(
    spec: Buildspec,
    readonly folder: string,
  ) {
    mkdirSync(folder, { recursive: true })
    const sections = [
      ...(spec.artifacts ? [spec.artifacts] : []),
      ...Object.values(spec.secondaryArtifacts),
      ...spec.reports,
    ]
    const texts = new Set(sections.flatMap(textsOf).filter((text) => /[$`]/.test(text)))
    this.places = new Map([...texts].map((text, index) => [text, join(folder, String(index))]))
  }

  /** A section with its values; a text that could not be read is as it was. */
  valueOf<S extends ArtifactSpec>(section: S): S {
    const value = (text: string) => this.value(text)
    return {
      ...section,
      ...(section.name === undefined ? {} : { name: value(section.name) }),
      files: section.files.map(value),
      baseDirectory: value(section.baseDirectory),
      excludePaths: section.excludePaths.map(value),
    }
  }

  private value(text: string): string {
    const file = this.places.get(text)
    return file !== undefined && existsSync(file) ? readInside({ workspace: this.folder }, file) : text
  }
}

function textsOf({ name, files, baseDirectory, excludePaths }: ArtifactSpec): readonly string[] {
  return [...(name === undefined ? [] : [name]), ...files, baseDirectory, ...excludePaths]
}
