// Shows the OpenAPI document with redoc, in the colours of the light theme: redoc has no dark one.
import { readDocument, tellFailure } from './api-document.js'
import { colour, font } from './look.js'

const place = document.getElementById('redoc')

try {
  const options = {
    scrollYOffset: '.bar',
    nativeScrollbars: true,
    downloadUrls: [{ title: 'openapi.json', url: '/openapi.json' }],
    theme: themeOfPage(),
  }
  globalThis.Redoc.init(await readDocument(), options, place, error => error && tellFailure(error))
} catch (error) {
  tellFailure(error)
}

function themeOfPage() {
  const [ink, quiet, line, accent, surface, sunken] = ['ink', 'quiet', 'line', 'accent', 'surface', 'sunken'].map(
    name => colour(`--${name}`, place),
  )
  const [good, bad, warn, info] = ['good', 'bad', 'warn', 'info'].map(name => colour(`--${name}`, place))
  return {
    colors: {
      primary: { main: accent },
      success: { main: good },
      warning: { main: warn, contrastText: surface },
      error: { main: bad },
      text: { primary: ink, secondary: quiet },
      border: { dark: line, light: line },
      responses: {
        success: { color: good, backgroundColor: sunken, tabTextColor: good },
        error: { color: bad, backgroundColor: sunken, tabTextColor: bad },
        redirect: { color: warn, backgroundColor: sunken, tabTextColor: warn },
        info: { color: info, backgroundColor: sunken, tabTextColor: info },
      },
    },
    fab: { backgroundColor: accent, color: colour('--on-accent', place) },
    sidebar: { backgroundColor: sunken, textColor: ink, activeTextColor: accent },
    schema: { linesColor: line, typeNameColor: quiet, requireLabelColor: bad, nestedBackground: sunken },
    typography: {
      fontFamily: font('--font'),
      headings: { fontFamily: font('--font') },
      code: { fontFamily: font('--mono'), color: ink, backgroundColor: sunken },
      links: { color: accent },
    },
  }
}
