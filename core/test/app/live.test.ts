import { createLive } from '../../src/app/live.js'
import type { LiveChange } from '../../src/host/services.js'

test.each(['{', '{}', '{"pipelineName":7}', 'jobs', 'null', '{"pipelineName":"site"', ''])(
  'a broken signal %j harms nobody, and the next one is heard',
  (broken) => {
    let signal: (topic: string) => void = () => {}
    const onSignal = (listener: (topic: string) => void) => {
      signal = listener
      return () => {}
    }
    const heard: LiveChange[] = []
    createLive({ onSignal }).subscribe((change) => heard.push(change))
    signal(broken)
    signal('{"pipelineName":"site"}')
    expect(heard).toEqual([{ pipelineName: 'site' }])
  },
)
