// Query parameters of a list's page. Lists are read by keyset pagination: `size` is the number of rows, `after` where
// the previous page ended. A wrong value in the address shows the list, not an error.
import type { Context } from '../handler.js'

export const pageSizes = [25, 50, 100] as const
const usualSize = 25

export function readText(ctx: Context, name: string, maxLength = 200): string {
  const value = ctx.query[name]
  return typeof value === 'string' && value.length <= maxLength && !/\p{Cc}/u.test(value) ? value.trim() : ''
}

/** The parameter if it is one of the choices, or else the first choice. */
export function readChoice<C extends string>(ctx: Context, name: string, choices: readonly [C, ...C[]]): C {
  const value = readText(ctx, name)
  return choices.includes(value as C) ? (value as C) : choices[0]
}

/** The parameter as a whole number, or else the default. */
export function readWhole<D>(ctx: Context, name: string, otherwise: D): number | D {
  const value = readText(ctx, name)
  return /^\d{1,15}$/.test(value) ? Number(value) : otherwise
}

export function readSize(ctx: Context): number {
  const size = readWhole(ctx, 'size', usualSize)
  return (pageSizes as readonly number[]).includes(size) ? size : usualSize
}
