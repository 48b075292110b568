// The security headers of every response, for pages and for programs.
import type { IncomingMessage, ServerResponse } from 'node:http'
import helmet from 'helmet'

/** RFC 6749 §5.1: answers with tokens are never stored; what may be says so itself. */
const unkept = { 'Cache-Control': 'no-store' }

/** Those of a page that say something where no document is shown. */
const alsoOfPrograms = ['X-Content-Type-Options', 'X-Frame-Options', 'Strict-Transport-Security']

/** Of answers that programs read. Opened in a browser, such an answer may run no script and load nothing. */
export function programHeaders(issuer: string): Record<string, string> {
  const kept = Object.entries(pageHeaders(issuer)).filter(([name]) => alsoOfPrograms.includes(name))
  return {
    'Content-Security-Policy': "default-src 'none';frame-ancestors 'none'",
    ...Object.fromEntries(kept),
    ...unkept,
  }
}

/** Of pages for people. @param issuer the public origin; HSTS only makes sense where it is https */
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
      // `no-referrer` would make the browser send `Origin: null` with our own forms.
      referrerPolicy: { policy: 'same-origin' },
      strictTransportSecurity: https ? { maxAge: 31_536_000, includeSubDomains: false } : false,
      xFrameOptions: { action: 'deny' },
      // The JWKS and the API are there to be read from other origins; they never look at cookies.
      crossOriginResourcePolicy: false,
    }),
  )
  return { ...headers, ...unkept }
}

/** They are the same each time: asked once. */
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
