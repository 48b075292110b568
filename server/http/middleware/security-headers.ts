import type { Middleware } from 'koa'
import helmet from 'koa-helmet'

/** @param issuer the public origin; HSTS only makes sense where it is https */
export function createSecurityHeaders(issuer: string): Middleware {
  const https = issuer.startsWith('https:')
  return helmet({
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
  }) as unknown as Middleware
}
