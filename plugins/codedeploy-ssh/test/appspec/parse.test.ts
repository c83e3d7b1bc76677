import { AppSpecError, describe as describeProblem } from '../../src/appspec/model.js'
import { parseAppSpec } from '../../src/appspec/parse.js'

const HEAD = 'version: 0.0\nos: linux\n'

function problemsOf(text: string): string[] {
  try {
    parseAppSpec(text)
    return []
  } catch (error) {
    if (!(error instanceof AppSpecError)) throw error
    return error.problems.map(describeProblem)
  }
}

function spec(text: string) {
  return parseAppSpec(HEAD + text).appSpec
}

describe('document', () => {
  test.each(['', '   \n', '---\n', '~', '# only a comment\n'])('an empty document says so: %j', (text) => {
    expect(problemsOf(text)[0]).toMatch(/^was empty/)
  })
  test('a document that is no map', () => {
    expect(problemsOf('- a\n')).toEqual(['must be a map, but is a list'])
  })
  test('YAML that is broken tells the line', () => {
    expect(problemsOf('version: 0.0\nos: [linux\n')[0]).toMatch(/is not valid YAML.*line/s)
  })
  test('all problems are told at once, each with its path', () => {
    const text = 'version: 1\nos: windows\nfiles:\n  - source: a\nhooks:\n  AfterInstall:\n    - timeout: 5m\n'
    expect(problemsOf(text).map((problem) => problem.split(':')[0])).toEqual([
      'version',
      'os',
      'files[0].destination',
      'hooks.AfterInstall[0].location',
      'hooks.AfterInstall[0].timeout',
    ])
  })
  test('anchors and merges are followed', () => {
    const text = 'x: &hook\n  location: a.sh\n  timeout: 7\nhooks:\n  AfterInstall:\n    - *hook\n'
    expect(spec(text).hooks.AfterInstall).toEqual([{ location: 'a.sh', timeout: 7, sudo: false }])
  })
  test('unknown keys are ignored, with a word on the likely mistake', () => {
    const text = `${HEAD}Resources: []\nHooks: {}\nfiles:\n  - {source: a, destination: /b, overwrite: true}\n`
    expect(parseAppSpec(text).warnings.map(describeProblem)).toEqual([
      'files[0].overwrite: is unknown and ignored: write file_exists_behavior: OVERWRITE at the top of the file instead',
      'Resources: is unknown and ignored',
      'Hooks: is unknown and ignored: did you mean hooks?',
    ])
  })
})

describe('version and os', () => {
  test.each(['0.0', '0', '0.00', '0e0', '-0.0'])('version %s is taken', (version) => {
    expect(problemsOf(`version: ${version}\nos: linux\n`)).toEqual([])
  })
  test.each(['"0.0"', '0.1', '1', 'zero', '[0.0]', 'false', ''])('version %s is refused', (version) => {
    expect(problemsOf(`version: ${version}\nos: linux\n`)).toEqual([expect.stringMatching(/^version: /)])
  })
  test.each(['Linux', 'windows', 'LINUX', ''])('os %j is refused', (os) => {
    expect(problemsOf(`version: 0.0\nos: ${os}\n`)).toEqual([expect.stringMatching(/^os: /)])
  })
})

describe('file_exists_behavior', () => {
  test.each(['DISALLOW', 'OVERWRITE', 'RETAIN'])('%s', (behavior) => {
    expect(spec(`file_exists_behavior: ${behavior}\n`).fileExistsBehavior).toBe(behavior)
  })
  test('absent leaves it to the deployment', () => {
    expect(spec('file_exists_behavior:\n').fileExistsBehavior).toBeUndefined()
  })
  test.each(['overwrite', 'Retain', '1'])('%s is refused', (behavior) => {
    expect(problemsOf(`${HEAD}file_exists_behavior: ${behavior}\n`)).toHaveLength(1)
  })
})

describe('files', () => {
  test.each([
    ['/', '/var/www/', { source: '', destination: '/var/www' }],
    ['/a/b/', '/x', { source: 'a/b', destination: '/x' }],
    ['./a//b', '/x/../y', { source: 'a/b', destination: '/y' }],
    ['.', '/', { source: '', destination: '/' }],
    ['/*', '/x', { source: '*', destination: '/x' }],
  ])('%s -> %s', (source, destination, mapping) => {
    expect(spec(`files:\n  - source: ${source}\n    destination: ${destination}\n`).files).toEqual([mapping])
  })
  test.each([
    ['source: ../etc, destination: /x', 'files[0].source: "../etc" leads out of the bundle'],
    ['source: a, destination: var/www', 'files[0].destination: must be an absolute path, but is "var/www"'],
    ['source: a', 'files[0].destination: is missing: name the directory on the host'],
    ['destination: /a', 'files[0].source: is missing: name a file or directory of the bundle, / for all of it'],
  ])('{%s}', (entry, problem) => {
    expect(problemsOf(`${HEAD}files:\n  - {${entry}}\n`)).toEqual([problem])
  })
  test('a null list is no list', () => {
    expect(spec('files:\nhooks:\npermissions:\n')).toEqual({ files: [], hooks: {}, permissions: [] })
  })
})

describe('hooks', () => {
  test('defaults, and what blanks and slashes are stripped', () => {
    const text = "hooks:\n  BeforeInstall:\n    - location: ' /scripts/a b.sh '\n      runas: ' web '\n"
    expect(spec(text).hooks.BeforeInstall).toEqual([
      { location: 'scripts/a b.sh', timeout: 3600, runas: 'web', sudo: false },
    ])
  })
  test.each([
    ['1', 1],
    ['"300"', 300],
  ])('timeout %s', (timeout, seconds) => {
    expect(spec(`hooks: {AfterInstall: [{location: a, timeout: ${timeout}}]}`).hooks.AfterInstall?.[0]?.timeout).toBe(
      seconds,
    )
  })
  test.each(['0', '-5', '5m', 'foo', '1.5', '[1]'])('timeout %s is refused', (timeout) => {
    expect(problemsOf(`${HEAD}hooks: {AfterInstall: [{location: a, timeout: ${timeout}}]}`)).toEqual([
      expect.stringMatching(/^hooks\.AfterInstall\[0\]\.timeout: must be a whole number/),
    ])
  })
  test.each(['""', '"  "', '~', '../x', '/'])('location %s is refused', (location) => {
    expect(problemsOf(`${HEAD}hooks: {AfterInstall: [{location: ${location}}]}`)).toHaveLength(1)
  })
  test('unknown events are all named', () => {
    expect(problemsOf(`${HEAD}hooks: {afterInstall: [], Start: []}`)[0]).toContain(
      'unknown lifecycle events: [afterInstall, Start]',
    )
  })
  test('scripts of Install are accepted, with a warning', () => {
    const { warnings } = parseAppSpec(`${HEAD}hooks: {Install: [{location: a}]}`)
    expect(warnings.map(({ path }) => path)).toEqual(['hooks.Install'])
  })
  test.each(['$(id)', 'a b', '-x', 'x;y'])('runas %s is refused', (user) => {
    expect(problemsOf(`${HEAD}hooks: {AfterInstall: [{location: a, runas: "${user}"}]}`)).toHaveLength(1)
  })
})

describe('permissions', () => {
  test('defaults', () => {
    expect(spec('permissions: [{object: /a/}]').permissions).toEqual([
      { object: '/a', pattern: '**', except: [], type: ['file', 'directory'] },
    ])
  })
  test.each([
    ['0644', '0644'],
    ['0755', '0755'],
    ['644', '644'],
    ['"0644"', '0644'],
    ['2775', '2775'],
    ['44', '044'],
    ['7', '007'],
    ['02775', '2775'],
  ])('mode %s is read as it is written', (mode, read) => {
    expect(spec(`permissions: [{object: /a, mode: ${mode}}]`).permissions[0]?.mode).toBe(read)
  })
  test.each(['888', '12345', 'rwx', '0o644', '""', '-1'])('mode %s is refused', (mode) => {
    expect(problemsOf(`${HEAD}permissions: [{object: /a, mode: ${mode}}]`)).toEqual([
      expect.stringMatching(/^permissions\[0\]\.mode/),
    ])
  })
  test.each(['{owner: a}', '{object: ""}', '{object: 5}', '{object: relative}', '{object: /a, type: [link]}'])(
    '%s is refused',
    (entry) => {
      expect(problemsOf(`${HEAD}permissions: [${entry}]`)).toHaveLength(1)
    },
  )
  test.each([
    ['u:bob:rw', { default: false, tag: 'user', name: 'bob', perms: 'rw-' }],
    ['bob:7', { default: false, tag: 'user', name: 'bob', perms: 'rwx' }],
    ['group:www:r-x', { default: false, tag: 'group', name: 'www', perms: 'r-x' }],
    ['d:u:bob:5', { default: true, tag: 'user', name: 'bob', perms: 'r-x' }],
    ['default:o::---', { default: true, tag: 'other', name: '', perms: '---' }],
    ['m::rx', { default: false, tag: 'mask', name: '', perms: 'r-x' }],
  ])('acl %s', (acl, entry) => {
    expect(spec(`permissions: [{object: /a, acls: ["${acl}"]}]`).permissions[0]?.acls).toEqual([entry])
  })
  test.each(['rwx', 'u::rwx', 'o::r', 'm:bob:r', 'u:bob:9', 'x:u:bob:r', 'a:b:c:d:e', 'd:rwx', 'z:bob:r'])(
    'acl %s is refused',
    (acl) => {
      expect(problemsOf(`${HEAD}permissions: [{object: /a, acls: ["${acl}"]}]`)).toEqual([
        expect.stringMatching(/^permissions\[0\]\.acls\[0\]: invalid acl entry/),
      ])
    },
  )
  test.each(['s0', 's0-s3', 's0:c1', 's0-s1:c1.c5,c7'])('context range %s', (range) => {
    expect(
      spec(`permissions: [{object: /a, context: {name: u, type: t, range: "${range}"}}]`).permissions[0]?.context,
    ).toEqual({
      user: 'u',
      type: 't',
      range,
    })
  })
  test.each(['s1-s0', 's0:c1024', 's0:c5.c1', 's0:c1,c1', 'c1', 's0:c1.c3,c2'])(
    'context range %s is refused',
    (range) => {
      expect(problemsOf(`${HEAD}permissions: [{object: /a, context: {type: t, range: "${range}"}}]`)).toHaveLength(1)
    },
  )
  test('a context needs a type', () => {
    expect(problemsOf(`${HEAD}permissions: [{object: /a, context: {name: u}}]`)[0]).toContain(
      'context.type: is missing',
    )
  })
})

/** What people write by mistake: each with the field that is wrong. */
describe('malformed', () => {
  test.each([
    ['version: 0.0\nos:\tlinux\nhooks:\n\tAfterInstall: []\n', /tab|not valid YAML/i],
    [`${HEAD}files: /var/www\n`, /^files: must be a list/],
    [`${HEAD}files: [/var/www]\n`, /^files\[0\]: /],
    [`${HEAD}files: [{source: [a], destination: /b}]\n`, /^files\[0\]\.source: /],
    [`${HEAD}files: [{source: a, destination: {to: /b}}]\n`, /^files\[0\]\.destination: /],
    [`${HEAD}files: [{source: a/../../b, destination: /b}]\n`, /^files\[0\]\.source: .*leads out of the bundle/],
    [`${HEAD}hooks: [AfterInstall]\n`, /^hooks: must be a map/],
    [`${HEAD}hooks: {AfterInstall: run.sh}\n`, /^hooks\.AfterInstall: /],
    [`${HEAD}hooks: {AfterInstall: [run.sh]}\n`, /^hooks\.AfterInstall\[0\]: /],
    [`${HEAD}hooks: {AfterInstall: [{location: ../../run.sh}]}\n`, /^hooks\.AfterInstall\[0\]\.location: /],
    [`${HEAD}permissions: {object: /a}\n`, /^permissions: must be a list/],
    [`${HEAD}permissions: [{object: /a, type: file}]\n`, /^permissions\[0\]\.type: /],
  ])('%j', (text, problem) => {
    expect(problemsOf(text)).toEqual([expect.stringMatching(problem)])
  })
})
