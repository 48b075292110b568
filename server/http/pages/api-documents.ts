// The API's document for readers: swagger-ui to try it out, redoc to read it. Both are third-party scripts served from
// here; additions to the Content-Security-Policy that they need are made on their pages only.
import { createHash } from 'node:crypto'
import { allowSources } from '../content-policy.js'
import type { Context } from '../handler.js'
import type { Pages } from './page.js'

/** The hash of an empty style element: rules that scripts add to its sheet later are not inline (CSP3 §6.6.3). */
const emptyStyle = hashOf('')
/** The hash of the style element that perfect-scrollbar, a part of redoc, adds. */
const scrollbarStyle = "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='"

export function createApiDocumentPages({ pages }: { pages: Pages }) {
  return {
    async swaggerPage(ctx: Context): Promise<void> {
      const t = pages.translate(ctx)
      // Icons in swagger-ui's style sheet.
      allowSources(ctx, 'img-src', 'data:')
      await pages.show(ctx, 'swagger', { title: t('apiDocuments.swagger'), inside: false })
    },

    async redocPage(ctx: Context): Promise<void> {
      const t = pages.translate(ctx)
      allowSources(ctx, 'style-src', emptyStyle, scrollbarStyle)
      // The icon of redoc's search field, and the search itself.
      allowSources(ctx, 'img-src', 'data:')
      allowSources(ctx, 'worker-src', 'blob:')
      await pages.show(ctx, 'redoc', { title: t('apiDocuments.redoc'), inside: false })
    },
  }
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
