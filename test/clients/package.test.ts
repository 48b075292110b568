// The npm package for resource servers and clients, installed offline in an empty project: its files, its exports and
// its types.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { pack } from '../../server/pack.js'
import { aFolder } from '../support/engines.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))

function run(cwd: string, command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${command} ${args.join(' ')}: ${stdout}${stderr}`)
  }
}

const good = `
import { createVerifier, Refusal, type Needs, type VerifiedClaims, type Verifier } from 'darvoza/verifier'
const options = { issuer: 'https://id.example.com', audience: 'https://a.example', clientId: 'a', clientSecret: 's' }
const verifier: Verifier = createVerifier({ ...options, acceptStaleKeysFor: 60 })
const needs: Needs = { scope: ['a:read'], permission: 'a:write', maxAge: 300, allowReadsUntilExpiry: true }
const claims: VerifiedClaims = await verifier.verify('token', needs)
export const texts: [string, readonly string[], string | undefined, unknown] = [claims.sub, claims.scopes, claims.sid, claims.other]
const end: () => void = verifier.on('revocation', ({ seq }) => console.log(seq + 1))
end()
export const isOurs = (error: unknown): boolean => error instanceof Refusal && error.code === 'revocations_unknown'
`
const wrong = `
import { createVerifier } from 'darvoza/verifier'
createVerifier({ issuer: 'https://id.example.com' })
`

describe('npm package of verifier and client', function () {
  this.timeout(120_000)

  it('contains only client, protocol and verifier; every export can be imported and has types', () => {
    const folder = aFolder()
    const archive = pack(folder)
    const project = join(folder, 'project')
    mkdirSync(project)
    writeFileSync(join(project, 'package.json'), '{"name":"orders","version":"1.0.0","type":"module","private":true}')
    const { dependencies } = JSON.parse(readFileSync(join(folder, 'package/package.json'), 'utf8'))
    expect(Object.keys(dependencies)).to.satisfy((names: string[]) => names.every(name => name === 'jose'))
    const brought = Object.keys(dependencies).map(name => {
      const [{ filename }] = JSON.parse(
        run(
          root,
          'npm',
          'pack',
          '--json',
          '--ignore-scripts',
          '--pack-destination',
          folder,
          join('node_modules', name),
        ),
      )
      return join(folder, filename)
    })
    const quiet = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund']
    run(project, 'npm', 'install', ...quiet, archive, ...brought)
    const came = readdirSync(join(project, 'node_modules')).filter(name => !name.startsWith('.'))
    expect(came).to.deep.equal(['darvoza', ...Object.keys(dependencies)])
    const files = readdirSync(join(project, 'node_modules/darvoza'))
    expect(files.toSorted()).to.deep.equal(['LICENSE', 'README.md', 'client', 'package.json', 'protocol', 'verifier'])

    const { exports } = JSON.parse(readFileSync(join(project, 'node_modules/darvoza/package.json'), 'utf8'))
    const own = Object.entries<string>(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).exports)
    const built = new Set(readdirSync(join(root, 'dist/server'), { recursive: true, encoding: 'utf8' }))
    for (const [name, path] of own)
      if (built.has(path.replace('./dist/server/', ''))) expect(exports, name).to.have.property(name)
    const names = Object.keys(exports).map(name => name.replace(/^\./, 'darvoza'))
    const script = `for (const name of ${JSON.stringify(names)}) console.log(name, Object.keys(await import(name)).length > 0)`
    const told = run(project, process.execPath, '--input-type=module', '-e', script)
    expect(told.trim().split('\n')).to.deep.equal(names.map(name => `${name} true`))
    // Modules that are not exported cannot be imported.
    const inside = `await import('darvoza/protocol/errors.js').then(() => console.log('reached'), error => console.log(error.code))`
    expect(run(project, process.execPath, '--input-type=module', '-e', inside)).to.contain(
      'ERR_PACKAGE_PATH_NOT_EXPORTED',
    )

    const compilerOptions = {
      ...{ target: 'ES2023', lib: ['ES2023'], module: 'NodeNext', strict: true, noEmit: true, skipLibCheck: false },
      ...{ types: ['node'], typeRoots: [join(root, 'node_modules/@types')] },
    }
    const check = (text: string) => {
      writeFileSync(join(project, 'program.ts'), text)
      writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }))
      return run(project, process.execPath, join(root, 'node_modules/typescript/bin/tsc'))
    }
    expect(check(good)).to.equal('')
    expect(() => check(wrong)).to.throw(/audience/)
  })
})
