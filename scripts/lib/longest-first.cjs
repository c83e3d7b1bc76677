// The order of test files on a machine that has no times of them yet: those over whole programs, then those with real
// parts, then the short ones, which fill the gaps at the end. A core idles when a long one comes last.
const { default: Sequencer } = require('@jest/test-sequencer')

const rank = { system: 0, real: 1, unit: 2 }

module.exports = class extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests)
    const rankOf = ({ context }) => rank[context.config.displayName?.name] ?? 0
    return sorted.every((test) => test.duration === undefined) ? sorted.sort((a, b) => rankOf(a) - rankOf(b)) : sorted
  }
}
