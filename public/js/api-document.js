// The document of the API, for the pages that show it.

/** Whatever it says of where the API is, what this page asks and shows is the server that it came from. */
export async function readDocument() {
  const answer = await fetch('/openapi.json', { credentials: 'omit' })
  if (!answer.ok) throw new Error(`/openapi.json: ${answer.status}`)
  return { ...(await answer.json()), servers: [{ url: location.origin }] }
}

/** Shows the line that leads to the document itself. */
export function tellFailure(error) {
  document.getElementById('api-failed').hidden = false
  reportError(error)
}
