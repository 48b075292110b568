// `darvoza doctor URL` attacks a running resource server and reports what it accepted, and how to fix it.
import { isIP } from 'node:net'
import { type Command, InvalidArgumentError } from 'commander'
import { parseDuration } from '../policy/durations.js'
import { weaknesses } from '../policy/weaknesses.js'
import type { CommandLine } from './command-line.js'
import { createApiProbe } from './doctor/api-probe.js'
import { examine } from './doctor/examination.js'
import { type Finding, printedFinding, type Verdict } from './doctor/finding.js'
import { openKeyTrap } from './doctor/key-trap.js'
import { Failure, UsageError } from './failures.js'
import type { Format, Output } from './output.js'

type DoctorOptions = Format & {
  audience?: string
  method: string
  header?: string[]
  scope?: string[]
  permission?: string[]
  role?: string[]
  user?: string
  revokedFor?: number
  untilExpiry?: boolean
  strict?: boolean
  pause?: number
  plainHttp?: boolean
}

/** Timeout in ms. */
const usualTimeout = 5_000

const help = `
It sends about 150 requests to URL: one with a good token, which must be answered with 2xx, and then tokens that must be
refused. They are signed with the real key, are only valid for this audience and expire within 15 minutes, except for a few
with a missing or invalid exp: a server that accepts those accepts them until the key is removed. Give a URL whose method
changes nothing.

The tokens are an application's own, or with --user those of a user, of whom they have the id and the name; sessions and roles
in them are made up, and nothing is opened for anybody. It writes one entry to the revocation log, four with --user; they, and
who ran this, stand in the audit log as revocations by hand with the reason "darvoza doctor".

Exit 0: all held. 1: something was let in, or the good token was not. 2: used wrongly.
`

export function addDoctorCommand(program: Command, line: CommandLine): void {
  const several = (value: string, before: readonly string[] = []) => [...before, value]
  program
    .command('doctor <url>')
    .description('test a running resource server: which tokens does it accept that it must refuse?')
    .option('--json', 'print JSON')
    .option(
      '--audience <audience>',
      'whom the tokens are for: the identifier of a resource server of this installation',
    )
    .option('--method <method>', 'HTTP method of the requests', 'GET')
    .option('--header <line>', "a header of every request, 'X-Tenant: 7'; repeatable", several)
    .option('--scope <scope>', 'a scope that the URL requires; repeatable', several)
    .option('--permission <permission>', 'a permission that the URL requires; repeatable', several)
    .option('--role <role>', 'a role that the URL requires, with --user; repeatable', several)
    .option('--user <name>', 'issue the tokens for this user; also tests an ended session and a changed role')
    .option(
      '--revoked-for <time>',
      'how long a revoked token may be let in before that counts (default: 5s)',
      milliseconds,
    )
    .option('--until-expiry', 'the resource server only uses the JWKS: accepting revoked tokens is a remark')
    .option('--strict', 'exit with 1 also for lenient results')
    .option('--pause <time>', 'pause between two requests', milliseconds)
    .option('--plain-http', 'allow plain http to another machine')
    .addHelpText('after', help)
    .action((url: string, options: DoctorOptions) => doctor(line, url, options))
}

async function doctor({ open, actor, output }: CommandLine, address: string, options: DoctorOptions): Promise<void> {
  const url = readUrl(address, options)
  const { method, user: username, header = [], permission = [], role = [], scope = [] } = options
  if (!/^[A-Z]{1,20}$/.test(method)) throw new UsageError(`${method} is no method: write it in capital letters`)
  if (role.length > 0 && username === undefined)
    throw new UsageError('--role needs --user: an application has no roles')
  const probe = createApiProbe({ url, method, headers: header.map(readHeader), pause: options.pause ?? 0 })
  const { testTokens } = await open()
  const trap = await openKeyTrap()
  try {
    const wanted = {
      audience: options.audience,
      address: url.href,
      scopes: scope,
      permissions: permission,
      roles: role,
      username,
      trap: trap.address,
    }
    const tokens = await testTokens.open(wanted, actor)
    trap.serve([tokens.foreignJwk])
    const timing = { revokedFor: options.revokedFor ?? usualTimeout, untilExpiry: options.untilExpiry === true }
    const findings = await examine({ probe, tokens, trap, timing }).finally(tokens.close)
    await print(output, { url: url.href, ...tokens.about }, findings, options)
    requireHeld(findings, options)
  } finally {
    trap.close()
  }
}

async function print(
  output: Output,
  about: Record<string, unknown>,
  findings: readonly Finding[],
  { json }: Format,
): Promise<void> {
  const printed = findings.map(printedFinding)
  if (json) return output.done('', { ...about, counts: countsOf(findings), findings: printed }, { json })
  await output.table(printed, ['sent', 'expected', 'answered', 'verdict'], { json: false })
  const found = [...new Set(findings.flatMap(({ weakness }) => weakness ?? []))]
  for (const weakness of found) {
    const { what, mend } = weaknesses[weakness]
    const where = findings.filter(one => one.weakness === weakness).map(one => `${one.sent} (${one.clause})`)
    await output.text(`\n${what}\n  Seen by: ${where.join('; ')}\n  ${mend}`)
  }
  const verdictCounts = Object.entries(countsOf(findings)).filter(([, count]) => count > 0)
  await output.text(
    `\n${findings.length} attacks: ${verdictCounts.map(([verdict, count]) => `${count} ${verdict}`).join(', ')}`,
  )
}

function requireHeld(findings: readonly Finding[], { strict }: DoctorOptions): void {
  const { let_in: letIn, lenient } = countsOf(findings)
  const count = letIn + (strict ? lenient : 0)
  if (count > 0) throw new Failure(`${count} of ${findings.length} attacks were let in`)
}

function countsOf(findings: readonly Finding[]): Record<Verdict, number> {
  const counts: Record<Verdict, number> = { held: 0, let_in: 0, lenient: 0, remark: 0, not_tried: 0 }
  for (const { verdict } of findings) counts[verdict]++
  return counts
}

function readUrl(address: string, { plainHttp }: DoctorOptions): URL {
  const url = URL.canParse(address) ? new URL(address) : null
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.hash)
    throw new UsageError(
      `${address} is no address of a resource server: it begins with https:// and has neither a name and password nor #`,
    )
  if (url.protocol === 'http:' && !plainHttp && !isLoopback(url.hostname))
    throw new UsageError(
      'the tokens are real: over plain http anybody on the way could use them; give an https address, or --plain-http',
    )
  return url
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'))
}

function readHeader(line: string): readonly [string, string] {
  const [, name, value] = /^([A-Za-z0-9!#$%&'*+.^_`|~-]+): *([\x20-\x7e]*)$/.exec(line) ?? []
  if (name === undefined || value === undefined) throw new UsageError(`${line} is no header: write 'Name: value'`)
  if (/^(authorization|host|connection|content-length|transfer-encoding)$/i.test(name))
    throw new UsageError(`the header ${name} is written by the doctor itself`)
  return [name, value]
}

/** Reads `500ms`, or a duration as elsewhere. */
function milliseconds(text: string): number {
  const [, few] = /^(\d{1,5})ms$/.exec(text) ?? []
  const seconds = few === undefined ? parseDuration(text) : Number(few) / 1_000
  if (seconds === null || seconds > 600)
    throw new InvalidArgumentError('It must be a time such as 500ms or 5s, ten minutes at most.')
  return seconds * 1_000
}
