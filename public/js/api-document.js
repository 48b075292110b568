// Loads the OpenAPI document for the pages that show it.

/** Replaces `servers` of the document by the origin of this page, the only server that the page shows and calls. */
export async function readDocument() {
  const answer = await fetch('/openapi.json', { credentials: 'omit' })
  if (!answer.ok) throw new Error(`/openapi.json: ${answer.status}`)
  return { ...(await answer.json()), servers: [{ url: location.origin }] }
}

/** Shows the message with a link to the document, and reports the error. */
export function tellFailure(error) {
  document.getElementById('api-failed').hidden = false
  reportError(error)
}
