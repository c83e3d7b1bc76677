/** What a repository's files tell of how it is built. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { openFolder } from '../../../src/cli/init/folder.js'
import { buildsOf } from '../../../src/cli/init/recipes/index.js'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

function repository(files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-init-'))
  folders.push(folder)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return openFolder(folder)
}

const scripts = (all: object, more: object = {}) => JSON.stringify({ scripts: all, ...more })
const built = { build: 'tsc', test: 'jest' }

test.each([
  { files: { Rakefile: 'task default: [:a]' }, id: 'rake', does: undefined },
  { files: { Rakefile: "task 'default' do\nend\ntask :test" }, id: 'rake', does: undefined },
  { files: { Rakefile: 'task :test do\nend\ntask(:build) {}' }, id: 'rake', does: 'build test' },
  { files: { Rakefile: "require 'bundler/gem_tasks'" }, id: 'rake', does: undefined },
  { files: { Makefile: 'all: a\na:\n\ttouch a\ntest: all\n' }, id: 'make', does: 'make\nmake test' },
  { files: { Makefile: 'CC := gcc\n.PHONY: check\ncheck:\n\t./check\n' }, id: 'make', does: 'make' },
  { files: { Makefile: 'a b: c\ncheck: a\n' }, id: 'make', does: 'make\nmake check' },
  { files: { 'package.json': scripts(built) }, id: 'node', does: 'npm run build\nnpm run test' },
  {
    files: { 'package.json': scripts(built, { devDependencies: { jest: '1' } }) },
    id: 'node',
    does: 'npm install\nnpm run build\nnpm run test',
  },
  {
    files: {
      'package.json': scripts({ test: 'echo "Error: no test specified" && exit 1' }),
      'package-lock.json': '{}',
    },
    id: 'node',
    does: 'npm ci',
  },
  {
    files: { 'package.json': scripts(built, { packageManager: 'pnpm@10.1.0' }), 'pnpm-lock.yaml': '' },
    id: 'node',
    does: 'pnpm install --frozen-lockfile\npnpm run build\npnpm run test',
  },
  {
    files: { 'package.json': scripts({ test: 'x' }), 'yarn.lock': '', '.yarnrc.yml': '' },
    id: 'node',
    does: 'yarn install --immutable\nyarn run test',
  },
  { files: { 'go.mod': 'module a' }, id: 'go', does: 'go build ./...\ngo test ./...' },
  { files: { 'Cargo.toml': '', 'Cargo.lock': '' }, id: 'cargo', does: 'cargo build --locked\ncargo test --locked' },
  { files: { 'pom.xml': '', mvnw: '' }, id: 'maven', does: 'sh ./mvnw -B verify' },
  {
    files: { 'requirements.txt': 'pytest\n', 'tests/test_a.py': '' },
    id: 'python',
    does: 'python3 -m venv .venv\n. .venv/bin/activate\npip install -r requirements.txt\npip install pytest\npython -m pytest',
  },
])('$id does $does', ({ files, id, does }) => {
  const [build] = buildsOf(repository(files as Record<string, string>), { pipeline: 'p' })
  expect(build?.id).toBe(id)
  expect(build?.action.configuration?.Command ?? build?.action.configuration?.Task).toBe(does)
})

test.each([
  { it: 'a README', files: { 'README.md': 'make' } },
  { it: 'a package.json with nothing to do', files: { 'package.json': scripts({}) } },
  { it: 'a package.json that is no object', files: { 'package.json': '[1' } },
])('$it tells of no build', ({ files }) => {
  expect(buildsOf(repository(files as Record<string, string>), { pipeline: 'p' })).toEqual([])
})

test('who wrote a buildspec means it, a Rakefile calls the other tools, and an image is made of what is built', () => {
  const folder = repository({ Dockerfile: '', 'package.json': scripts(built), Rakefile: '', 'buildspec.yml': '' })
  const builds = buildsOf(folder, { pipeline: 'My Shop' })
  expect(builds.map(({ id }) => id)).toEqual(['codebuild', 'rake', 'node', 'docker'])
  expect(builds[0]?.project).toEqual({ name: 'My Shop', buildspec: 'buildspec.yml' })
  expect(builds[3]?.action.configuration).toMatchObject({ Image: 'localhost/my-shop' })
})
