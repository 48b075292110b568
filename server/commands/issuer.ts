// `darvoza issuer`: show and set, for the issuer (`iss`) that the database belongs to.
import type { Command } from 'commander'
import { addCommand, type CommandLine } from './command-line.js'
import type { Format } from './output.js'

export function addIssuerCommands(program: Command, { open, requireIssuer, actor, output }: CommandLine): void {
  const issuer = program.command('issuer').description('the issuer that the database belongs to')

  addCommand(issuer, 'show', 'show it').action(async (format: Format) => {
    const known = await (await open()).maintenance.issuerClaim.show()
    await output.done(known ?? 'none yet: the first server that starts writes its own', { issuer: known }, format)
  })

  addCommand(issuer, 'set <url>', 'change the issuer, while no server runs: all users must sign in again').action(
    async (url: string, format: Format) => {
      const wanted = requireIssuer(url)
      const before = await (await open()).maintenance.issuerClaim.set(wanted, actor)
      const sentence =
        before === wanted ? `the issuer was ${wanted} before` : `the issuer is ${wanted}: start the servers with it`
      await output.done(sentence, { issuer: wanted, before }, format)
    },
  )
}
