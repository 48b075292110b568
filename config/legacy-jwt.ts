// Tokens of the former service (Django with djangorestframework-simplejwt): the key that it signed them with, and how
// long they are still exchanged for ours. Without a key none is accepted.
import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { wrong } from './setting-values.js'

/** The algorithms, each with the kind of key that it needs. */
const algorithms = {
  HS256: { key: 'secret', bytes: 32 },
  HS384: { key: 'secret', bytes: 48 },
  HS512: { key: 'secret', bytes: 64 },
  RS256: { key: 'rsa' },
  RS384: { key: 'rsa' },
  RS512: { key: 'rsa' },
  PS256: { key: 'rsa' },
  PS384: { key: 'rsa' },
  PS512: { key: 'rsa' },
  ES256: { key: 'ec', curve: 'prime256v1' },
  ES384: { key: 'ec', curve: 'secp384r1' },
  ES512: { key: 'ec', curve: 'secp521r1' },
} as const

export type LegacyAlgorithm = keyof typeof algorithms
type AlgorithmRow = { key: 'secret' | 'rsa' | 'ec'; bytes?: number; curve?: string }

const text = z.string().trim().min(1)

export const legacyJwtTable = {
  LEGACY_JWT_SECRET: {
    default: 'none',
    meaning:
      'For the migration from simplejwt: its secret (SIGNING_KEY, or SECRET_KEY of Django), for HS256, HS384 and HS512. With it, or with LEGACY_JWT_PUBLIC_KEY, this server exchanges refresh tokens of the legacy service for its own.',
    schema: z.string().min(1),
  },
  LEGACY_JWT_PUBLIC_KEY: {
    default: 'none',
    meaning:
      'The public key of the legacy service if it signed with a key pair: its VERIFYING_KEY, as a file or as the PEM itself.',
    schema: text.transform(readPem),
  },
  LEGACY_JWT_ALGORITHM: {
    default: 'HS256',
    meaning: `ALGORITHM of the legacy service, the only one that is accepted: ${Object.keys(algorithms).join(', ')}.`,
    schema: z.enum(Object.keys(algorithms) as [LegacyAlgorithm, ...LegacyAlgorithm[]], {
      error: `is none of ${Object.keys(algorithms).join(', ')}`,
    }),
  },
  LEGACY_JWT_CUT_OVER: {
    default: 'none',
    meaning:
      'When the legacy service stopped issuing tokens, such as 2026-02-01T03:00:00Z. Tokens with a later `iat` are refused, as anyone who still has its secret could sign them. Required with a key.',
    schema: text.transform(readInstant),
  },
  LEGACY_JWT_ACCEPT_FOR: {
    default: '30d',
    meaning:
      'How long after the cut-over its tokens are exchanged: its REFRESH_TOKEN_LIFETIME, such as 90s, 15m, 12h or 30d.',
    schema: text.transform(readDuration),
  },
  LEGACY_JWT_USER_ID_CLAIM: {
    default: 'user_id',
    meaning: 'USER_ID_CLAIM of the legacy service: the claim with the user id, an integer or its digits.',
    schema: text,
  },
  LEGACY_JWT_ISSUER: { default: 'none', meaning: 'ISSUER of the legacy service, if set there.', schema: text },
  LEGACY_JWT_AUDIENCE: { default: 'none', meaning: 'AUDIENCE of the legacy service, if set there.', schema: text },
  LEGACY_JWT_TOKEN_TYPE_CLAIM: {
    default: 'token_type',
    meaning:
      'TOKEN_TYPE_CLAIM of the legacy service. It is required, as it distinguishes refresh tokens from access tokens.',
    schema: text,
  },
  LEGACY_JWT_JTI_CLAIM: {
    default: 'jti',
    meaning: 'JTI_CLAIM of the legacy service. It is required, as it shows whether a token was exchanged before.',
    schema: text,
  },
} as const

type LegacyName = keyof typeof legacyJwtTable
type Read = <N extends LegacyName>(name: N) => z.output<(typeof legacyJwtTable)[N]['schema']> | null

/** Times are epoch ms. */
export type LegacyJwtSettings = {
  algorithm: LegacyAlgorithm
  /** Key for verification only: nothing can be signed with a public key. */
  key: KeyObject
  claims: { userId: string; tokenType: string; jti: string }
  issuer: string | null
  audience: string | null
  cutOver: number
  acceptedUntil: number
  /** Warnings about weak choices, for the operator. */
  remarks: readonly string[]
}

/**
 * @param isSet whether the variable of that name is set
 * @param problems receives contradictions between settings; values of secrets are never repeated in it
 * @returns null where no key is set
 */
export function legacyJwtFrom(
  read: Read,
  isSet: (name: LegacyName) => boolean,
  problems: string[],
): LegacyJwtSettings | null {
  const [secret, pem] = [read('LEGACY_JWT_SECRET'), read('LEGACY_JWT_PUBLIC_KEY')]
  const algorithm = read('LEGACY_JWT_ALGORITHM') ?? (isSet('LEGACY_JWT_ALGORITHM') ? null : 'HS256')
  const cutOver = read('LEGACY_JWT_CUT_OVER')
  const acceptFor = read('LEGACY_JWT_ACCEPT_FOR') ?? 30 * day
  const claims = {
    userId: read('LEGACY_JWT_USER_ID_CLAIM') ?? 'user_id',
    tokenType: read('LEGACY_JWT_TOKEN_TYPE_CLAIM') ?? 'token_type',
    jti: read('LEGACY_JWT_JTI_CLAIM') ?? 'jti',
  }
  const [issuer, audience] = [read('LEGACY_JWT_ISSUER'), read('LEGACY_JWT_AUDIENCE')]
  const before = problems.length
  if (!isSet('LEGACY_JWT_SECRET') && !isSet('LEGACY_JWT_PUBLIC_KEY')) {
    const names = (Object.keys(legacyJwtTable) as LegacyName[]).filter(isSet)
    if (names.length > 0)
      problems.push(
        `${names.join(', ')} ${names.length > 1 ? 'count' : 'counts'} for nothing without LEGACY_JWT_SECRET or LEGACY_JWT_PUBLIC_KEY`,
      )
    return null
  }
  if (isSet('LEGACY_JWT_SECRET') && isSet('LEGACY_JWT_PUBLIC_KEY'))
    problems.push('LEGACY_JWT_SECRET and LEGACY_JWT_PUBLIC_KEY are both set: the service signed with one of them')
  if (!isSet('LEGACY_JWT_CUT_OVER'))
    problems.push(
      'LEGACY_JWT_CUT_OVER is required with LEGACY_JWT_SECRET or LEGACY_JWT_PUBLIC_KEY: without it whoever has the old secret could make tokens for ever',
    )
  if (new Set([...Object.values(claims), 'exp', 'iat']).size < 5)
    problems.push('LEGACY_JWT_USER_ID_CLAIM, LEGACY_JWT_TOKEN_TYPE_CLAIM and LEGACY_JWT_JTI_CLAIM name one claim twice')
  const key = algorithm === null ? null : keyFor(algorithm, secret, pem, problems)
  if (problems.length > before || key === null || algorithm === null || cutOver === null) return null
  const remarks = secret === null ? [] : weaknessesOf(secret, algorithm)
  return { algorithm, key, claims, issuer, audience, cutOver, acceptedUntil: cutOver + acceptFor, remarks }
}

/** RFC 8725 §3.1: which key goes with which algorithm is decided here, once, and never by a token. */
function keyFor(
  algorithm: LegacyAlgorithm,
  secret: string | null,
  pem: string | null,
  problems: string[],
): KeyObject | null {
  const row: AlgorithmRow = algorithms[algorithm]
  if (row.key === 'secret') {
    if (pem !== null) problems.push(`LEGACY_JWT_PUBLIC_KEY is for RS, PS and ES: ${algorithm} has a LEGACY_JWT_SECRET`)
    // RFC 8725 §2.1: with a public key as the HMAC secret anybody could sign tokens that are accepted.
    else if (secret?.includes('-----BEGIN '))
      problems.push(
        `LEGACY_JWT_SECRET is a key in PEM, and ${algorithm} takes a secret: set LEGACY_JWT_PUBLIC_KEY and LEGACY_JWT_ALGORITHM`,
      )
    return secret === null ? null : createSecretKey(Buffer.from(secret))
  }
  if (secret !== null)
    problems.push(`LEGACY_JWT_SECRET is for HS256, HS384 and HS512: ${algorithm} has a LEGACY_JWT_PUBLIC_KEY`)
  if (pem === null) return null
  const key = createPublicKey(pem)
  const { asymmetricKeyType: kind, asymmetricKeyDetails: details } = key
  if (kind !== row.key || (row.curve && details?.namedCurve !== row.curve))
    problems.push(`LEGACY_JWT_PUBLIC_KEY is no key for ${algorithm}`)
  // RFC 7518 §3.3.
  else if (kind === 'rsa' && (details?.modulusLength ?? 0) < 2_048)
    problems.push('LEGACY_JWT_PUBLIC_KEY has fewer than 2,048 bits: its tokens can be forged, and are not taken')
  return key
}

function weaknessesOf(secret: string, algorithm: LegacyAlgorithm): string[] {
  const remarks: string[] = []
  const { bytes = 0 }: AlgorithmRow = algorithms[algorithm]
  if (Buffer.byteLength(secret) < bytes)
    remarks.push(
      `LEGACY_JWT_SECRET has fewer than ${bytes} bytes, which ${algorithm} wants at least (RFC 7518 §3.2): keep the time short in which its tokens are taken`,
    )
  if (secret.startsWith('django-insecure-') || new Set(secret).size < 8)
    remarks.push(
      'LEGACY_JWT_SECRET is one that is guessed or stands in a repository: whoever knows it signs in as anybody until the time of LEGACY_JWT_ACCEPT_FOR is over',
    )
  return remarks
}

/** A path is no secret, but a malformed key that is mistaken for a path may be: errors do not repeat the value. */
function readPem(value: string, context: z.RefinementCtx): string {
  let pem = value
  if (!value.includes('-----BEGIN '))
    try {
      pem = readFileSync(value, 'utf8')
    } catch (error) {
      return wrong(context, `cannot be read (${(error as NodeJS.ErrnoException).code})`)
    }
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem))
    return wrong(context, 'holds a private key: nothing here needs it, set the public one (openssl pkey -pubout)')
  try {
    createPublicKey(pem)
  } catch {
    return wrong(context, 'holds no public key in PEM')
  }
  return pem
}

/** Reads a time with its UTC offset: a time without one is another instant on each machine. */
function readInstant(value: string, context: z.RefinementCtx): number {
  const isInstant = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)$/i.test(value)
  const at = isInstant ? Date.parse(value.replace(' ', 'T')) : Number.NaN
  return Number.isFinite(at) ? at : wrong(context, 'is no instant with its offset, such as 2026-02-01T03:00:00Z')
}

const day = 86_400_000
const units: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: day }
const longest = 3_650 * day

function readDuration(value: string, context: z.RefinementCtx): number {
  const [, count, unit] = /^(\d{1,9})\s*([smhd])$/.exec(value) ?? []
  const duration = unit ? Number(count) * units[unit]! : 0
  if (duration <= 0) return wrong(context, 'is no duration such as 12h or 30d')
  return duration <= longest ? duration : wrong(context, 'is longer than ten years')
}
