// Error messages, for operators, about the most frequent reasons why a server or a command fails to start.
import type { Settings } from '../config/settings.js'
import { StorageFailure } from './storage/storage-failure.js'

/** By the code of the error. */
const inWords: Record<string, string> = {
  EADDRINUSE: 'another program listens on this address; set PORT',
  EACCES: 'the address, or the folder DATA_DIR, may not be used by this user',

  ECONNREFUSED: 'nobody listens at the address in DATABASE_URL',
  ENOTFOUND: 'the host in DATABASE_URL is not known',
  EAI_AGAIN: 'the host in DATABASE_URL cannot be looked up at this moment',
  ETIMEDOUT: 'the host in DATABASE_URL does not answer',
  EHOSTUNREACH: 'there is no way to the host in DATABASE_URL',

  ER_BAD_DB_ERROR: 'there is no database of the name in DATABASE_URL',
  ER_DBACCESS_DENIED_ERROR: 'the database refuses this user of DATABASE_URL its database',
  ER_TABLEACCESS_DENIED_ERROR: 'the user of DATABASE_URL lacks a right on its database; it needs all of them',
  ER_USER_LIMIT_REACHED: 'the user of DATABASE_URL has reached a limit that the database sets it',
  ER_CON_COUNT_ERROR: 'the database has as many connections as it allows',
  ER_TOO_MANY_USER_CONNECTIONS: 'the user of DATABASE_URL has as many connections as the database allows it',
  ER_OPTION_PREVENTS_STATEMENT: 'the database is read-only; DATABASE_URL must lead to the one that takes writes',
  ER_READ_ONLY_MODE: 'the database is read-only; DATABASE_URL must lead to the one that takes writes',

  ER_SECURE_TRANSPORT_REQUIRED: 'the database takes only TLS connections: begin DATABASE_URL with mysqls://',
  HANDSHAKE_NO_SSL_SUPPORT: 'the database has no TLS: begin DATABASE_URL with mysql://, or switch TLS on there',

  SQLITE_CANTOPEN: 'the file of the database cannot be opened by this user',
  SQLITE_READONLY: 'the file of the database, or its folder, may not be written by this user',
  SQLITE_NOTADB: 'the file of the database is of another kind',
  SQLITE_FULL: 'the disk with the database is full',
}

/** By what TLS says; the driver of the database gives one code to all of it. */
const tlsInWords: readonly (readonly [says: RegExp, words: string])[] = [
  [/altnames|does not match/i, 'is for another name than the host in DATABASE_URL'],
  [/certificate has expired/i, 'has expired'],
  [/not yet valid/i, 'is not valid yet, or the clock here is wrong'],
  [/revoked/i, 'was revoked'],
  [
    /self[- ]signed|unable to (get|verify)|issuer/i,
    'is signed by an authority that is not known here: set DATABASE_TLS_CA to the certificate of that authority',
  ],
]

/** @returns null where the error itself says most */
export function startErrorText(error: unknown, settings: Settings | null): string | null {
  for (let one = error; one instanceof Error; one = one.cause) {
    const { code = '', detail = one.message } = one as { code?: string; detail?: string; message: string }
    if (code === 'ER_ACCESS_DENIED_ERROR') return accessDenied(settings)
    if (code === 'HANDSHAKE_SSL_ERROR') return tlsFailed(detail)
    if (isRefusedCertificate(code, settings)) return 'the database does not take the certificate in DATABASE_TLS_CERT'
    if (inWords[code]) return inWords[code]
    // Not its message, which has the statement in it.
    if (one instanceof StorageFailure && !one.isOurs)
      return `the database cannot be used: ${[code, detail].join(' ').trim()}`
  }
  return null
}

/** A server that wants TLS, or a certificate, refuses in the same words as one that does not know the password. */
function accessDenied(settings: Settings | null): string {
  const refused = 'the database refuses the user or the password of DATABASE_URL'
  if (settings?.database.engine !== 'mysql') return refused
  const { tls } = settings.database
  if (tls === null) return `${refused}; or it takes only TLS connections: then begin DATABASE_URL with mysqls://`
  if (tls.cert === null) return `${refused}; or it asks for a certificate: DATABASE_TLS_CERT and DATABASE_TLS_KEY`
  return `${refused}, or the certificate in DATABASE_TLS_CERT`
}

/** TLS 1.3 tells it after the handshake, and the end of the connection may come first. */
function isRefusedCertificate(code: string, settings: Settings | null): boolean {
  const shown = settings?.database.engine === 'mysql' && settings.database.tls?.cert
  return Boolean(shown) && /^ERR_SSL_\w*ALERT|^(ECONNRESET|EPIPE|PROTOCOL_CONNECTION_LOST)$/.test(code)
}

function tlsFailed(detail: string): string {
  const words = tlsInWords.find(([says]) => says.test(detail))?.[1]
  return words ? `the certificate of the database ${words} (${detail})` : `TLS to the database failed (${detail})`
}
