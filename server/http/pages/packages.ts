// Files of npm packages that pages load, served from here, only those needed. Each is read at its first request: most
// processes never show these pages.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

type PackageFile = {
  /** The module path: the package, then the path in it. */
  from: string
  /** Replaced texts, each of which the file contains exactly once. */
  instead?: readonly (readonly [was: string, is: string])[]
}

/** The files by their names below /assets/HASH/. Licences are where the scripts say that they are. */
export const packageFiles = {
  'swagger-ui/swagger-ui.css': { from: 'swagger-ui-dist/swagger-ui.css' },
  'swagger-ui/swagger-ui-bundle.js': { from: 'swagger-ui-dist/swagger-ui-bundle.js' },
  'swagger-ui/swagger-ui-bundle.js.LICENSE.txt': { from: 'swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt' },
  'redoc/redoc.standalone.js': {
    from: 'redoc/bundles/redoc.standalone.js',
    // The logo would be loaded from the makers' server, which would learn of every reader of the page.
    instead: [['https://cdn.redoc.ly/redoc/logo-mini.svg', '']],
  },
  'redoc/redoc.standalone.js.LICENSE.txt': { from: 'redoc/bundles/redoc.standalone.js.LICENSE.txt' },
} as const satisfies Record<string, PackageFile>

export type PackageFileName = keyof typeof packageFiles

const { resolve } = createRequire(import.meta.url)

export function isPackageFile(name: string): name is PackageFileName {
  return Object.hasOwn(packageFiles, name)
}

/** A text for the hash of asset addresses: it changes with the packages' versions and the replaced texts. */
export function packagesMark(): string {
  const names = new Set(Object.values(packageFiles).map(({ from }) => from.split('/')[0]!))
  return JSON.stringify([packageFiles, [...names].map(versionOf)])
}

export function readPackageFile(name: PackageFileName): Buffer {
  const { from, instead = [] }: PackageFile = packageFiles[name]
  const content = readFileSync(resolve(from))
  if (instead.length === 0) return content
  return Buffer.from(instead.reduce((text, [was, is]) => replaceOnce(text, was, is, from), content.toString()))
}

function versionOf(name: string): string {
  return (JSON.parse(readFileSync(resolve(`${name}/package.json`), 'utf8')) as { version: string }).version
}

/**
 * Replaces a text.
 * @throws Error if it is not there exactly once: the package has changed, and must be checked again for what it loads
 */
function replaceOnce(text: string, was: string, is: string, from: string): string {
  const [before, after, ...more] = text.split(was)
  if (after === undefined || more.length > 0) throw new Error(`${was} does not stand once in ${from}`)
  return before + is + after
}
