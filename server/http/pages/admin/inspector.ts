// The token inspector: every check in order, and who revoked the token. The token is sent by POST, is not stored, and
// the page shows its content, never its signature.
import type { ApiKeyInspection, InspectedApiKey } from '../../../identity/api-keys/api-key-inspection.js'
import type { InspectedToken, TokenInspector } from '../../../identity/logs/token-inspector.js'
import type { Context } from '../../handler.js'
import { readFields } from '../../wire/fields.js'
import { scopeMeaning, shownApiKey } from '../api-key-texts.js'
import { type Problems, problemsOf } from '../fields.js'
import type { Frame } from '../frame.js'
import type { Pages } from '../page.js'
import { actionOf } from './audit.js'
import { createPeople } from './people.js'
import { causeOf, subjectShown, subjectsOf } from './revocations.js'

export type InspectorPagesDeps = {
  pages: Pages
  tokenInspector: TokenInspector
  apiKeyInspection: ApiKeyInspection
} & Parameters<typeof createPeople>[0]

/** Claims that are times, in seconds. */
const times: ReadonlySet<string> = new Set(['iat', 'exp', 'auth_time', 'nbf'])

export function createInspectorPages({ pages, tokenInspector, apiKeyInspection, names }: InspectorPagesDeps) {
  const named = createPeople({ names })

  async function show(ctx: Context, found: InspectedToken | null, problems: Problems = {}): Promise<void> {
    const frame = pages.frameOf(ctx)
    const { t } = frame
    const data = { title: t('nav.inspector'), lead: t('inspector.lead'), problems, apiKey: null }
    const shown = found && { ...presentVerdict(found), ...(await presentCauses(found, frame)) }
    await pages.show(ctx, 'admin/inspector', { ...data, found: shown }, Object.keys(problems).length > 0 ? 400 : 200)
  }

  async function showApiKey(ctx: Context, { refusal, key, inForce }: InspectedApiKey): Promise<void> {
    const frame = pages.frameOf(ctx)
    const { t, url } = frame
    const people = await named(frame, [], key ? [{ kind: 'user', id: key.userId }] : [])
    const apiKey = {
      refusal,
      key: key && {
        ...shownApiKey(key, frame),
        user: people.user(key.userId),
        inForce: inForce.map(scope => scopeMeaning(scope, frame) ?? scope),
        list: url('/admin/api-keys', { user: String(key.userId) }),
      },
    }
    const data = { title: t('nav.inspector'), lead: t('inspector.lead'), problems: {}, found: null, apiKey }
    await pages.show(ctx, 'admin/inspector', data)
  }

  /** The revocation, audit entry and session that explain a refusal, as far as the reader may see them. */
  async function presentCauses({ revocation, audit, session }: InspectedToken, frame: Frame) {
    const people = await named(frame, revocation ? [revocation.actor] : [], [
      ...(revocation ? subjectsOf(revocation) : []),
      ...(session
        ? [
            { kind: 'session', id: session.id },
            { kind: 'user', id: session.userId },
          ]
        : []),
    ])
    return {
      revocation: revocation && {
        cause: causeOf(revocation.reason, frame),
        actor: people.actor(revocation.actor),
        at: revocation.createdAt,
        effect: revocation.effect,
        subject: subjectShown(revocation, people, frame),
        seq: revocation.seq,
        href: frame.may('darvoza:revocations:read')
          ? frame.url('/admin/revocations', { kind: revocation.kind, subject: revocation.subject })
          : null,
      },
      audit:
        audit && frame.may('darvoza:audit:read')
          ? { seq: audit.seq, action: actionOf(audit.action, frame), address: audit.address }
          : null,
      session: session && { link: people.session(session.id), user: people.user(session.userId) },
    }
  }

  return {
    inspectorPage: (ctx: Context) => show(ctx, null),

    async inspectToken(ctx: Context): Promise<void> {
      let token: string
      try {
        token = readFields(ctx, { token: { trim: true } }).token
      } catch (error) {
        return await show(ctx, null, problemsOf(error, pages.frameOf(ctx)))
      }
      // The token may be pasted with the header: `Authorization: Bearer …`.
      const text = token.replace(/^(Authorization:\s*)?(Bearer|DPoP|Token)\s+/i, '')
      if (apiKeyInspection.isApiKey(text)) return await showApiKey(ctx, await apiKeyInspection.inspect(text))
      await show(ctx, await tokenInspector.inspect(text))
    },
  }
}

function presentVerdict({ kind, checks, refusal, decoded, signed }: InspectedToken) {
  return {
    kind,
    checks,
    refusal,
    signed,
    // A valid token that is bound to a key (DPoP) also needs a proof of that key.
    isBound: decoded?.claims.cnf !== undefined,
    header: decoded && presentMembers(decoded.header),
    claims: decoded && presentMembers(decoded.claims),
  }
}

function presentMembers(members: Record<string, unknown>) {
  return Object.entries(members).map(([name, value]) => {
    const isTime = times.has(name) && Number.isSafeInteger(value) && Math.abs(value as number) < 1e11
    return { name, text: textOf(value), at: isTime ? (value as number) * 1000 : null }
  })
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  const isList = Array.isArray(value) && value.every(one => typeof one === 'string')
  return isList ? value.join(', ') : JSON.stringify(value)
}
