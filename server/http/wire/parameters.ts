// Query parameters of programs. A row of a table of rules describes each: by it the parameter is parsed, and the API's
// document is made.
import { isUserId } from '../../protocol/claims.js'
import { refuseField } from '../../protocol/errors.js'
import type { Context } from '../handler.js'
import { knownZone } from '../pages/reader.js'

export type ParameterRule = {
  is: ParameterKind
  /** For a choice or a word: its values. */
  of?: readonly string[]
  /** Bounds of a number. */
  from?: number
  upto?: number
  /** The description in the API's document, beside that of its kind. */
  about?: string
}

export type ParameterRules = Readonly<Record<string, ParameterRule>>

export type ParameterKind = keyof typeof parameterKinds

type KindRow = {
  /** Parses the parameter; undefined if it is missing. @throws invalid_fields */
  read: (ctx: Context, name: string, rule: ParameterRule) => unknown
  /** Its JSON Schema, for the API's document. */
  schema: (rule: ParameterRule) => object
  about?: string
}

const longest = 200
const text = { type: 'string', maxLength: longest }
const yesOrNo = ['true', 'false'] as const
const anInstant = 'ISO 8601; a time of day has its zone, a day alone begins in UTC.'

export const parameterKinds = {
  text: { read: readQuery, schema: () => text },
  choice: { read: (ctx, name, { of = [] }) => readChoice(ctx, name, of), schema: ({ of = [] }) => ({ enum: of }) },
  /** Any word is accepted; an unknown one finds no rows. */
  word: { read: readQuery, schema: ({ of = [] }) => ({ ...text, examples: of }) },
  flag: {
    read(ctx, name) {
      const chosen = readChoice(ctx, name, yesOrNo)
      return chosen === undefined ? undefined : chosen === 'true'
    },
    schema: () => ({ type: 'boolean' }),
  },
  /** A parameter that needs no value: `?all`. */
  mark: {
    read: isAsked,
    schema: () => ({ enum: ['', 'true', '1', 'false', '0'] }),
    about: 'True without a value, or as `true` or `1`.',
  },
  user: {
    read(ctx, name) {
      const id = readQuery(ctx, name)
      if (id === undefined) return undefined
      if (!isUserId(id)) throw refuseField(name, 'not_user_id')
      return Number(id)
    },
    schema: () => ({ type: 'integer', minimum: 1 }),
    about: 'The id of a user.',
  },
  actor: {
    read: readQuery,
    schema: () => text,
    about: 'The actor, such as `user:7`, `system` or `command-line`.',
  },
  from: { read: readTime, schema: () => text, about: `From this instant on. ${anInstant}` },
  until: { read: readTime, schema: () => text, about: `Up to this instant. ${anInstant}` },
  number: {
    read: readNumber,
    schema: ({ from = 0, upto }) => ({ type: 'integer', minimum: from, ...(upto && { maximum: upto }) }),
  },
  zone: {
    read(ctx, name) {
      const zone = readQuery(ctx, name)
      if (zone !== undefined && knownZone(zone) === null) throw refuseField(name, 'not_time_zone')
      return zone
    },
    schema: () => ({ ...text, examples: ['Asia/Tashkent'] }),
  },
} as const satisfies Record<string, KindRow>

type ValueOf<R extends ParameterRule> = R extends { is: 'choice'; of: readonly (infer C)[] }
  ? C
  : Exclude<ReturnType<(typeof parameterKinds)[R['is']]['read']>, undefined>

/** Reads one parameter by its rule. @throws invalid_fields */
export function readParameter<const R extends ParameterRule>(
  ctx: Context,
  name: string,
  rule: R,
): ValueOf<R> | undefined {
  const kind: KindRow = parameterKinds[rule.is]
  return kind.read(ctx, name, rule) as ValueOf<R> | undefined
}

/** Reads the parameters that the rules name. @throws invalid_fields for the first wrong one */
export function readParameters<const R extends ParameterRules>(
  ctx: Context,
  rules: R,
): { [N in keyof R]: ValueOf<R[N]> | undefined } {
  const read = Object.entries(rules).map(([name, rule]) => [name, readParameter(ctx, name, rule)])
  return Object.fromEntries(read) as { [N in keyof R]: ValueOf<R[N]> | undefined }
}

/**
 * The text of a query parameter. For a request that changes something an empty value is refused: `?user=` was meant to
 * select one user, and must not select all.
 * @throws invalid_fields, also when the parameter is repeated (RFC 6749 §3.1 says the same of OAuth's)
 */
export function readQuery(ctx: Context, name: string): string | undefined {
  const value = ctx.query[name]
  if (Array.isArray(value)) throw refuseField(name, 'given_twice')
  if (value === undefined || (value === '' && ctx.method !== 'POST')) return undefined
  if (value.trim() === '') throw refuseField(name, 'parameter_blank')
  if (value.length > longest || /\p{Cc}/u.test(value)) throw refuseField(name, 'unusable')
  return value
}

function readChoice<C extends string>(ctx: Context, name: string, choices: readonly C[]): C | undefined {
  const chosen = readQuery(ctx, name)
  if (chosen === undefined) return undefined
  const choice = choices.find(one => one === chosen)
  if (choice === undefined) throw refuseField(name, 'not_one_of', { choices })
  return choice
}

function isAsked(ctx: Context, name: string): boolean {
  if (ctx.query[name] === '') return true
  const given = readQuery(ctx, name)
  if (given === undefined || given === 'false' || given === '0') return false
  if (given === 'true' || given === '1') return true
  throw refuseField(name, 'not_true_or_false')
}

function readNumber(ctx: Context, name: string, { from = 0, upto }: ParameterRule): number | undefined {
  const digits = readQuery(ctx, name)
  if (digits === undefined) return undefined
  const number = /^\d{1,15}$/.test(digits) ? Number(digits) : Number.NaN
  if (number >= from && number <= (upto ?? number)) return number
  throw upto === undefined
    ? refuseField(name, 'not_whole')
    : refuseField(name, 'not_number_between', { min: from, max: upto })
}

/** A time in the query. @returns epoch ms */
function readTime(ctx: Context, name: string): number | undefined {
  const instant = readQuery(ctx, name)
  if (instant === undefined) return undefined
  const time = parseTime(instant)
  if (time === null) throw refuseField(name, 'not_time')
  return time
}

const isoTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/

/** Parses ISO 8601, to epoch ms; times of day need a zone, days begin in UTC. `Date.parse` takes `1` for a year. */
export function parseTime(instant: string): number | null {
  const time = isoTime.test(instant) ? Date.parse(instant) : Number.NaN
  return Number.isNaN(time) ? null : time
}
