// Says jest's result in one plain line. A suite that could not run at all, and a failed check, count as one failure each.
import { readFileSync } from 'node:fs'

const [file, checkFailed] = process.argv.slice(2)
const result = JSON.parse(readFileSync(file, 'utf8'))
const broken = result.numRuntimeErrorTestSuites + Number(checkFailed)
const failed = result.numFailedTests + broken
if (checkFailed === '1') console.log('scripts/check found problems: see above.')
console.log(`${result.numPassedTests} passed, ${failed} failed`)
process.exitCode = failed === 0 && result.numPassedTests > 0 ? 0 : 1
