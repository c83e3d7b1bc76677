/** A build's output with colours, a progress bar, what could be markup, and `count` more lines. */
export function sampleLog(count: number): string {
  const esc = '\u001b'
  const head = [
    `${esc}[1m$ bundle install --jobs 2${esc}[0m`,
    'Fetching gem metadata from https://rubygems.org/.........',
    `  10 %\r  55 %\rInstalling rake 13.2.1 ${esc}[32m100 %${esc}[0m`,
    `${esc}[32mBundle complete! 24 Gemfile dependencies, 71 gems now installed.${esc}[0m`,
    `${esc}[1m$ rake package${esc}[0m`,
    `${esc}[33mwarning: <script>alert(1)</script> is deprecated & will be removed${esc}[0m`,
    `${esc}[36mInfo${esc}[0m compiling 214 templates ${esc}[38;5;208mwith colours of 256${esc}[0m`,
  ]
  const body = Array.from({ length: count }, (_, at) => {
    const file = `app/components/basket/item_${at + 1}.rb`
    return at % 40 === 17
      ? `${esc}[31mF${esc}[0m ${file}: expected 3 items, got ${at % 7}`
      : `${esc}[32m.${esc}[0m ${file} ${esc}[2m(${(at % 9) + 1} ms)${esc}[0m`
  })
  const foot = [
    `${esc}[1;42m PASS ${esc}[0m ${count} files`,
    `${esc}[1;31mFAILED${esc}[0m rake lint ended with exit code 1`,
  ]
  return `${[...head, ...body, ...foot].join('\n')}\n`
}
