// TLS to the database and to Redis: trusted certificate authorities, and the client certificate. Files are read here, once.
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { z } from 'zod'
import type { DatabaseSettings, RedisSettings, TlsSettings } from './addresses.js'

/** Which properties of the server's certificate are verified. */
export const tlsVerifications = {
  full: 'CA signature, validity dates and host name',
  ca: 'all but the host name, for providers whose certificates do not contain it',
  none: 'nothing: this protects against passive eavesdropping only',
} as const

const isPem = (text: string) => text.includes('-----BEGIN ')
const pem = z.string().trim().min(1)
const certificates = pem.transform(readPem).transform(readCertificates)
const privateKey = pem.transform(readPem).transform(readPrivateKey)
const verification = z.enum(Object.keys(tlsVerifications) as [keyof typeof tlsVerifications], {
  error: `is none of ${Object.keys(tlsVerifications).join(', ')}`,
})

const verifications = Object.entries(tlsVerifications)
  .map(([name, what]) => `\`${name}\` (${what})`)
  .join(', ')

export const tlsTable = {
  DATABASE_TLS_CA: {
    default: 'the CAs that Node trusts',
    meaning:
      'For `mysqls://`: the CA certificates (PEM) that the certificate of the database is verified with, as a file or as the PEM itself.',
    schema: certificates,
  },
  DATABASE_TLS_CERT: {
    default: 'none',
    meaning: 'Client certificate, if the database requires one; together with DATABASE_TLS_KEY. File or PEM.',
    schema: certificates,
  },
  DATABASE_TLS_KEY: {
    default: 'none',
    meaning: 'Private key of DATABASE_TLS_CERT. File or PEM.',
    schema: privateKey,
  },
  DATABASE_TLS_VERIFY: {
    default: 'full',
    meaning: `What is verified in the certificate of the database: ${verifications}.`,
    schema: verification,
  },
  REDIS_TLS_CA: {
    default: 'the CAs that Node trusts',
    meaning: 'As DATABASE_TLS_CA, for `rediss://`.',
    schema: certificates,
  },
  REDIS_TLS_CERT: { default: 'none', meaning: 'As DATABASE_TLS_CERT.', schema: certificates },
  REDIS_TLS_KEY: { default: 'none', meaning: 'As DATABASE_TLS_KEY.', schema: privateKey },
  REDIS_TLS_VERIFY: { default: 'full', meaning: 'As DATABASE_TLS_VERIFY.', schema: verification },
} as const

type Given = { ca: string | null; cert: string | null; key: string | null; verify: TlsSettings['verify'] | null }

/** The database's address with the TLS settings; contradictions are added to `problems`. */
export function databaseWithTls(database: DatabaseSettings, given: Given, problems: string[]): DatabaseSettings {
  const tls = database.engine === 'mysql' ? database.tls : null
  const combined = combine('DATABASE', 'DATABASE_URL begins with mysqls://', tls, given, problems)
  if (database.engine === 'sqlite') return database
  // The driver would look for the name `localhost` in the certificate instead of the address.
  if (combined?.verify === 'full' && isIP(database.host))
    problems.push(
      'DATABASE_URL has an IP address, and certificates are of names: name the host, or set DATABASE_TLS_VERIFY=ca',
    )
  return { ...database, tls: combined }
}

export function redisWithTls(redis: RedisSettings | null, given: Given, problems: string[]): RedisSettings | null {
  const combined = combine(
    'REDIS',
    'REDIS_URL or REDIS_CLUSTER begins with rediss://',
    redis?.tls ?? null,
    given,
    problems,
  )
  return redis && { ...redis, tls: combined }
}

function combine(
  prefix: 'DATABASE' | 'REDIS',
  condition: string,
  tls: TlsSettings | null,
  given: Given,
  problems: string[],
): TlsSettings | null {
  const { ca, cert, key, verify } = given
  const names = Object.entries(given).flatMap(([part, value]) =>
    value === null ? [] : [`${prefix}_TLS_${part.toUpperCase()}`],
  )
  if (tls === null) {
    // An unreadable address is reported already.
    const addressIsWrong = problems.some(problem => /^(DATABASE_URL|REDIS_URL|REDIS_CLUSTER) /.test(problem))
    if (names.length > 0 && !addressIsWrong)
      problems.push(`${names.join(', ')} ${names.length > 1 ? 'count' : 'counts'} only where ${condition}`)
    return null
  }
  // An unreadable file is reported already, and its value is missing here.
  if (problems.some(problem => problem.startsWith(`${prefix}_TLS_`))) return tls
  if ((cert === null) !== (key === null))
    problems.push(`${prefix}_TLS_CERT and ${prefix}_TLS_KEY belong together: one of the two is missing`)
  else if (cert !== null && !new X509Certificate(cert).checkPrivateKey(createPrivateKey(key!)))
    problems.push(`${prefix}_TLS_KEY is not the key of ${prefix}_TLS_CERT`)
  if (verify === 'none' && ca !== null)
    problems.push(`${prefix}_TLS_CA is not looked at with ${prefix}_TLS_VERIFY=none: leave one of them out`)
  return { ca, cert, key, verify: verify ?? tls.verify }
}

function readCertificates(text: string, context: z.RefinementCtx): string {
  const found = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []
  try {
    if (found.length === 0) throw new Error()
    // Every certificate is parsed: TLS itself silently skips those that it cannot read.
    for (const one of found) new X509Certificate(one)
  } catch {
    context.addIssue({ code: 'custom', message: 'holds no certificate in PEM (-----BEGIN CERTIFICATE-----)' })
    return z.NEVER
  }
  return text
}

function readPrivateKey(text: string, context: z.RefinementCtx): string {
  try {
    createPrivateKey(text)
    return text
  } catch (error) {
    const { code } = error as { code?: unknown }
    const encrypted = code === 'ERR_MISSING_PASSPHRASE' || /ENCRYPTED/.test(text)
    const message = encrypted
      ? 'is encrypted: a server that starts by itself needs one that is not'
      : 'holds no private key in PEM'
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  }
}

/** A path is no secret, but a malformed key that is mistaken for a path may be: errors do not repeat the value. */
function readPem(value: string, context: z.RefinementCtx): string {
  if (isPem(value)) return value
  try {
    return readFileSync(value, 'utf8')
  } catch (error) {
    context.addIssue({ code: 'custom', message: `cannot be read (${(error as NodeJS.ErrnoException).code})` })
    return z.NEVER
  }
}
