// The files of `public/`, read once, and those of packages. Their addresses contain the hash of all files,
// /assets/HASH/css/site.css, so that a browser can cache them forever, and modules import each other by relative names.
// All style sheets of this server are one file: css/site.css.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { refuse } from '../../protocol/errors.js'
import type { Context } from '../handler.js'
import { oncePerFolder } from './once-per-folder.js'
import { isPackageFile, packagesMark, readPackageFile } from './packages.js'

const types: Record<string, string> = {
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
}

type Encoding = 'br' | 'gzip' | 'identity'
type Asset = { content: Buffer; type: string; tag: string; encoded: Map<Encoding, Promise<Buffer>> }

export function createAssets({ folder }: { folder: string }) {
  const files = filesOf(folder)
  const build = createHash('sha256')
  for (const [name, { tag }] of files) build.update(name).update(tag)
  build.update(packagesMark())
  const hash = build.digest('base64url').slice(0, 12)

  function find(name: string): Asset | undefined {
    const known = files.get(name)
    if (known || !isPackageFile(name)) return known
    const read = assetOf(name, readPackageFile(name))
    files.set(name, read)
    return read
  }

  return {
    /**
     * The address of a file.
     * @param name below `public/`, or of packages.ts
     * @throws Error if there is no such file: a mistake in a view
     */
    path(name: string): string {
      if (!files.has(name) && !isPackageFile(name)) throw new Error(`there is no public/${name}`)
      return `/assets/${hash}/${name}`
    },

    /** Serves a file. Only names in the map of files are found, whatever the path contains. */
    async asset(ctx: Context): Promise<void> {
      const asked = ctx.params.file ?? ''
      const hashed = asked.startsWith(`${hash}/`)
      // A page of the previous version asks for an older hash, and gets the present file.
      const file = find(asked) ?? find(asked.replace(/^[\w-]{12}\//, ''))
      if (!file) throw refuse('not_found')
      const encoding = (ctx.acceptsEncodings('br', 'gzip', 'identity') || 'identity') as Encoding
      ctx.type = file.type
      ctx.vary('Accept-Encoding')
      ctx.set('ETag', `"${file.tag}-${encoding}"`)
      ctx.set('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'public, max-age=3600')
      // Koa's `fresh` is false while the status is still the default 404.
      ctx.status = 200
      if (ctx.fresh) {
        ctx.status = 304
        return
      }
      const content = await encoded(file, encoding)
      if (encoding !== 'identity') ctx.set('Content-Encoding', encoding)
      ctx.body = content
    },
  }
}

export type Assets = ReturnType<typeof createAssets>

/** The files of a folder, with their compressed forms, which take longer to make than a page. */
const filesOf = oncePerFolder(readFiles)

function readFiles(folder: string): Map<string, Asset> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => extname(name) in types)
    .sort()
  const sheets = names.filter(name => name.endsWith('.css'))
  const contents = new Map<string, Buffer>()
  for (const name of names) if (!sheets.includes(name)) contents.set(name, readFileSync(join(folder, name)))
  // CSS layers decide precedence, so the order of the files does not matter, except that the file that names the layers
  // is first.
  const first = join('css', 'tokens.css')
  const ordered = [first, ...sheets.filter(name => name !== first)]
  contents.set('css/site.css', Buffer.concat(ordered.map(name => readFileSync(join(folder, name)))))
  return new Map([...contents].map(([name, content]) => [name, assetOf(name, content)]))
}

function assetOf(name: string, content: Buffer): Asset {
  const tag = createHash('sha256').update(content).digest('base64url').slice(0, 22)
  return { content, tag, type: types[extname(name)]!, encoded: new Map() }
}

/** Files above this size, in bytes, get less compression: the best takes seconds, and the first client waits. */
const large = 200_000

const compress: Record<Encoding, (content: Buffer) => Promise<Buffer>> = {
  br(content) {
    const quality = content.length > large ? 9 : 11
    return promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } })
  },
  gzip: content => promisify(gzip)(content, { level: 9 }),
  identity: async content => content,
}

/** A file in an encoding, compressed at the first request for it. */
function encoded(file: Asset, encoding: Encoding): Promise<Buffer> {
  const made = file.encoded.get(encoding) ?? compress[encoding](file.content)
  file.encoded.set(encoding, made)
  return made
}
