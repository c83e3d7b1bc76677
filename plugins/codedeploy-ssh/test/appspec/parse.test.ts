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
    expect(() => parseAppSpec('version: 0.0\nos: [linux\n')).toThrow(/^appspec\.yml:3: is not valid YAML/)
  })
  test('problems tell their lines', () => {
    expect(() => parseAppSpec('version: 1\nos: linux\nfiles:\n- source: a\n')).toThrow(
      /^appspec\.yml has 2 problems:\n- version: .* \(line 1\)\n- files\[0\]\.destination: .* \(line 4\)$/,
    )
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
  test('a merge brings what it names, also the location, and what stands below it wins', () => {
    const hooks =
      'x: &d {timeout: 5, runas: appuser, location: a.sh}\nhooks:\n  AfterInstall:\n    - <<: *d\n      timeout: 7\n'
    const expected = { location: 'a.sh', timeout: 7, runas: 'appuser', sudo: false }
    expect(spec(hooks).hooks.AfterInstall).toEqual([expected])
    const permissions = 'x: &p {mode: 600, owner: web}\npermissions:\n  - object: /a\n    <<: *p\n'
    expect(spec(permissions).permissions[0]).toMatchObject({ mode: '600', owner: 'web' })
    expect(parseAppSpec('x: &base {version: 0.0, os: linux}\n<<: *base\n').appSpec.hooks).toEqual({})
  })
  test('a merge below a key replaces it, as in Ruby, and says so', () => {
    const { appSpec, warnings } = parseAppSpec(
      `${HEAD}x: &d {timeout: 5}\nhooks: {AfterInstall: [{location: a, timeout: 9, <<: *d}]}`,
    )
    expect(appSpec.hooks.AfterInstall?.[0]?.timeout).toBe(5)
    expect(warnings.map(({ message }) => message)).toContainEqual(expect.stringContaining('the merge replaces timeout'))
  })
  test.each(['runas: *user', 'hooks: *common', 'files: [*one]'])(
    'an alias that nobody defined is refused: %s',
    (text) => {
      expect(problemsOf(`${HEAD}${text}\n`)).toEqual([
        expect.stringMatching(/^the alias \*\w+ is not defined: no &\w+ stands above it$/),
      ])
    },
  )
  test('aliases are warned of once: newer Rubies refuse them', () => {
    const { warnings } = parseAppSpec(`${HEAD}x: &h {location: a}\nhooks: {AfterInstall: [*h, *h]}`)
    expect(warnings.filter(({ message }) => message.includes('Psych::BadAlias'))).toHaveLength(1)
  })
  test('of repeated keys the last wins, with a word', () => {
    const hook = (event: string) => `  AfterInstall:\n    - {location: ${event}, runas: root, runas: appuser}\n`
    const { appSpec, warnings } = parseAppSpec(
      `version: 0.0\nos: windows\nos: linux\nhooks:\n${hook('one')}${hook('two')}`,
    )
    expect(appSpec.hooks.AfterInstall).toEqual([{ location: 'two', runas: 'appuser', timeout: 3600, sudo: false }])
    expect(warnings.map(({ message, at }) => `${at?.line} ${message}`)).toEqual([
      '3 os is there twice: this one replaces line 2',
      '6 runas is there twice: this one replaces line 6',
      '8 runas is there twice: this one replaces line 8',
      '7 AfterInstall is there twice: this one replaces line 5',
    ])
  })
  test('of several documents the first is read, whatever the others are', () => {
    const { warnings } = parseAppSpec(`---\n${HEAD}---\nos: [\n`)
    expect(warnings).toEqual([
      { path: '', message: 'only what stands before this line is read', at: { line: 4, column: 1 } },
    ])
  })
  test.each(['\uFEFF', ''])('Windows line ends, with a byte order mark or without', (mark) => {
    const text = `${mark}${HEAD}hooks:\n  AfterInstall:\n    - location: a\n`.replaceAll('\n', '\r\n')
    const { appSpec, warnings } = parseAppSpec(text)
    expect(appSpec.hooks).toEqual({ AfterInstall: [{ location: 'a', timeout: 3600, sudo: false }] })
    expect(warnings.map(({ message }) => message)).toEqual(
      mark === '' ? [] : [expect.stringMatching(/^the file begins with a byte order mark/)],
    )
  })
  test.each([
    ['an alias inside of what it names', 'hooks: &h {AfterInstall: *h}', /stands inside of what it names/],
    ['an object of Ruby', 'x: !ruby/object:File {}', /would make an object of Ruby/],
    [
      'aliases of aliases of aliases',
      `a0: &a0 [x]\n${[...'123456789'].map((n) => `a${n}: &a${n} [${`*a${Number(n) - 1},`.repeat(9)}]`).join('\n')}`,
      /stands for more than/,
    ],
    ['endless nesting', `x: ${'['.repeat(5000)}${']'.repeat(5000)}`, /nested too deeply/],
  ])('%s is refused', (_, text, problem) => {
    expect(problemsOf(`${HEAD}${text}\n`)).toEqual([expect.stringMatching(problem)])
  })
  test('an AppSpec file for Lambda or ECS is told to be one', () => {
    expect(problemsOf('version: 0.0\nResources:\n  - F: {Type: "AWS::Lambda::Function"}\nHooks: []\n')).toEqual([
      expect.stringMatching(/^os: is missing, and Resources is there: this is an AppSpec file for Lambda or ECS/),
    ])
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
  test.each(['0.0', '0', '0.00', '-0.0', '0x0', '.0'])('version %s is taken', (version) => {
    expect(problemsOf(`version: ${version}\nos: linux\n`)).toEqual([])
  })
  test.each(['"0.0"', '0.1', '1', 'zero', '[0.0]', 'false', '', '0e0'])('version %s is refused', (version) => {
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
    ['300.0', 300],
    ['1_000', 1000],
    ['089', 89],
    ['+5', 5],
    ['0x10', 16],
    ['0b101', 5],
    ['010', 8],
    ['"010"', 10],
    ['1:30', 5400],
  ])('timeout %s', (timeout, seconds) => {
    expect(spec(`hooks: {AfterInstall: [{location: a, timeout: ${timeout}}]}`).hooks.AfterInstall?.[0]?.timeout).toBe(
      seconds,
    )
  })
  test.each(['010', '0x10', '1:30'])('timeout %s is taken with a word on what it means', (timeout) => {
    const { warnings } = parseAppSpec(`${HEAD}hooks: {AfterInstall: [{location: a, timeout: ${timeout}}]}`)
    expect(warnings.map(describeProblem)).toEqual([
      expect.stringMatching(/^hooks\.AfterInstall\[0\]\.timeout: .* is \d+ seconds to YAML/),
    ])
  })
  test.each(['0', '-5', '5m', 'foo', '1.5', '[1]', '1e3', 'true', '300s', '.inf'])(
    'timeout %s is refused',
    (timeout) => {
      expect(problemsOf(`${HEAD}hooks: {AfterInstall: [{location: a, timeout: ${timeout}}]}`)).toEqual([
        expect.stringMatching(/^hooks\.AfterInstall\[0\]\.timeout: must be a whole number/),
      ])
    },
  )
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
