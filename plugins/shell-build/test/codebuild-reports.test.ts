import { runAction } from '@penstock/core/testkit'
import { codeBuild } from '../src/codebuild/provider.js'
import { removeTrees, tree } from './trees.js'

afterAll(removeTrees)

/** What a build hands in of a file of this format. */
async function reported(format: string, content: string, { phase = 'true', files = 'out/*' } = {}) {
  const spec = `version: 0.2
phases: { build: { commands: ['${phase}'] } }
reports: { unit.tests: { files: '${files}', file-format: ${format} } }
`
  const source = tree({ 'buildspec.yml': spec, 'out/report': content })
  return runAction(codeBuild('Test'), { configuration: { ProjectName: 'p' }, inputs: { Source: source } })
}

test('the tests of Node.js: those outside of suites too, two of one name apart, one to do as none that failed', async () => {
  const tests = `import test, { describe, it } from 'node:test'
test('alone', () => {})
test('to do', { todo: 'later' }, () => { throw new Error('not yet') })
describe('a', () => { describe('c', () => { it('works', () => {}) }) })
describe('b', () => { it('works', () => {}) })
`
  const spec = `version: 0.2
phases: { build: { commands: ['node --test --test-reporter=junit t.mjs >report.xml'] } }
reports: { unit: { files: report.xml, file-format: JUNITXML } }
`
  const source = tree({ 'buildspec.yml': spec, 't.mjs': tests })
  const { outcome, testReports } = await runAction(codeBuild('Test'), {
    configuration: { ProjectName: 'p' },
    inputs: { Source: source },
  })
  expect(outcome).toBe('succeeded')
  const [report] = testReports
  const told = report?.type === 'TEST' ? report.testCases : []
  const [alone, toDo, ...others] = told.map(({ testSuiteName, name, status }) => ({ testSuiteName, name, status }))
  expect([alone, toDo]).toMatchObject([
    { name: 'alone', status: 'SUCCEEDED' },
    { name: 'to do', status: 'SKIPPED' },
  ])
  // Node.js 20 names no suite at the test, 24 the nearest.
  expect(others).toEqual([
    { testSuiteName: expect.stringMatching(/^(a > )?c$/), name: 'works', status: 'SUCCEEDED' },
    { testSuiteName: 'b', name: 'works', status: 'SUCCEEDED' },
  ])
})

test.each([
  {
    format: 'JUNITXML',
    content: `<?xml version="1.0"?><testsuites><testsuite name="outer"><testsuite name="inner">
      <testcase classname="a.B" name="ok" time="0.5"/>
      <testcase name="bad" time="1,000.25"><failure message="expected 1">expected 1 but was 2</failure></testcase>
      <testcase name="boom"><error message="oh"><![CDATA[at <x>]]></error></testcase>
      <testcase name="no"><skipped/></testcase></testsuite></testsuite></testsuites>`,
    cases: [
      { testSuiteName: 'a.B', name: 'ok', status: 'SUCCEEDED', durationInNanoSeconds: 5e8 },
      {
        testSuiteName: 'inner',
        name: 'bad',
        status: 'FAILED',
        durationInNanoSeconds: 1000.25e9,
        message: 'expected 1 but was 2',
      },
      { testSuiteName: 'inner', name: 'boom', status: 'ERROR', durationInNanoSeconds: 0, message: 'oh\nat <x>' },
      { testSuiteName: 'inner', name: 'no', status: 'SKIPPED', durationInNanoSeconds: 0 },
    ],
  },
  {
    format: 'NUNITXML',
    content: `<test-results><test-suite><results>
      <test-case name="N.T.Good" executed="True" success="True" time="0.1"/>
      <test-case name="N.T.Bad" executed="True" result="Failure"><failure><message>why</message><stack-trace>at</stack-trace></failure></test-case>
      </results></test-suite></test-results>`,
    cases: [
      { testSuiteName: 'N.T', name: 'Good', status: 'SUCCEEDED', durationInNanoSeconds: 1e8 },
      { testSuiteName: 'N.T', name: 'Bad', status: 'FAILED', durationInNanoSeconds: 0, message: 'why\nat' },
    ],
  },
  {
    format: 'NUNIT3XML',
    content: `<test-run><test-suite><test-case name="Add(1,2)" fullname="N.T.Add(1,2)" classname="N.T" result="Passed" duration="0.2"/>
      <test-case name="Later" fullname="N.T.Later" classname="N.T" result="Skipped"/></test-suite></test-run>`,
    cases: [
      { testSuiteName: 'N.T', name: 'Add(1,2)', status: 'SUCCEEDED', durationInNanoSeconds: 2e8 },
      { testSuiteName: 'N.T', name: 'Later', status: 'SKIPPED', durationInNanoSeconds: 0 },
    ],
  },
  {
    format: 'TESTNGXML',
    content: `<testng-results><suite><test><class name="a.B">
      <test-method name="setUp" is-config="true" status="PASS" duration-ms="1"/>
      <test-method name="adds" status="FAIL" duration-ms="12"><exception><message><![CDATA[no]]></message></exception></test-method>
      </class></test></suite></testng-results>`,
    cases: [{ testSuiteName: 'a.B', name: 'adds', status: 'FAILED', durationInNanoSeconds: 12e6, message: 'no' }],
  },
  {
    format: 'VISUALSTUDIOTRX',
    content: `\uFEFF<TestRun xmlns="urn:x"><Results>
      <UnitTestResult testId="1" testName="Adds" outcome="Passed" duration="00:01:01.5000000"/>
      <UnitTestResult testId="2" testName="Breaks" outcome="Failed"><Output><ErrorInfo><Message>m</Message></ErrorInfo></Output></UnitTestResult>
      </Results><TestDefinitions><UnitTest id="1"><TestMethod className="N.T, asm"/></UnitTest></TestDefinitions></TestRun>`,
    cases: [
      { testSuiteName: 'N.T', name: 'Adds', status: 'SUCCEEDED', durationInNanoSeconds: 61.5e9 },
      { name: 'Breaks', status: 'FAILED', durationInNanoSeconds: 0, message: 'm' },
    ],
  },
  {
    format: 'CUCUMBERJSON',
    content: JSON.stringify([
      {
        name: 'Cart',
        elements: [
          { type: 'background', steps: [{ result: { status: 'passed', duration: 5 } }] },
          { type: 'scenario', name: 'adds', steps: [{ result: { status: 'passed', duration: 10 } }] },
          {
            type: 'scenario',
            name: 'breaks',
            steps: [
              { keyword: 'When ', name: 'x', result: { status: 'failed', error_message: 'no' } },
              { result: { status: 'skipped' } },
            ],
          },
        ],
      },
    ]),
    cases: [
      { testSuiteName: 'Cart', name: 'adds', status: 'SUCCEEDED', durationInNanoSeconds: 15 },
      { testSuiteName: 'Cart', name: 'breaks', status: 'FAILED', durationInNanoSeconds: 0, message: 'When x\nno' },
    ],
  },
])('tests of $format', async ({ format, content, cases }) => {
  const { testReports, outcome } = await reported(format, content)
  expect(outcome).toBe('succeeded')
  expect(testReports).toEqual([{ name: 'unit-tests', type: 'TEST', testCases: cases }])
})

test.each([
  {
    format: 'COBERTURAXML',
    content: `<coverage><packages><package><classes><class filename="a.py"><methods><method><lines><line number="1" hits="1"/></lines></method></methods>
      <lines><line number="1" hits="1"/><line number="2" hits="0" branch="true" condition-coverage="50% (1/2)"/></lines></class></classes></package></packages></coverage>`,
    file: { filePath: 'a.py', linesCovered: 1, linesMissed: 1, branchesCovered: 1, branchesMissed: 1 },
  },
  {
    format: 'JACOCOXML',
    content: `<!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd"><report><package name="a/b"><sourcefile name="C.java">
      <counter type="LINE" missed="2" covered="3"/><counter type="BRANCH" missed="1" covered="0"/></sourcefile></package></report>`,
    file: { filePath: 'a/b/C.java', linesCovered: 3, linesMissed: 2, branchesCovered: 0, branchesMissed: 1 },
  },
  {
    format: 'CLOVERXML',
    content: `<coverage><project><file name="a.php" path="/src/a.php"><metrics statements="4" coveredstatements="3" conditionals="2" coveredconditionals="2"/></file></project></coverage>`,
    file: { filePath: '/src/a.php', linesCovered: 3, linesMissed: 1, branchesCovered: 2, branchesMissed: 0 },
  },
  {
    format: 'SIMPLECOV',
    content: JSON.stringify({
      RSpec: { coverage: { 'a.rb': { lines: [1, null, 0], branches: { c: { t: 1, e: 0 } } } } },
    }),
    file: { filePath: 'a.rb', linesCovered: 1, linesMissed: 1, branchesCovered: 1, branchesMissed: 1 },
  },
])('coverage of $format', async ({ format, content, file }) => {
  const { testReports } = await reported(format, content)
  expect(testReports).toEqual([{ name: 'unit-tests', type: 'CODE_COVERAGE', codeCoverages: [file] }])
})

test('a failed build reports as well; the log has one line of each group', async () => {
  const { testReports, outcome, log } = await reported('JUNITXML', '<testsuite><testcase name="a"/></testsuite>', {
    phase: 'exit 1',
  })
  expect(outcome).toBe('failed')
  expect(testReports).toHaveLength(1)
  expect(log).toContain('report unit-tests: 1 tests, 0 failed, 0 skipped')
})

test.each([
  { it: 'no XML', content: '<testsuite>', says: 'out/report is no JUNITXML:' },
  { it: 'nothing that matches', content: '', files: 'none/*.xml', says: 'no file matches none/*.xml' },
  {
    it: 'entities that grow',
    content: '<!DOCTYPE x [<!ENTITY a "aaaa">]><testsuite>&a;</testsuite>',
    says: 'is no JUNITXML',
  },
])('$it fails no build, and is told', async ({ content, files, says }) => {
  const { testReports, outcome, log } = await reported('JUNITXML', content, files === undefined ? {} : { files })
  expect(outcome).toBe('succeeded')
  expect(testReports).toEqual([])
  expect(log).toContain(says)
})

test("a link to the machine's files is not read", async () => {
  const spec = `version: 0.2
phases: { build: { commands: ['ln -s /etc/passwd out'] } }
reports: { unit: { files: out } }
`
  const { log } = await runAction(codeBuild('Test'), {
    configuration: { ProjectName: 'p' },
    inputs: { Source: tree({ 'buildspec.yml': spec }) },
  })
  expect(log).toContain('report unit: no file matches out')
})
