// swagger-ui on our document. Requests carry the token of a sign-in made here, or an API key; neither outlives the page.
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
    // Nothing is sent to anybody else: no validator's badge, no keeping of tokens, no cookies.
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

/** What the document calls the two ways in which a request here may say who sends it. */
function schemesOf({ components: { securitySchemes } }) {
  const named = is => Object.entries(securitySchemes).find(([, scheme]) => is(scheme))?.[0]
  return {
    token: named(({ type, scheme }) => type === 'http' && scheme === 'bearer'),
    key: named(({ type, name }) => type === 'apiKey' && name === 'Authorization'),
  }
}
