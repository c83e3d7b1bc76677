/** What real programs print of a secret, in all their ways to quote, escape and encode it, is masked. */
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { Masker } from '../../src/worker/mask.js'

const secrets = {
  everything: `A b"c'd\\e$f\`g&h<i>j/k+l=m%n#{o}!p?q~r*s(t)[u]^v|w,x;y:z@0`,
  unicode: 'schlüssel/日本#€-42',
  control: 'tab\there\x1b[1m bell\x07',
  pem: `-----BEGIN PRIVATE KEY-----\n${wrap(randomBytes(300).toString('base64'), 64)}\n-----END PRIVATE KEY-----\n`,
} as const

function wrap(text: string, width: number): string {
  return text.match(new RegExp(`.{1,${width}}`, 'g'))?.join('\n') ?? text
}

/** Each prints what it makes of the environment variable S. */
const programs: Readonly<
  Record<string, { readonly run: readonly [string, ...string[]]; readonly forms: readonly string[] }>
> = {
  bash: {
    run: ['bash', '-c'],
    forms: [
      'set -x; : "$S"',
      'set -x; : "user:$S" x',
      'set -x; [[ a == "$S" ]]; true',
      'declare -p S',
      'printf "%q" "$S"',
      `echo "\${S@Q}"`,
      'X="v=$S"; set -x; Y=$X',
      'printf %s "$S" | base64',
      'printf %s "$S" | base64 -w 0',
      'printf %s "$S" | base64 -w 13',
      'printf "a%s" "$S" | base64',
      'printf "ab%s" "$S" | base64 -w 20',
      'printf %s "$S" | openssl base64',
      'printf "ab%s" "$S" | openssl enc -base64',
      'printf "abc%s" "$S" | openssl base64 -A',
      'printf %s "$S" | od -An -v -tx1 | tr -d " \\n"',
      'cat <<< "$S"',
    ],
  },
  dash: {
    run: ['dash', '-c'],
    forms: ['set -x; : "$S"', 'set -x; : "a $S"', 'export -p | grep -a -A99 "S="', 'set | grep -a -A99 "^S="'],
  },
  python: {
    run: ['/usr/bin/python3', '-c'],
    forms: [
      'import os; print(os.environ["S"])',
      'import os; print(repr(os.environ["S"]))',
      'import os; print({"k": os.environ["S"]})',
      'import os; print(os.environb[b"S"])',
      'import os, json; print(json.dumps({"k": os.environ["S"]}))',
      'import os, json; print(json.dumps(json.dumps({"k": os.environ["S"]})))',
      'import os, json; print(json.dumps(json.dumps([os.environ["S"]], ensure_ascii=False), ensure_ascii=False))',
      'import os, json; print(json.dumps(os.environ["S"]).replace("<", "\\\\u003c").replace(">", "\\\\u003e").replace("&", "\\\\u0026"))',
      'import os, json; print(json.dumps(os.environ["S"], ensure_ascii=False).replace("<", "\\\\u003c").replace(">", "\\\\u003e").replace("&", "\\\\u0026"))',
      'import os, json; print(json.dumps(os.environ["S"]).replace("/", "\\\\/"))',
      'import os, urllib.parse as u; print(u.quote(os.environ["S"]))',
      'import os, urllib.parse as u; print(u.quote(os.environ["S"], safe=""))',
      'import os, urllib.parse as u; print(u.quote_plus(os.environ["S"]))',
      'import os, urllib.parse as u; print(u.urlencode({"k": os.environ["S"]}))',
      'import os, html; print(html.escape(os.environ["S"]))',
      'import os, xml.sax.saxutils as x; print(x.escape(os.environ["S"]))',
      'import os, shlex; print(shlex.quote(os.environ["S"]))',
      'import os, base64; print(base64.b64encode(os.environb[b"S"]))',
      'import os, base64; print(base64.urlsafe_b64encode(b"x" + os.environb[b"S"]).decode())',
      'import os, base64; print(base64.encodebytes(os.environb[b"S"]).decode())',
      'import os, base64; print(repr(base64.encodebytes(b"xy" + os.environb[b"S"])))',
      'import os, base64, json; print(json.dumps(base64.encodebytes(os.environb[b"S"]).decode()))',
      'import os; print(os.environb[b"S"].hex())',
    ],
  },
  ruby: {
    run: ['ruby', '-Ku', '-e'],
    forms: [
      'puts ENV["S"]',
      'p ENV["S"]',
      'p({"k" => ENV["S"]})',
      'require "json"; puts JSON.generate([ENV["S"]])',
      'require "json"; puts JSON.pretty_generate({k: {l: ENV["S"]}})',
      'require "json"; puts JSON.generate([JSON.generate([ENV["S"]])])',
      'require "cgi"; puts CGI.escape(ENV["S"])',
      'require "cgi"; puts CGI.escapeHTML(ENV["S"])',
      'require "erb"; puts ERB::Util.url_encode(ENV["S"])',
      'require "uri"; puts URI.encode_www_form(k: ENV["S"])',
      'require "shellwords"; puts ENV["S"].shellescape',
      'require "base64"; puts Base64.encode64(ENV["S"])',
      'require "base64"; puts Base64.strict_encode64("u:" + ENV["S"])',
      'require "base64"; p Base64.encode64("ab" + ENV["S"])',
      'require "base64"; puts Base64.urlsafe_encode64(ENV["S"])',
    ],
  },
  node: {
    run: [process.execPath, '-e'],
    forms: [
      'console.log(encodeURIComponent(process.env.S))',
      'console.log(encodeURI(process.env.S))',
      'console.log(JSON.stringify({ k: JSON.stringify({ k: JSON.stringify([process.env.S]) }) }))',
      'console.log(String(new URLSearchParams({ k: process.env.S })))',
    ],
  },
}

/** All that a program prints, form after form, in one process. */
function printed(name: string, forms: readonly string[], secret: string): readonly string[] {
  const [command, ...args] = programs[name]?.run ?? ['false']
  const { stdout, status } = spawnSync(command, [...args, script(name, forms)], {
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8', S: secret },
    encoding: 'utf8',
  })
  expect(status).toBe(0)
  return stdout.split('\n=====\n').slice(0, forms.length)
}

function script(name: string, forms: readonly string[]): string {
  const mark = { python: 'print("\\n=====")', ruby: 'puts "\\n====="', node: 'console.log("\\n=====")' }[name]
  if (mark !== undefined) return forms.map((form) => `${form}\n${mark}`).join('\n')
  return forms.map((form) => `( ${form} ) 2>&1; printf '\\n=====\\n'`).join('\n')
}

const maskers = new Map<string, Masker>()

function masked(text: string, secret: string): string {
  const masker = maskers.get(secret) ?? new Masker()
  if (masker.isEmpty) masker.add(secret)
  maskers.set(secret, masker)
  return masker.mask(text)
}

/** Words that are left beside the stars, without quotes; what base64 mixes of a secret's end and its neighbour is not the secret's. */
function rest(text: string, secret: string): readonly string[] {
  return masked(text, secret)
    .split(/\*{4}|[\s"'`$\\={}[\]();,]+/)
    .filter((word) => word.length > 3)
}

const plain = 'Plain7Value9with3Letters'

describe.each(Object.entries(programs))('%s', (name, { forms }) => {
  let allowed: readonly (readonly string[])[]
  beforeAll(() => {
    allowed = printed(name, forms, plain).map((text) => rest(text, plain))
  })

  test.each(Object.entries(secrets))('prints nothing of a secret: %s', (_, secret) => {
    const seen = printed(name, forms, secret).map((text, i) => ({
      form: forms[i],
      hidden: masked(text, secret).includes('****'),
      left: rest(text, secret).filter((word) => !allowed[i]?.includes(word)),
    }))
    expect(seen).toEqual(forms.map((form) => ({ form, hidden: true, left: [] })))
  })
})
