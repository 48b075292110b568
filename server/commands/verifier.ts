// `darvoza verifier`: list, which prints the position in the revocation log and the lease of each verifier.
import type { Command } from 'commander'
import type { ListedVerifier } from '../identity/logs/verifier-list.js'
import { addCommand, type CommandLine } from './command-line.js'
import { type Format, type Printed, printedTime } from './output.js'

export function addVerifierCommands(program: Command, { open, output }: CommandLine): void {
  const verifier = program
    .command('verifier')
    .description('verifiers of resource servers that follow the revocation log')

  addCommand(verifier, 'list', 'list the verifiers with the log position that each has applied')
    .option('--application <id>', 'only those of this application')
    .action(async ({ application, ...format }: { application?: string } & Format) => {
      const {
        logs: { verifierList },
        applications: { applications },
      } = await open()
      if (application !== undefined) await applications.require(application)
      const found = await verifierList.list(application)
      const columns = [
        'application',
        'verifier',
        'version',
        'address',
        'applied',
        'behind',
        'connected',
        'lease_ends_at',
        'last_seen_at',
      ]
      await output.table(found.map(printedVerifier), columns, format)
    })
}

function printedVerifier(one: ListedVerifier): Printed {
  return {
    application: one.applicationId,
    verifier: one.name,
    version: one.version,
    address: one.address,
    applied: one.applied,
    behind: one.behind,
    connected: one.connected,
    applied_at: printedTime(one.appliedAt),
    last_seen_at: printedTime(one.renewedAt),
    lease_ends_at: printedTime(one.leaseUntil),
    keys_fetched_at: printedTime(one.keysFetchedAt),
    first_seen_at: printedTime(one.firstSeen),
  }
}
