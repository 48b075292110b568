// Explains why a token is good, or which check it fails: the same checks that inspect.ts and rotate.ts make, in the
// same order, reported one by one. Changes nothing, and stores nothing of the token.

import type { AccessClaims, RefreshClaims } from '../protocol/claims.js'
import { type ErrorCode, Refusal } from '../protocol/errors.js'
import { type CompactToken, readCompact } from '../protocol/jws.js'
import type { Projection } from '../protocol/log/projection.js'
import type { Revocation } from '../protocol/log/revocation.js'
import { refuseToken, type TokenChecks, type TokenKind } from './checks.js'
import type { Inspect } from './inspect.js'
import type { Rotate } from './rotate.js'

export type ExplainDeps = { inspect: Inspect; checks: TokenChecks; projection: Projection; rotate: Rotate }

/** `skipped`: a check before it failed, so it was not run. */
export type CheckResult = { name: string; result: 'passed' | 'failed' | 'skipped' }

export type Explanation = {
  /** The kind that the token claims; null where it could not be parsed. */
  kind: TokenKind | null
  checks: CheckResult[]
  /** The code that the token is refused with; null where it is good. */
  refusal: ErrorCode | null
  /** Header and claims as they stand in the token; not to be trusted unless the signature passed. */
  decoded: { header: Record<string, unknown>; claims: Record<string, unknown> } | null
  signed: boolean
  /** The entry of the revocation log that refuses the token. */
  entry: Revocation | null
}

type Step = { name: string; run: () => Promise<void> | void }

export function createExplain({ inspect, checks, projection, rotate }: ExplainDeps) {
  /** @throws database_unavailable, log_went_back: a temporary failure is no verdict */
  return async function explain(token: string): Promise<Explanation> {
    let compact: CompactToken | undefined
    const form: Step = {
      name: 'form',
      async run() {
        compact = readCompact(token)
        compact = await inspect.read(token)
      },
    }
    const [first] = await runSteps([form])
    if (!compact) return { kind: null, ...explained([first!], ['kind']), decoded: null, signed: false, entry: null }

    const { header, claims } = compact
    const kind = header.typ === 'rt+jwt' ? 'refresh' : 'access'
    const steps = kind === 'refresh' ? refreshSteps(compact) : accessSteps(compact)
    const results = [first!, ...(await runSteps(steps))]
    const rest = steps.slice(results.length - 1).map(step => step.name)
    const verdict = explained(results, rest)
    const signed = results.some(({ name, refusal }) => name === 'signature' && refusal === null)
    const logged = kind === 'access' && results.at(-1)?.name === 'log' && verdict.refusal !== null
    const entry = logged ? projection.find(claims as AccessClaims, header.kid as string) : null
    return { kind, ...verdict, decoded: { header, claims }, signed, entry }
  }

  function accessSteps(compact: CompactToken): Step[] {
    const live = () =>
      inspect.requireLive({ claims: compact.claims as AccessClaims, kid: compact.header.kid as string })
    return [...asSteps('access', compact), { name: 'log', run: async () => void (await live()) }]
  }

  function refreshSteps(compact: CompactToken): Step[] {
    return [
      ...asSteps('refresh', compact),
      { name: 'session', run: async () => void (await rotate.check(compact.claims as RefreshClaims)) },
    ]
  }

  function asSteps(kind: TokenKind, compact: CompactToken): Step[] {
    const asked = kind === 'refresh' ? checks.refresh : checks.access(compact)
    return asked.map(({ name, whyNot }) => ({
      name,
      run() {
        const code = whyNot(compact)
        if (code) throw refuseToken(code)
      },
    }))
  }
}

export type Explain = ReturnType<typeof createExplain>

type StepResult = { name: string; refusal: ErrorCode | null }

/** Runs the steps in turn, up to the first that refuses. */
async function runSteps(steps: readonly Step[]): Promise<StepResult[]> {
  const results: StepResult[] = []
  for (const { name, run } of steps) {
    try {
      await run()
      results.push({ name, refusal: null })
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 401) throw error
      return [...results, { name, refusal: error.code }]
    }
  }
  return results
}

function explained(results: readonly StepResult[], rest: readonly string[]): Pick<Explanation, 'checks' | 'refusal'> {
  const finished = results.map(({ name, refusal }) => ({ name, result: refusal ? 'failed' : 'passed' }) as const)
  const skipped = rest.map(name => ({ name, result: 'skipped' }) as const)
  return { checks: [...finished, ...skipped], refusal: results.at(-1)?.refusal ?? null }
}
