// Content negotiation: whether the Accept header of a request allows JSON (RFC 9110 §12.5.1).

/** The usual values of Accept, which need no parsing. */
const usual: ReadonlySet<string> = new Set(['', '*/*', 'application/json', 'application/json, text/plain, */*'])

/** Media ranges that include JSON, from the most specific to the least (RFC 9110 §12.5.1). */
const ranges = ['application/json', 'application/*', '*/*']

/**
 * Whether an Accept header allows JSON. Parameters other than `q` are ignored, as clients of Django REST framework send
 * `application/json; charset=utf-8` and `indent=4`, which that framework accepts.
 */
export function acceptsJson(accept: string): boolean {
  if (usual.has(accept)) return true
  if (accept.trim() === '') return true
  const wanted = new Map<string, boolean>()
  for (const range of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map(part => part.trim())
    wanted.set(type, !parameters.some(parameter => /^q=0(\.0*)?$/.test(parameter)))
  }
  const decisive = ranges.find(range => wanted.has(range))
  return decisive !== undefined && wanted.get(decisive) === true
}

/** Whether an Accept header allows server-sent events (WHATWG HTML §9.2). */
export function acceptsEvents(accept: string): boolean {
  return accept
    .toLowerCase()
    .split(',')
    .some(range => range.split(';', 1)[0]!.trim() === 'text/event-stream')
}
