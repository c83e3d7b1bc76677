import type { HttpHandler } from '@penstock/core'
import { besideThis, type Library, readLibrary } from './library.js'
import { base, documentPage, missingPage, searchPage } from './page.js'
import { send } from './send.js'
import { style } from './style.js'

/** Answers for everything below `/docs`. */
export function answers(library: Library = readLibrary([besideThis])): HttpHandler {
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD')
      return send(response, 405, 'text/plain', 'documents are only read\n')
    }
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname === `${base}/style.css`) return send(response, 200, 'text/css', style)
    const words = (searchParams.get('q') ?? '').slice(0, 200).trim()
    if (words !== '') return send(response, 200, 'text/html', searchPage(library, words, library.search(words)))
    const topic = pathname.slice(base.length).replaceAll('/', '')
    const guide = topic === '' ? library.guides[0] : library.find(topic)
    if (!guide) return send(response, 404, 'text/html', missingPage(library))
    send(response, 200, 'text/html', documentPage(library, guide))
  }
}
