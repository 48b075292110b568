// A strict reader of server-sent events (WHATWG HTML §9.2): invalid UTF-8, or an event longer than allowed, is an error. An event
// that was cut off is dropped (§9.2.6).

export type StreamEvent = { name: string; id: string | null; data: string }

/** Limit of one event, in characters: a piece of the log has some 600,000. */
const longest = 8 * 1_024 * 1_024

/** @param onEvent is called with each event in turn */
export function createEventStream(onEvent: (event: StreamEvent) => void, most = longest) {
  // The byte order mark is dropped at the beginning (§9.2.5), and nowhere else.
  const decoder = new TextDecoder('utf-8', { fatal: true })
  /** The beginning of a line whose end has not arrived. */
  let rest: string[] = []
  let restLength = 0
  /** The last chunk ended with \r, whose \n may follow. */
  let afterReturn = false
  let name = ''
  let id: string | null = null
  let data: string[] = []
  let length = 0

  function line(text: string): void {
    if (text === '') {
      dispatch()
      return
    }
    if (text.startsWith(':')) return
    const colon = text.indexOf(':')
    const field = colon === -1 ? text : text.slice(0, colon)
    const start = colon === -1 ? text.length : colon + (text[colon + 1] === ' ' ? 2 : 1)
    const value = text.slice(start)
    if (field === 'event') name = value
    else if (field === 'id' && !value.includes('\0')) id = value
    else if (field === 'data') {
      length += value.length + 1
      if (length > most) throw new Error('an event is too long')
      data.push(value)
    }
  }

  function dispatch(): void {
    const event = { name: name || 'message', id, data: data.join('\n') }
    const isEvent = data.length > 0
    name = ''
    id = null
    data = []
    length = 0
    if (isEvent) onEvent(event)
  }

  function push(text: string): void {
    let at = 0
    if (afterReturn && text !== '') {
      if (text[0] === '\n') at = 1
      afterReturn = false
    }
    while (at < text.length) {
      const end = endOfLine(text, at)
      if (end === -1) break
      rest.push(text.slice(at, end))
      const whole = rest.length === 1 ? rest[0]! : rest.join('')
      rest = []
      restLength = 0
      at = end + 1
      if (text[end] === '\r') {
        if (at === text.length) afterReturn = true
        else if (text[at] === '\n') at++
      }
      line(whole)
    }
    if (at === text.length) return
    restLength += text.length - at
    if (restLength > most) throw new Error('a line is too long')
    rest.push(text.slice(at))
  }

  return {
    /** @throws for bytes that are no event stream */
    push: (bytes: Uint8Array): void => push(decoder.decode(bytes, { stream: true })),
  }
}

function endOfLine(text: string, from: number): number {
  const feed = text.indexOf('\n', from)
  // Almost always there is none: searched for only as far as the line would go.
  const stretch = feed === -1 ? text.indexOf('\r', from) : text.slice(from, feed).indexOf('\r')
  if (stretch === -1) return feed
  return feed === -1 ? stretch : from + stretch
}
