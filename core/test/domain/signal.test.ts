import { decodeSignal, encodeSignal, plainSignals, type Signal } from '../../src/domain/signal.js'

const signals: [text: string, signal: Signal][] = [
  ['jobs', { kind: 'jobs' }],
  ['cancels', { kind: 'cancels' }],
  ['outbox', { kind: 'outbox' }],
  ['action-types', { kind: 'action-types' }],
  ['log 0197', { kind: 'log', actionExecutionId: '0197' }],
  ['log-wanted 0197', { kind: 'log-wanted', actionExecutionId: '0197' }],
  ['{"pipelineName":"site"}', { kind: 'pipeline', pipelineName: 'site' }],
  [
    '{"pipelineName":"site","pipelineExecutionId":"1"}',
    { kind: 'pipeline', pipelineName: 'site', pipelineExecutionId: '1' },
  ],
]

test.each(signals)('%s is what servers of every version send and understand', (text, signal) => {
  expect(encodeSignal(signal)).toBe(text)
  expect(decodeSignal(text)).toEqual(signal)
})

test.each([
  '',
  '{',
  '{}',
  '[]',
  'null',
  '{"pipelineName":7}',
  '{"pipelineName":""}',
  '{"pipelineName":"site","pipelineExecutionId":{}}',
  'log',
  'log ',
  'jobs ',
  'JOBS',
  'toString',
  '__proto__ 1',
  'a signal of a version to come 5',
  '\u0000',
])('%j is no signal', (text) => expect(decodeSignal(text)).toBeUndefined())

test('who may have missed something is sent every signal that names nothing', () => {
  expect(plainSignals).toEqual(signals.map(([, signal]) => signal).filter((signal) => Object.keys(signal).length === 1))
})
