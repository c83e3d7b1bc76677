// Holds core/src/engine/RULES.md, the sources and the tests together: every rule that a comment cites is in the book, once,
// and every rule in the book is named by a test's title, or the book says on its line why not ("No test: ...").
// With --list, prints where each rule is cited and tested.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const book = 'core/src/engine/RULES.md'
const code = String.raw`(?:[SXTPRCVGWAJD][1-9]\d?b?)`
const list = String.raw`${code}(?:(?:, | and | or | to |\.\.|-)${code})*`
// What else is written so: Amazon S3, the V8 engine, pipelines of type V1 and V2. They are codes only where codes stand.
const ambiguous = new Set(['S3', 'V8', 'V1', 'V2'])
const whereCodesStand = new RegExp(String.raw`\((${list})[):;,]|^(${list})[:.]|^(${list})$`, 'g')

/** The codes in "X4", "R6, R7" or "G1 to G5", ranges spelled out. */
function codesIn(text) {
  const found = text.match(new RegExp(code, 'g')) ?? []
  for (const [, family, from, to, end] of text.matchAll(/([A-Z])(\d+)(?: to |\.\.|-)([A-Z])(\d+)/g)) {
    if (family !== to) continue
    for (let number = Number(from); number <= Number(end); number++) found.push(`${family}${number}`)
  }
  return [...new Set(found)]
}

/** The rules that a comment cites. */
function citedIn(comment) {
  const surely = [...comment.matchAll(whereCodesStand)].flatMap((match) => codesIn(match[1] ?? match[2] ?? match[3]))
  const lists = comment.match(new RegExp(String.raw`(?<![\w./-])${list}(?![\w/-])`, 'g')) ?? []
  return [...new Set([...surely, ...lists.flatMap(codesIn).filter((one) => !ambiguous.has(one))])]
}

/** The rules that a line of a test names: at the start of a title, in brackets, or as `rule: 'S1'` of a table. */
function titledIn(line) {
  const strings = [...line.matchAll(/(['"`])((?:\\.|(?!\1).)*)\1/g)].map((match) => match[2])
  const named = /\brule: '([^']+)'/.exec(line)?.[1]
  const titles = strings.flatMap((text) => [
    ...[...text.matchAll(new RegExp(String.raw`^(${list})(?=:? [\w$%"'#])`, 'g'))].map((match) => match[1]),
    ...[...text.matchAll(new RegExp(String.raw`\((${list})\)`, 'g'))].map((match) => match[1]),
  ])
  return [...new Set([...(named ? [named] : []), ...titles].flatMap(codesIn))]
}

/** The comment that a line of TypeScript or shell holds, or is part of. */
function commentIn(line) {
  return /(?:^|\s)(?:\/\/|\/\*\*?|\*(?!\/))\s?(.*?)(?:\s*\*\/)?$/.exec(line)?.[1]
}

/** A bare code says nothing to who does not know the book by heart. */
const isBare = (comment) => new RegExp(String.raw`^${list}(?:\.?$|\. )`).test(comment)

function read() {
  const defined = new Map()
  const problems = []
  for (const [index, line] of readFileSync(book, 'utf8').split('\n').entries()) {
    const rule = new RegExp(String.raw`^- \*\*(${code})\*\* (.+)$`).exec(line)
    if (!rule) continue
    if (defined.has(rule[1])) problems.push(`${book}:${index + 1}: ${rule[1]} is there twice`)
    if (!/\[[a-z0-9, ]+\]/.test(rule[2]))
      problems.push(`${book}:${index + 1}: ${rule[1]} names no source, like [model]`)
    defined.set(rule[1], { untested: /No test: ./.test(rule[2]), cited: [], tested: [] })
  }
  const files = execFileSync(
    'git',
    ['ls-files', '-co', '--exclude-standard', '--', 'core', 'plugins', 'test', 'scripts'],
    {
      encoding: 'utf8',
    },
  ).split('\n')
  for (const file of files.filter(
    (name) => /\.(tsx?|mjs|sh)$/.test(name) && !/\.d\.ts$|scripts\/lib\/rules/.test(name),
  )) {
    let lines
    try {
      lines = readFileSync(file, 'utf8').split('\n')
    } catch (error) {
      if (error.code === 'ENOENT') continue // deleted, and not yet told to git
      throw error
    }
    for (const [index, line] of lines.entries()) {
      const at = `${file}:${index + 1}`
      const comment = commentIn(line)
      if (comment !== undefined && isBare(comment.trim())) {
        problems.push(`${at}: say the rule in words, with its code behind: ${comment.trim()}`)
      }
      note(comment === undefined ? [] : citedIn(comment.trim()), 'cited', at)
      if (/\.test\.tsx?$|-contract\.ts$/.test(file)) note(titledIn(line), 'tested', at)
    }
  }
  return { defined, problems }

  function note(codes, how, at) {
    for (const one of codes) {
      const rule = defined.get(one)
      if (rule) rule[how].push(at)
      else problems.push(`${at}: ${one} is not in ${book}`)
    }
  }
}

const { defined, problems } = read()
for (const [one, { tested, untested }] of defined) {
  if (tested.length === 0 && !untested)
    problems.push(`${book}: no test's title names ${one}, and its line has no "No test: reason"`)
  if (tested.length > 0 && untested) problems.push(`${book}: ${one} is said to have no test, and ${tested[0]} names it`)
}
if (process.argv.includes('--list')) {
  for (const [one, { cited, tested }] of defined)
    console.log(`${one}\tcited ${cited.length}\ttested ${tested.length}\t${tested[0] ?? ''}`)
}
for (const problem of problems) console.error(problem)
if (defined.size === 0) problems.push('empty')
process.exit(problems.length > 0 ? 1 : 0)
