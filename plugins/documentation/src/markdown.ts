import MarkdownIt from 'markdown-it'
import type Token from 'markdown-it/lib/token.mjs'

/** Raw HTML is shown as text, and links lead to pages or mail: a plugin's document is a stranger's word. */
const renderer = new MarkdownIt({ html: false, linkify: false, typographer: false })

/** A heading's place in its page: `Where things are` is `where-things-are`. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll('`', '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '')
}

renderer.core.ruler.push('anchors', ({ tokens }) => {
  tokens.forEach((token, at) => {
    if (token.type === 'heading_open') token.attrSet('id', anchorOf(tokens[at + 1]?.content ?? ''))
  })
})

/**
 * HTML of a document. `linkTo` says where a relative link leads: to another document, or nowhere, and then its text stays.
 */
export function htmlOf(text: string, linkTo: (target: string) => string | undefined): string {
  const tokens = renderer.parse(text, {})
  for (const { children } of tokens) resolveLinks(children ?? [], linkTo)
  return renderer.renderer
    .render(tokens, renderer.options, {})
    .replaceAll('<table>', '<div class="wide"><table>')
    .replaceAll('</table>', '</table></div>')
}

/** A link that leads nowhere loses its tags. */
function resolveLinks(tokens: Token[], linkTo: (target: string) => string | undefined): void {
  const kept: boolean[] = []
  for (const token of tokens) {
    if (token.type === 'link_open') {
      const href = String(token.attrGet('href') ?? '')
      const target = /^(https?:|mailto:|#)/.test(href) ? href : linkTo(href)
      kept.push(target !== undefined)
      if (target === undefined) remove(token)
      else token.attrSet('href', target)
    } else if (token.type === 'link_close' && kept.pop() === false) remove(token)
  }
}

function remove(token: Token): void {
  Object.assign(token, { type: 'text', tag: '', content: '', attrs: null, nesting: 0 })
}

export const escapeHtml = (text: string) => renderer.utils.escapeHtml(text)
