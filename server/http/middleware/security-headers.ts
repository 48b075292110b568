// The security headers of every response.
import type { IncomingMessage, ServerResponse } from 'node:http'
import helmet from 'helmet'

/** RFC 6749 §5.1: answers with tokens are never stored; answers that may be cached set their own header. */
const notCached = { 'Cache-Control': 'no-store' }

/** Headers of pages that also matter for answers that are not documents. */
const alsoOfPrograms = ['X-Content-Type-Options', 'X-Frame-Options', 'Strict-Transport-Security']

/** Headers of answers for programs. Opened in a browser, such an answer may run no script and load nothing. */
export function programHeaders(issuer: string): Record<string, string> {
  const kept = Object.entries(pageHeaders(issuer)).filter(([name]) => alsoOfPrograms.includes(name))
  return {
    'Content-Security-Policy': "default-src 'none';frame-ancestors 'none'",
    ...Object.fromEntries(kept),
    ...notCached,
  }
}

/** Headers of pages. @param issuer the public origin; HSTS is only set for https */
export function pageHeaders(issuer: string): Record<string, string> {
  const https = issuer.startsWith('https:')
  const headers = headersOf(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          styleSrc: ["'self'"],
          imgSrc: ["'self'"],
          scriptSrc: ["'self'"],
          connectSrc: ["'self'"],
          formAction: ["'self'"],
          baseUri: ["'none'"],
          frameAncestors: ["'none'"],
          ...(https ? { upgradeInsecureRequests: [] } : {}),
        },
      },
      // `no-referrer` would make the browser send `Origin: null` with this server's own forms.
      referrerPolicy: { policy: 'same-origin' },
      strictTransportSecurity: https ? { maxAge: 31_536_000, includeSubDomains: false } : false,
      xFrameOptions: { action: 'deny' },
      // Other origins may read the JWKS and the API, which never read cookies.
      crossOriginResourcePolicy: false,
    }),
  )
  return { ...headers, ...notCached }
}

/** The headers that helmet sets, read once: they are the same for each response. */
function headersOf(middleware: ReturnType<typeof helmet>): Record<string, string> {
  const headers: Record<string, string> = {}
  const response = {
    setHeader: (name: string, value: string) => {
      headers[name] = value
    },
    removeHeader: () => {},
  }
  middleware({} as IncomingMessage, response as unknown as ServerResponse, () => {})
  return headers
}
