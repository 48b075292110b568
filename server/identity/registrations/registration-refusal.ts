// Refusals of a registration as errors of RFC 7591 §3.2.2.
import { Refusal, refuse } from '../../protocol/errors.js'
import { wireText } from '../../protocol/problems.js'

/** Problems that a response lists at most: a body may hold very many. */
const mostTold = 5

/** Turns a refusal about fields into a registration error; any other error is returned unchanged. */
export function registrationRefusal(error: unknown): unknown {
  if (!(error instanceof Refusal) || error.code !== 'invalid_fields') return error
  const fields = Object.entries(error.details.fields ?? {})
  const sentences = fields
    .flatMap(([name, problems]) => problems.map(one => `${name.slice(0, 60)}: ${wireText(one)}`))
    .slice(0, mostTold)
  const isOfRedirects = fields.every(([name]) => name === 'redirect_uris' || name.startsWith('redirect_uris.'))
  return refuse(isOfRedirects ? 'invalid_redirect_uri' : 'invalid_client_metadata', {
    detail: sentences.join(' ').slice(0, 1_000),
    cause: error,
  })
}
