// Shows the OpenAPI document with swagger-ui. Requests have a token from the sign-in form on this page, or an API key; neither is
// stored beyond the page.
import { readDocument, tellFailure } from './api-document.js'
import { followLook, isDark } from './look.js'
import { watchSignIn } from './swagger-sign-in.js'

followLook(() => document.documentElement.classList.toggle('dark-mode', isDark()))

try {
  const spec = await readDocument()
  const ui = globalThis.SwaggerUIBundle({
    spec,
    domNode: document.getElementById('swagger'),
    presets: [globalThis.SwaggerUIBundle.presets.apis],
    layout: 'BaseLayout',
    deepLinking: true,
    filter: true,
    // No third-party requests (validator badge), no stored tokens, no cookies.
    validatorUrl: null,
    persistAuthorization: false,
    requestInterceptor(request) {
      if (new URL(request.url, location.origin).origin !== location.origin) throw new Error('another server')
      return { ...request, credentials: 'omit' }
    },
    onComplete: () => watchSignIn(schemesOf(spec), { use, forget }),
  })

  function use(scheme, credential) {
    ui.preauthorizeApiKey(scheme, credential)
  }

  function forget(schemes) {
    ui.authActions.logout(schemes)
  }
} catch (error) {
  tellFailure(error)
}

/** The document's names of the security schemes for a bearer token and for an API key. */
function schemesOf({ components: { securitySchemes } }) {
  const named = is => Object.entries(securitySchemes).find(([, scheme]) => is(scheme))?.[0]
  return {
    token: named(({ type, scheme }) => type === 'http' && scheme === 'bearer'),
    key: named(({ type, name }) => type === 'apiKey' && name === 'Authorization'),
  }
}
