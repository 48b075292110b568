// A minimal HTTP/1.1 client on one keep-alive socket with one request at a time: it needs less processor time than any
// HTTP client, so that the load generator is not the bottleneck.
import { connect } from 'node:net'

export type Answer = { status: number; body: string; head: string }

/** A complete request as sent over the socket. */
export type Request = string

export type Connection = Awaited<ReturnType<typeof aConnection>>

export async function aConnection(port: number) {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  // One character for each byte, as Content-Length counts; the parts that are read are ASCII.
  socket.setEncoding('latin1')
  let received = ''
  let waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | null = null

  function fail(error: Error): void {
    waiting?.reject(error)
    waiting = null
  }

  function take(chunk: string): void {
    received += chunk
    const end = received.indexOf('\r\n\r\n')
    if (end < 0) return
    const head = received.slice(0, end)
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
    if (length === undefined) {
      fail(new Error(`an answer without Content-Length: ${head}`))
      return
    }
    const whole = end + 4 + Number(length)
    if (received.length < whole) return
    const body = received.slice(end + 4, whole)
    received = received.slice(whole)
    const settled = waiting
    waiting = null
    settled?.resolve({ status: Number(head.slice(9, 12)), body, head })
  }

  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  socket.on('data', take)
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the server closed a connection')))
  return {
    send(request: Request): Promise<Answer> {
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject }
        socket.write(request, 'latin1')
      })
    },
    close: () => socket.destroy(),
  }
}

type Headers = Record<string, string>

export const get = (path: string, headers: Headers = {}): Request => request('GET', path, headers, '')

export const postJson = (path: string, body: object): Request =>
  request('POST', path, { 'Content-Type': 'application/json' }, JSON.stringify(body))

export const postForm = (path: string, fields: Record<string, string>, headers: Headers = {}): Request =>
  request(
    'POST',
    path,
    { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    new URLSearchParams(fields).toString(),
  )

function request(method: string, path: string, headers: Headers, body: string): Request {
  const all = { Host: '127.0.0.1', Accept: 'application/json', ...headers }
  const lines = Object.entries(body ? { ...all, 'Content-Length': String(body.length) } : all)
  return `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`
}
