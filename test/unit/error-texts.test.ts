// Texts about error codes: complete in every language, all of them different, and every page, command, setting, policy
// or code that a text names exists.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { settingsTable } from '../../config/settings.js'
import { tlsTable } from '../../config/tls.js'
import { errorGroups, errorParts } from '../../server/http/pages/error-codes.js'
import { type Language, languages, readTexts } from '../../server/http/pages/texts.js'
import { routes } from '../../server/http/routes.js'
import {
  applicationKinds,
  applicationMetadata,
  authenticationMethods,
} from '../../server/policy/application-metadata.js'
import { auditActions } from '../../server/policy/audit.js'
import { builtInRoles, ownPermissions } from '../../server/policy/permissions.js'
import { policyTable } from '../../server/policy/policies.js'
import { runCommand } from '../../server/program.js'
import { errors } from '../../server/protocol/errors.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const names = Object.keys(languages) as Language[]

type About = Record<string, Record<string, string>>
type Tree = { [key: string]: string | Tree }

const textsOf = (language: Language) => readTexts(join(root, 'views/locales'), language) as Tree
const aboutIn = (language: Language) => textsOf(language).aboutErrors as About

/** Each text with its language, code and part. */
const told = names.flatMap(language =>
  Object.entries(aboutIn(language)).flatMap(([code, parts]) =>
    Object.entries(parts).map(([part, text]) => ({ language, code, part, text, where: `${language} ${code} ${part}` })),
  ),
)

/** Words of protocols: parameters, claims, members of answers, header fields and their values. */
const wire: ReadonlySet<string> = new Set([
  ...[
    'Authorization',
    'Authorization: Bearer TOKEN',
    'Authorization: Token KEY',
    'Authorization: DPoP TOKEN',
    ...['DPoP', 'DPoP-Nonce', 'Bearer', 'cnf', 'jti', 'dpop+jwt', 'baseUrl'],
    'dvz_key_',
    'elevated',
    'RateLimit',
    'WWW-Authenticate',
    'Content-Type',
    'Content-Length',
  ],
  ...['Content-Encoding', 'Accept', 'Accept: application/json', 'Allow', 'Retry-After', 'Origin', 'X-Request-Id'],
  ...['application/json', 'application/x-www-form-urlencoded', 'text/html', 'text/plain', 'application/xml'],
  ...['detail', 'non_field_errors', 'count', 'at', 'clock', 'encodeURIComponent', '%zz', 'localhost'],
  ...['Expect', 'Expect: 100-continue', '100-continue', 'NODE_OPTIONS', '--max-http-header-size'],
  ...['CGIPassAuth On', 'proxy_request_buffering on', 'old_password', 'new_password', 'device_token', 'refresh'],
  ...['iss', 'aud', 'alg', 'kid', 'crit', 'state', 'nonce', 'resource', 'request', 'request_uri', 'registration'],
  'registration_client_uri',
  ...['client_id', 'grant_type', 'redirect_uri', 'code_verifier', 'code_challenge_method', 'prompt=none', 'max_age'],
  ...['max_age=300', 'response_type', 'response_type=code', 'id_token_hint', 'id_token', 'error_description', 'openid'],
  ...['actor_token', 'actor_token_type', 'act'],
  ...['darvoza', 'darvoza:account', 'darvoza:admin', 'revocations:read'],
  ...['grant_types_supported', 'request_parameter_supported', 'device_code', 'interval', 'error'],
])

const grantTypes = ['authorization_code', 'refresh_token', 'client_credentials']
const choices = Object.values(policyTable).flatMap(row => ('choices' in row ? row.choices : []))

/** Names in the tables of this server. */
const ours: ReadonlySet<string> = new Set([
  ...Object.keys(errors),
  ...Object.keys(policyTable),
  ...choices,
  ...Object.keys(settingsTable),
  ...Object.keys(tlsTable),
  ...Object.keys(ownPermissions),
  ...Object.keys(builtInRoles),
  ...Object.keys(applicationMetadata.shape),
  ...applicationKinds,
  ...authenticationMethods,
  ...grantTypes,
])

const rows: readonly { method: string; path: string }[] = Object.values(routes)

function isRoute(name: string): boolean {
  const [, method, path] = /^(?:([A-Z]+) )?(\/.*)$/.exec(name) ?? []
  const bare = path?.replace(/(.)\/$/, '$1')
  return rows.some(row => row.path === bare && row.method === (method ?? row.method))
}

const usages = new Map<string, Promise<string>>()

/** The help of a command; for an unknown one its first line shows that it is the help of the noun. */
function usageOf(words: readonly string[]): Promise<string> {
  const asked = words.join(' ')
  const known = usages.get(asked) ?? run([...words, '--help'])
  usages.set(asked, known)
  return known
}

async function run(args: string[]): Promise<string> {
  let said = ''
  const stdout = new Writable({
    write(chunk, _, done) {
      said += chunk
      done()
    },
  })
  const argv = [process.execPath, 'darvoza', ...args]
  await runCommand({ argv, env: {}, cwd: root, stdin: Readable.from([]), stdout, stderr: stdout })
  return said
}

/** Whether a command such as `darvoza user create NAME --role admin` exists with its options and choices. */
async function isCommand(name: string): Promise<boolean> {
  const [program, ...said] = name.split(' ')
  const values = said.findIndex(word => !/^[a-z][a-z-]*$/.test(word))
  const words = values === -1 ? said : said.slice(0, values)
  if (program !== 'darvoza' || words.length === 0) return false
  const help = await usageOf(words)
  if (!help.startsWith(`Usage: darvoza ${words.join(' ')} `)) return false
  const rest = said.slice(words.length)
  return rest.every((word, index) => {
    if (word.startsWith('--')) return help.includes(`${word} `)
    if (/^[A-Z=]+$/.test(word)) return true
    return (
      ours.has(word) || (rest[index - 1] === '--action' && Object.hasOwn(auditActions, word)) || choosable(help, word)
    )
  })
}

const choosable = (help: string, word: string) => help.replace(/\s+/g, ' ').includes(`${word}:`)

/** Texts of views and of the log: each quotation must be one of these. */
const flat = (tree: Tree): string[] => Object.values(tree).flatMap(one => (typeof one === 'string' ? [one] : flat(one)))
const sources = readdirSync(join(root, 'server'), { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.ts'))
  .map(file => readFileSync(join(root, 'server', file), 'utf8'))
  .join('\n')

describe('the texts about error codes', () => {
  it('have all four parts of every code in every language', () => {
    for (const language of names) {
      const about = aboutIn(language)
      expect(Object.keys(about).sort(), language).to.deep.equal(Object.keys(errors).sort())
      for (const [code, parts] of Object.entries(about))
        expect(Object.keys(parts), `${language} ${code}`).to.deep.equal([...errorParts])
    }
  })

  it('list every code in exactly one group', () => {
    expect(Object.values(errorGroups).flat().sort()).to.deep.equal(Object.keys(errors).sort())
  })

  it('have 30 to 480 characters, end like a sentence, and are all different', () => {
    for (const language of names) {
      const seen = new Map<string, string>()
      for (const { text, where } of told.filter(one => one.language === language)) {
        expect(seen.get(text), where).to.equal(undefined)
        seen.set(text, where)
        expect(text.length, where).to.be.within(30, 480)
        expect(text, where).to.match(/[.?]$/)
      }
    }
  })

  it('are translated, and mention the same names in every language', () => {
    const namesIn = (text: string) => [...text.matchAll(/`([^`]*)`/g)].map(match => match[1]).sort()
    const english = aboutIn('en')
    for (const { language, code, part, text, where } of told) {
      if (language === 'en') continue
      expect(namesIn(text), where).to.deep.equal(namesIn(english[code]![part]!))
      expect(text, where).to.not.equal(english[code]![part])
    }
  })

  it('name only pages, commands, settings, policies and codes that exist', async () => {
    const unknown: string[] = []
    for (const { text, where } of told) {
      expect(text.split('`').length % 2, where).to.equal(1)
      for (const [, name = ''] of text.matchAll(/`([^`]*)`/g))
        if (!wire.has(name) && !ours.has(name) && !isRoute(name) && !(await isCommand(name)))
          unknown.push(`${where}: ${name}`)
    }
    expect(unknown).to.deep.equal([])
  })

  it('have every name in backticks, so that this test checks it', () => {
    for (const { text, where } of told) {
      const prose = text.replace(/`[^`]*`/g, '')
      expect(prose, where).to.not.match(/\w_\w|(^|[\s(“])\/\w|--\w|darvoza \w/)
    }
  })

  it('quote only texts of a page or of the log', () => {
    const logged = [...sources.matchAll(/'([^'\n]*)'/g)].map(match => match[1]!)
    const said = new Map(names.map(name => [name, new Set([...flat(textsOf(name)), ...logged])]))
    for (const { language, text, where } of told)
      for (const [, quoted = ''] of text.matchAll(/[“«]([^”»]*)[”»]/g))
        expect(said.get(language)!.has(quoted), `${where}: ${quoted}`).to.equal(true)
  })
})
