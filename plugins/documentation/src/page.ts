import type { Guide } from '@penstock/core/guide'
import type { Found, Library } from './library.js'
import { anchorOf, escapeHtml, htmlOf } from './markdown.js'

export const base = '/docs'

/** One document, beside the list of all. */
export function documentPage(library: Library, guide: Guide): string {
  const linkTo = (target: string) => {
    const [, path = '', anchor = ''] = /^([^#]*)(#.*)?$/.exec(target) ?? []
    const topic = path.split('/').at(-1) ?? ''
    const plugin = /(?:^|\/)plugins\/([\w-]+)(?:\/|$)/.exec(path)?.[1]
    const found = library.find(plugin === undefined ? topic : `plugin-${plugin}`)
    return found && `${base}/${found.topic}${anchor}`
  }
  return page(library, guide.title, guide.topic, `<article>${htmlOf(guide.text, linkTo)}</article>`)
}

/** What was found, or that nothing was. */
export function searchPage(library: Library, words: string, found: readonly Found[]): string {
  const items = found.map(({ topic, title, heading, excerpt }) => {
    const at = heading === '' ? '' : `#${anchorOf(heading)}`
    const where = heading === '' ? title : `${title}: ${heading}`
    return `<li><a href="${base}/${topic}${escapeHtml(at)}">${escapeHtml(where)}</a><p>${escapeHtml(excerpt)}</p></li>`
  })
  const none = `<p>Nothing holds all of these words. Fewer, or other ones, may find it.</p>`
  const body = `<h1>Search</h1>${items.length === 0 ? none : `<ol class="found">${items.join('')}</ol>`}`
  return page(library, 'Search', undefined, `<article>${body}</article>`, words)
}

export function missingPage(library: Library): string {
  return page(
    library,
    'Not found',
    undefined,
    '<article><h1>There is no such document</h1><p>The list has all of them.</p></article>',
  )
}

function page(library: Library, title: string, topic: string | undefined, body: string, words = ''): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · Penstock</title>
<link rel="stylesheet" href="${base}/style.css">
</head>
<body>
<a class="skip" href="#text">To the text</a>
<header>
<a class="home" href="/">Penstock</a>
<form action="${base}" role="search"><label for="q">Search the documents</label><input id="q" type="search" name="q" value="${escapeHtml(words)}"><button>Search</button></form>
</header>
<nav aria-label="Documents">
${list('Guides', library.guides, topic)}
${list('Plugins', library.plugins, topic)}
</nav>
<main id="text">${body}</main>
</body>
</html>
`
}

function list(name: string, guides: readonly Guide[], topic: string | undefined): string {
  const items = guides.map((guide) => {
    const here = guide.topic === topic ? ' aria-current="page"' : ''
    return `<li><a href="${base}/${guide.topic}"${here}>${escapeHtml(guide.title)}</a></li>`
  })
  return `<h2>${name}</h2><ul>${items.join('')}</ul>`
}
