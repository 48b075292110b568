// What the address of a list says. Lists are read by keyset: `size` says how many rows, `after` where the page before
// ended. An address that was typed or cut off wrongly shows the list, not an error.
import type { Context } from '../handler.js'

export const pageSizes = [25, 50, 100] as const
const usualSize = 25

export function readText(ctx: Context, name: string, maxLength = 200): string {
  const value = ctx.query[name]
  return typeof value === 'string' && value.length <= maxLength && !/\p{Cc}/u.test(value) ? value.trim() : ''
}

/** One of the values allowed, or the first of them. */
export function readChoice<C extends string>(ctx: Context, name: string, choices: readonly [C, ...C[]]): C {
  const value = readText(ctx, name)
  return choices.includes(value as C) ? (value as C) : choices[0]
}

/** A whole number, or what counts without one. */
export function readWhole<D>(ctx: Context, name: string, otherwise: D): number | D {
  const value = readText(ctx, name)
  return /^\d{1,15}$/.test(value) ? Number(value) : otherwise
}

export function readSize(ctx: Context): number {
  const size = readWhole(ctx, 'size', usualSize)
  return (pageSizes as readonly number[]).includes(size) ? size : usualSize
}
