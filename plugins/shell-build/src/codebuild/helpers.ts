import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JobContext } from '@penstock/core'
import type { Buildspec } from './buildspec.js'

/** CodeBuild's own programs, which its images have on the PATH: shell scripts here. */
const programs: Readonly<Record<string, string>> = {
  // One hash for all files that are named, by their contents.
  'codebuild-hash-files': `#!/bin/sh
for pattern in "$@"; do
  find . -type f -path "./$pattern" -print
  [ -f "$pattern" ] && printf '%s\\n' "./$pattern"
done | sort -u | while IFS= read -r file; do sha256sum <"$file"; done | sha256sum | cut -d' ' -f1
`,
  // Files by patterns, in the order of their names; ** crosses folders.
  'codebuild-glob-search': `#!/bin/bash
shopt -s globstar nullglob
for pattern in "$@"; do for file in $pattern; do [ -f "$file" ] && printf '%s\\n' "$file"; done; done | sort -u
`,
  // Hands this build its share of the files: every n-th of them.
  'codebuild-tests-run': `#!/bin/bash
command= search= strategy=equal-distribution
while [ $# -gt 0 ]; do
  case $1 in
    --test-command) command=$2; shift 2 ;;
    --files-search) search=$2; shift 2 ;;
    --sharding-strategy) strategy=$2; shift 2 ;;
    *) echo "codebuild-tests-run: $1 is no option: --test-command, --files-search and --sharding-strategy are" >&2; exit 2 ;;
  esac
done
[ -n "$command" ] && [ -n "$search" ] || { echo 'codebuild-tests-run: --test-command and --files-search are needed' >&2; exit 2; }
shard=\${CODEBUILD_CURRENT_SHARD:-0} total=\${CODEBUILD_TOTAL_SHARDS:-1}
files=$(eval "$search" | awk -v n="$total" -v k="$shard" '(NR - 1) % n == k')
[ -n "$files" ] || { echo "codebuild-tests-run: shard $shard of $total has no files"; exit 0; }
echo "codebuild-tests-run: shard $shard of $total has $(printf '%s\\n' "$files" | wc -l) files"
export CODEBUILD_CURRENT_SHARD_FILES="$files"
eval "$command $(printf '%s' "$files" | tr '\\n' ' ')"
`,
}

/** Puts the programs on the PATH of a build that names one of them. */
export function prepareHelpers(ctx: JobContext, spec: Buildspec): Readonly<Record<string, string>> {
  const texts = [...spec.phases.flatMap((phase) => [...phase.commands, ...phase.finally]), spec.cache?.key ?? '']
  const used = Object.keys(programs).filter((name) => texts.some((text) => text.includes(name)))
  if (used.length === 0) return {}
  const folder = join(ctx.workspace, '.penstock', 'bin')
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of Object.entries(programs)) {
    const file = join(folder, name)
    if (!existsSync(file)) writeFileSync(file, text)
    chmodSync(file, 0o755)
  }
  return { PATH: `${folder}:${process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin'}` }
}
