// A browser that has signed in before proves it at its next sign-in by a device token, so that failed sign-ins of
// others do not lock it out. Several users may share a browser: the cookie holds a token for each of the last few.
import { createHash } from 'node:crypto'
import { usernameKey } from '../../policy/username.js'
import type { Context } from '../handler.js'
import type { Cookies } from './cookies.js'

const most = 4

export function createDeviceCookie(cookies: Cookies) {
  const entriesOf = (ctx: Context) =>
    (cookies.read(ctx, 'darvoza-device') ?? '').split('~').filter(entry => /^[\w-]{8}:[\w.-]{1,800}$/.test(entry))

  return {
    tokenFor(ctx: Context, username: string): string | undefined {
      return entriesOf(ctx)
        .find(entry => entry.startsWith(`${markOf(username)}:`))
        ?.slice(9)
    },

    remember(ctx: Context, username: string, token: string): void {
      const mark = markOf(username)
      const others = entriesOf(ctx).filter(entry => !entry.startsWith(`${mark}:`))
      cookies.set(ctx, 'darvoza-device', [`${mark}:${token}`, ...others].slice(0, most).join('~'))
    },
  }
}

function markOf(username: string): string {
  return createHash('sha256').update(usernameKey(username)).digest('base64url').slice(0, 8)
}
