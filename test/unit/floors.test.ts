// Import rules of config/ and server/: modules on a floor import from the floors below only, without cycles.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'

const root = fileURLToPath(new URL('../../../', import.meta.url))

type Room = {
  floor: number
  may: number[]
  /** Restricts imports to files in these folders. */
  only?: RegExp
}

const roof = { floor: 7, may: [0, 1, 2, 3, 4, 5, 6, 7] }
const top = { floor: 6, may: [1, 3, 4, 5, 6] }

/** A folder, its floor, and the floors that it may import from. */
const rooms: Record<string, Room> = {
  config: { floor: 0, may: [0] },
  'server/protocol': { floor: 1, may: [1], only: /^server\/protocol\// },
  'server/policy': { floor: 1, may: [1] },
  'server/storage': { floor: 2, may: [1, 2], only: /^server\/(protocol|policy|storage)\// },
  // Outgoing requests: I/O like storage; neither of the two imports the other.
  'server/outgoing': { floor: 2, may: [1, 2], only: /^server\/(protocol|outgoing)\// },
  'server/revocation': { floor: 3, may: [1, 2, 3] },
  'server/tokens': { floor: 4, may: [1, 2, 3, 4] },
  'server/identity': { floor: 5, may: [1, 2, 3, 4, 5] },
  'server/http': top,
  'server/jobs': top,
  'server/commands': top,
  // Shipped to resource servers and clients: apart from jose, only the pure modules of protocol/.
  'server/verifier': { floor: 8, may: [1, 8], only: /^server\/(verifier|protocol)\// },
  'server/client': { floor: 8, may: [1, 8], only: /^server\/(client|protocol)\// },
  'server/composition': roof,
  'server/demo': roof,
  'server/process': roof,
}

/** Packages that a floor may import; floors that are not listed may import any installed package. */
const packages: Record<number, RegExp> = { 0: /^(node:.*|zod)$/, 1: /^node:crypto$/, 8: /^(node:.*|jose)$/ }
/** Further packages by file: a zod schema is pure, but does not belong in protocol/, which the verifier ships with. */
const alsoPackages: Record<string, string[]> = { 'server/policy/application-metadata.ts': ['zod'] }

function roomOf(file: string): Room {
  const folder = file
    .split('/')
    .slice(0, file.startsWith('server/') ? 2 : 1)
    .join('/')
  if (rooms[folder]) return rooms[folder]
  if (/^server\/[\w-]+\.ts$/.test(file)) return roof
  throw new Error(`${file} lies on no floor: give its folder a row above`)
}

const files = ['config', 'server']
  .flatMap(folder =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(name => posix.join(folder, name)),
  )
  .filter(name => name.endsWith('.ts'))

/** Every import of a file, including type-only ones and import(); those of own files as paths from the root. */
function importsOf(file: string): { own: string[]; packages: string[] } {
  const source = readFileSync(join(root, file), 'utf8').replace(/^\s*(\/\/|\*|\/\*).*$/gm, '')
  const names = [...source.matchAll(/(?:\bfrom\s*|\bimport\s*\(\s*|^import\s+)['"]([^'"]+)['"]/gm)].map(
    match => match[1]!,
  )
  return {
    own: names
      .filter(name => name.startsWith('.'))
      .map(name => posix.join(dirname(file), name).replace(/\.js$/, '.ts')),
    packages: names.filter(name => !name.startsWith('.')),
  }
}

/** Static imports of a built file: without type-only imports and import(). */
function loadedBy(file: string): string[] {
  const built = readFileSync(join(root, 'dist', file.replace(/ts$/, 'js')), 'utf8')
  return [...built.matchAll(/^(?:import|export) (?:[^'"]*\sfrom )?['"]([^'"]+)['"]/gm)].map(match => match[1]!)
}

const imports = new Map(files.map(file => [file, importsOf(file)]))

describe('source tree floors', () => {
  it('import only files that exist', () => {
    expect(files.length).to.be.above(60)
    expect(imports.get('server/tokens/rotate.ts')!.own).to.include('server/policy/rotation.ts')
    for (const [file, { own }] of imports) for (const name of own) expect(files, `${file} → ${name}`).to.include(name)
  })

  it('open with a comment that says what the file holds', () => {
    // A file of these folders is one table, or one migration: its class says so.
    const bare = files.filter(file => !/^server\/storage\/(entities|migrations\/\d)/.test(file))
    expect(bare.length).to.be.above(500)
    for (const file of bare) expect(readFileSync(join(root, file), 'utf8'), file).to.match(/^(#!.*\n)?\/\/ \S/)
  })

  it('import only from the floors that the table allows', () => {
    const steps: string[] = []
    for (const [file, { own }] of imports) {
      const { may, only } = roomOf(file)
      for (const name of own)
        if (!may.includes(roomOf(name).floor) || only?.test(name) === false) steps.push(`${file} → ${name}`)
    }
    expect(steps).to.deep.equal([])
  })

  it('import only the npm packages that the table allows', () => {
    const strangers: string[] = []
    for (const [file, { packages: names }] of imports) {
      const mine = packages[roomOf(file).floor]
      for (const name of names)
        if (mine && !mine.test(name) && !alsoPackages[file]?.includes(name)) strangers.push(`${file} → ${name}`)
    }
    expect(strangers).to.deep.equal([])
  })

  it('import no package into server/client/, which also runs in browsers', () => {
    const client = [...imports].filter(([file]) => file.startsWith('server/client/'))
    expect(client).to.not.be.empty
    for (const [file, { packages: names }] of client) expect(names, file).to.deep.equal([])
    // Only types may come from elsewhere: the built files import each other alone.
    for (const [file] of client)
      expect(readFileSync(join(root, 'dist', file.replace(/ts$/, 'js')), 'utf8'), file).to.not.match(/from '(?!\.\/)/)
  })

  it('have no import cycle', () => {
    const done = new Set<string>()
    const rings: string[] = []
    const visit = (file: string, path: string[]) => {
      if (path.includes(file)) rings.push([...path.slice(path.indexOf(file)), file].join(' → '))
      if (path.includes(file) || done.has(file)) return
      for (const name of imports.get(file)?.own ?? []) visit(name, [...path, file])
      done.add(file)
    }
    for (const file of files) visit(file, [])
    expect(rings).to.deep.equal([])
  })

  it('import TypeORM statically in entities, migrations and their executor only', () => {
    const schema = /^server\/storage\/(entities\/|migrations\/|(data-source|migration-executor|snake-naming)\.ts$)/
    const ways: string[] = []
    const visit = (file: string, path: string[], seen: Set<string>) => {
      if (seen.has(file)) return
      seen.add(file)
      for (const name of loadedBy(file)) {
        if (name === 'typeorm') ways.push([...path, file].join(' → '))
        if (name.startsWith('.')) visit(posix.join(dirname(file), name).replace(/\.js$/, '.ts'), [...path, file], seen)
      }
    }
    visit('server/storage/migration-executor.ts', [], new Set())
    expect(ways.splice(0)).to.not.be.empty
    const seen = new Set<string>()
    for (const file of files) if (!schema.test(file)) visit(file, [], seen)
    expect(ways).to.deep.equal([])
  })

  it('import the driver of a database statically from its connection only, so that the other one is not loaded', () => {
    const drivers = ['better-sqlite3', 'mysql2', 'mysql2/promise']
    const reached = (from: string) => {
      const seen = new Set<string>()
      const found = new Set<string>()
      const visit = (file: string) => {
        if (seen.has(file)) return
        seen.add(file)
        for (const name of loadedBy(file)) {
          if (drivers.includes(name)) found.add(name)
          if (name.startsWith('.')) visit(posix.join(dirname(file), name).replace(/\.js$/, '.ts'))
        }
      }
      visit(from)
      return [...found]
    }
    expect(reached('server/main.ts')).to.deep.equal([])
    expect(reached('server/storage/sqlite-worker.ts')).to.deep.equal(['better-sqlite3'])
  })

  it('read process.env in server/main.ts and server/cli.ts only', () => {
    const readers = files.filter(file => readFileSync(join(root, file), 'utf8').includes('process.env'))
    // The two entry points pass the environment on.
    for (const file of readers) expect(file).to.be.oneOf(['server/main.ts', 'server/cli.ts'])
  })
})
