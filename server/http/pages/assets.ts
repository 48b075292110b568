import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { refuse } from '../../protocol/errors.js'
import type { Context } from '../handler.js'

const types: Record<string, string> = { '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml' }

/** The files of `public/`, read once. What is not among them is not there, whatever the path says. */
export function createAssetHandler({ folder }: { folder: string }) {
  const files = new Map(
    readdirSync(folder)
      .filter(name => extname(name) in types)
      .map(name => {
        const content = readFileSync(join(folder, name))
        const tag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`
        return [name, { content, tag, type: types[extname(name)]! }]
      }),
  )
  return {
    asset(ctx: Context): void {
      const file = files.get(ctx.params.file ?? '')
      if (!file) throw refuse('not_found')
      ctx.type = file.type
      ctx.set('ETag', file.tag)
      ctx.set('Cache-Control', 'public, max-age=3600')
      // Koa calls nothing fresh that has not been found.
      ctx.status = 200
      if (ctx.fresh) ctx.status = 304
      else ctx.body = file.content
    },
  }
}
