// The figures of the dashboard: how finely they are stored, and for how long.

/** `count`: how often something happened. `level`: an amount. */
export const figures = {
  sign_ins: { kind: 'count', what: 'Sign-ins' },
  failed_sign_ins: { kind: 'count', what: 'Sign-ins that failed' },
  refreshes: { kind: 'count', what: 'Refreshes' },
  application_tokens: { kind: 'count', what: 'Tokens that applications got for themselves' },
  registrations: { kind: 'count', what: 'Applications that registered themselves' },
  failed_registrations: { kind: 'count', what: 'Registrations of applications that were refused' },
  wrong_user_codes: { kind: 'count', what: 'Codes of waiting programs that were wrong, or refused unread' },
  exchanged_tokens: { kind: 'count', what: 'Tokens that were exchanged for others' },
  reuse_incidents: { kind: 'count', what: 'Spent refresh tokens that came back' },
  throttled_requests: { kind: 'count', what: 'Requests that were refused as their network had sent too many' },
  shed_requests: { kind: 'count', what: 'Requests that were refused as too many came at once' },
  revocations: { kind: 'count', what: 'Entries of the revocation log' },
  logouts_sent: { kind: 'count', what: 'Logout tokens that applications have taken' },
  logout_failures: { kind: 'count', what: 'Logout tokens that could not be delivered, each attempt' },
  logouts_given_up: { kind: 'count', what: 'Logout tokens that were given up' },
  live_sessions: { kind: 'level', what: 'Sessions that live' },
  live_users: { kind: 'level', what: 'Users with a session that lives' },
} as const satisfies Record<string, { kind: 'count' | 'level'; what: string }>

export type FigureName = keyof typeof figures
/** Figures that are counted as they happen; the others are measured periodically. */
export type CountName = { [N in FigureName]: (typeof figures)[N]['kind'] extends 'count' ? N : never }[FigureName]
export type LevelName = Exclude<FigureName, CountName>

export const figureNames = Object.keys(figures) as FigureName[]
export const countNames = figureNames.filter((name): name is CountName => figures[name].kind === 'count')

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** How finely figures are stored, and how long; ms. */
export const grains = {
  minute: { length: minute, kept: 2 * day },
  hour: { length: hour, kept: 40 * day },
} as const

export type Grain = keyof typeof grains

/** Time spans of plots: the grain that they read, and how many of its values make one point; ms. */
export const figureRanges = {
  '24h': { grain: 'minute', span: day, step: 15 * minute },
  '7d': { grain: 'hour', span: 7 * day, step: 2 * hour },
  '30d': { grain: 'hour', span: 30 * day, step: 6 * hour },
} as const satisfies Record<string, { grain: Grain; span: number; step: number }>

export type FigureRange = keyof typeof figureRanges
