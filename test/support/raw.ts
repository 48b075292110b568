// HTTP requests as raw bytes, for what fetch() would normalize or refuse to send: any path, header or body.
import { connect } from 'node:net'

export type RawAnswer = { status: number; headers: Record<string, string>; text: string }

/**
 * Sends a request on a new connection and reads until the server closes it.
 * @param head request line and headers, one per item; `Connection: close` is added
 */
export function sendRaw(
  server: { url: string },
  head: readonly string[],
  body: string | Uint8Array = '',
): Promise<RawAnswer> {
  return sendSlowly(server, head, body).answer
}

/** Like `sendRaw`, and more of the body can be sent later. */
export function sendSlowly(server: { url: string }, head: readonly string[], body: string | Uint8Array) {
  const { hostname, port } = new URL(server.url)
  const socket = connect(Number(port), hostname)
  const answer = new Promise<RawAnswer>((resolve, reject) => {
    const received: Buffer[] = []
    let settled = false
    const settle = () => {
      if (settled) return
      settled = true
      try {
        resolve(readAnswer(Buffer.concat(received).toString('latin1')))
      } catch (error) {
        reject(error)
      }
    }
    socket.on('data', chunk => received.push(chunk))
    socket.on('end', settle)
    // The server may answer and close the connection while the body is still being sent.
    socket.on('error', settle)
    socket.on('close', settle)
    socket.write(`${[...head, 'Connection: close'].join('\r\n')}\r\n\r\n`)
    if (body.length > 0) socket.write(body)
  })
  return { answer, send: (more: string | Uint8Array) => socket.write(more) }
}

/** Sends `bytes`, and `more` after the first data received. @returns all data received until the server closes */
export function exchange({ url }: { url: string }, bytes: string, more?: string): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise(resolve => {
    const socket = connect(Number(port), hostname)
    let received = ''
    socket.on('data', chunk => {
      if (received === '' && more) socket.write(more)
      received += chunk.toString('latin1')
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(received))
    socket.write(bytes)
  })
}

/** Sends bytes and resets the connection (TCP RST) at once, without reading. */
export function sendAndReset({ url }: { url: string }, bytes: string): Promise<void> {
  const { hostname, port } = new URL(url)
  return new Promise(resolve => {
    const socket = connect(Number(port), hostname)
    socket.on('error', () => {})
    socket.on('close', () => resolve())
    socket.write(bytes, () => socket.resetAndDestroy())
  })
}

export function readAnswer(text: string): RawAnswer {
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const [first = '', ...lines] = head.split('\r\n')
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? Number.NaN)
  if (Number.isNaN(status)) throw new Error(`no answer: ${JSON.stringify(text.slice(0, 80))}`)
  const headers = Object.fromEntries(
    lines.map(line => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
  return { status, headers, text: rest.join('\r\n\r\n') }
}
