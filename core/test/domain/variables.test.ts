import type { ActionDeclaration, PipelineDeclaration, StageDeclaration } from '../../src/domain/pipeline.js'
import { checkVariables } from '../../src/domain/variable-rules.js'
import { references, resolveConfiguration, resolveText, UnresolvedVariables } from '../../src/domain/variables.js'

describe('resolving', () => {
  const scopes = {
    source: { CommitId: 'abc', CommitMessage: 'see #{codepipeline.PipelineExecutionId} and $& too' },
    codepipeline: { PipelineExecutionId: 'e-1' },
    'a@b-c_1': { 'k@-_2': 'odd' },
  }

  test.each([
    { it: 'V1 one reference', text: '#{source.CommitId}', result: 'abc' },
    {
      it: 'V1 several in a text',
      text: 'v-#{source.CommitId}/#{codepipeline.PipelineExecutionId}!',
      result: 'v-abc/e-1!',
    },
    { it: 'V1 every character that names may have', text: '#{a@b-c_1.k@-_2}', result: 'odd' },
    {
      it: 'V1 what only looks like one stays',
      text: '#{foo} #{a.b.c} #{ a.b } $a.b #{a.} #a.b',
      result: '#{foo} #{a.b.c} #{ a.b } $a.b #{a.} #a.b',
    },
    { it: 'V1 one inside other braces', text: '#{#{source.CommitId}}', result: '#{abc}' },
    {
      it: 'V4 a value is not resolved again',
      text: '#{source.CommitMessage}',
      result: 'see #{codepipeline.PipelineExecutionId} and $& too',
    },
  ])('$it', ({ text, result }) => {
    expect(resolveText(text, scopes)).toBe(result)
  })

  test('V1 references in order', () => {
    expect(references('#{b.x} #{a.y}#{b.x}')).toEqual([
      { namespace: 'b', key: 'x' },
      { namespace: 'a', key: 'y' },
      { namespace: 'b', key: 'x' },
    ])
    expect(references('#{a.b.c}')).toEqual([])
  })

  test.each([
    {
      it: 'V5 keys are case sensitive',
      text: '#{source.commitid}',
      says: '#{source.commitid} has no value: source has CommitId, CommitMessage',
    },
    {
      it: 'V4 an unknown namespace',
      text: '#{build.x}',
      says: 'no action with the namespace build has run (known are source, codepipeline, a@b-c_1)',
    },
    {
      it: 'V4 nothing that every object has',
      text: '#{source.constructor}',
      says: '#{source.constructor} has no value',
    },
    { it: 'V4 no namespace that every object has', text: '#{__proto__.x}', says: '#{__proto__.x} has no value' },
  ])('$it', ({ text, says }) => {
    expect(() => resolveText(text, scopes)).toThrow(says)
  })

  test('V4 a configuration: all problems at once, each with its property', () => {
    expect(resolveConfiguration({ A: '#{source.CommitId}', B: 'plain' }, scopes)).toEqual({ A: 'abc', B: 'plain' })
    try {
      resolveConfiguration({ A: '#{x.y}', B: '#{source.CommitId}', C: '#{source.nope}' }, scopes)
      throw new Error('not reached')
    } catch (error) {
      expect(error).toBeInstanceOf(UnresolvedVariables)
      expect((error as UnresolvedVariables).message).toMatch(/^A: #\{x\.y\} .*; C: #\{source\.nope\}/)
      expect((error as UnresolvedVariables).references).toHaveLength(2)
    }
  })

  test('S9 the resolved configuration is at most 100 KB', () => {
    const big = { big: { value: 'x'.repeat(102_400 - 1) } }
    expect(Object.keys(resolveConfiguration({ A: '#{big.value}' }, big))).toEqual(['A'])
    expect(() => resolveConfiguration({ A: '#{big.value}', B: '' }, big)).toThrow('102401 bytes')
  })
})

function action(name: string, more: Partial<ActionDeclaration> = {}): ActionDeclaration {
  const actionTypeId = { category: 'Build', owner: 'Custom', provider: 'P', version: '1' } as const
  return { name, actionTypeId, ...more }
}

function pipeline(stages: Partial<StageDeclaration>[], more: Partial<PipelineDeclaration> = {}): PipelineDeclaration {
  const named = stages.map((stage, index) => ({ name: `S${index + 1}`, actions: [], ...stage }))
  return { name: 'p', roleArn: 'r', stages: named, ...more }
}

const wants = (text: string, more: Partial<ActionDeclaration> = {}) =>
  action('user', { configuration: { P: text }, ...more })
const source = action('src', { namespace: 'src' })

describe('checking', () => {
  test.each([
    {
      it: 'V1 the execution id',
      given: pipeline([{ actions: [source] }, { actions: [wants('#{codepipeline.PipelineExecutionId}')] }]),
    },
    {
      it: 'V1 a declared variable',
      given: pipeline([{ actions: [wants('#{variables.env}')] }], { variables: [{ name: 'env' }] }),
    },
    { it: 'V3 an earlier stage', given: pipeline([{ actions: [source] }, { actions: [wants('#{src.x}')] }]) },
    { it: 'V3 a lower runOrder', given: pipeline([{ actions: [source, wants('#{src.x}', { runOrder: 2 })] }]) },
    {
      it: 'V3 onSuccess of the same stage',
      given: pipeline([
        {
          actions: [source],
          onSuccess: {
            conditions: [
              {
                rules: [
                  {
                    name: 'r',
                    ruleTypeId: { category: 'Rule', provider: 'VariableCheck' },
                    configuration: { Variable: '#{src.x}' },
                  },
                ],
              },
            ],
          },
        },
      ]),
    },
  ])('$it is fine', ({ given }) => {
    expect(checkVariables(given)).toEqual([])
  })

  test.each([
    {
      it: 'V1 an unknown key of codepipeline',
      given: pipeline([{ actions: [wants('#{codepipeline.Name}')] }]),
      says: 'codepipeline has only PipelineExecutionId',
    },
    {
      it: 'V1 an undeclared variable',
      given: pipeline([{ actions: [wants('#{variables.env}')] }], { variables: [{ name: 'ENV' }] }),
      says: 'only the variables ENV',
    },
    {
      it: 'V1 no such namespace',
      given: pipeline([{ actions: [wants('#{nope.x}')] }]),
      says: "P refers to #{nope.x}, but no action of the pipeline has the namespace 'nope'",
    },
    {
      it: 'V1 in an environment variable',
      given: pipeline([{ actions: [action('user', { environmentVariables: [{ name: 'E', value: '#{nope.x}' }] })] }]),
      says: 'E refers to #{nope.x}',
    },
    {
      it: 'V2 two with one namespace',
      given: pipeline([{ actions: [source, action('user', { namespace: 'src' })] }]),
      says: "already used by action 'src' in stage 'S1'",
    },
    {
      it: 'V2 an artifact of that name',
      given: pipeline([{ actions: [action('user', { namespace: 'App', outputArtifacts: [{ name: 'App' }] })] }]),
      says: "The namespace 'App' is also an artifact's name",
    },
    {
      it: 'V2 the reserved codepipeline',
      given: pipeline([{ actions: [action('user', { namespace: 'codepipeline' })] }]),
      says: "'codepipeline' is reserved",
    },
    {
      it: 'V2 the reserved variables',
      given: pipeline([{ actions: [action('user', { namespace: 'variables' })] }]),
      says: "'variables' is reserved",
    },
    {
      it: 'V3 the same runOrder',
      given: pipeline([{ actions: [source, wants('#{src.x}')] }]),
      says: 'does not run before',
    },
    {
      it: 'V3 a later stage',
      given: pipeline([{ actions: [wants('#{late.x}')] }, { actions: [action('b', { namespace: 'late' })] }]),
      says: 'does not run before',
    },
    {
      it: 'V3 itself',
      given: pipeline([{ actions: [wants('#{me.x}', { namespace: 'me' })] }]),
      says: 'does not run before',
    },
  ])('$it is refused', ({ given, says }) => {
    expect(checkVariables(given)).toEqual([
      expect.objectContaining({ stageName: 'S1', actionName: 'user', message: expect.stringContaining(says) }),
    ])
  })

  test('V3 an entry condition cannot use its own stage', () => {
    const rules = [
      {
        name: 'check',
        ruleTypeId: { category: 'Rule', provider: 'VariableCheck' } as const,
        configuration: { Variable: '#{b.x}' },
      },
    ]
    const given = pipeline([
      { actions: [source] },
      { actions: [action('b', { namespace: 'b' })], beforeEntry: { conditions: [{ rules }] } },
    ])
    expect(checkVariables(given)).toEqual([expect.objectContaining({ stageName: 'S2', actionName: 'check' })])
  })
})
