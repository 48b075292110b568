// Files of npm packages that our pages load, served from here: of each package the few that are needed. Each is read at its first
// request: hardly any process ever shows these pages.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

type PackageFile = {
  /** As a module is named: the package, then the path in it. */
  from: string
  /** What is written otherwise, each of which stands in the file once. */
  instead?: readonly (readonly [was: string, is: string])[]
}

/** By the names that they have below /assets/HASH/. Licences stand where the scripts say that they are. */
export const packageFiles = {
  'swagger-ui/swagger-ui.css': { from: 'swagger-ui-dist/swagger-ui.css' },
  'swagger-ui/swagger-ui-bundle.js': { from: 'swagger-ui-dist/swagger-ui-bundle.js' },
  'swagger-ui/swagger-ui-bundle.js.LICENSE.txt': { from: 'swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt' },
  'redoc/redoc.standalone.js': {
    from: 'redoc/bundles/redoc.standalone.js',
    // The image beside the name of its makers is fetched from them, who would learn of everybody that reads the page.
    instead: [['https://cdn.redoc.ly/redoc/logo-mini.svg', '']],
  },
  'redoc/redoc.standalone.js.LICENSE.txt': { from: 'redoc/bundles/redoc.standalone.js.LICENSE.txt' },
} as const satisfies Record<string, PackageFile>

export type PackageFileName = keyof typeof packageFiles

const { resolve } = createRequire(import.meta.url)

export function isPackageFile(name: string): name is PackageFileName {
  return Object.hasOwn(packageFiles, name)
}

/** What an address must change with: the packages' versions, and what we write otherwise. */
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

/** @throws Error where it is not there once: the package has changed, and what it asks of others must be looked at again */
function replaceOnce(text: string, was: string, is: string, from: string): string {
  const [before, after, ...more] = text.split(was)
  if (after === undefined || more.length > 0) throw new Error(`${was} does not stand once in ${from}`)
  return before + is + after
}
