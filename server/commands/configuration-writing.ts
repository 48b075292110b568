// Writes a configuration file that reading it again leaves unchanged. It never contains a secret.
import { stringify } from 'yaml'
import type { Configuration } from '../identity/configuration/configuration.js'
import { writeEntry } from '../identity/configuration/wanted.js'
import { formatDuration } from '../policy/durations.js'
import { type Policy, type PolicyName, policyNames, policyTable } from '../policy/policies.js'
import { fileVersion } from './configuration-file.js'

export type FileFormat = 'yaml' | 'json'

/** Writes a file that `readConfiguration` reads. */
export function writeConfiguration({ policy, roles, applications }: Configuration, format: FileFormat): string {
  const file = {
    version: fileVersion,
    policies: Object.fromEntries(policyNames.map(name => [name, writtenValue(name, policy)])),
    roles: Object.fromEntries(roles.map(role => [role.name, role.permissions.toSorted()])),
    applications: Object.fromEntries(applications.map(one => [one.id, writeEntry(one)])),
  }
  if (format === 'json') return `${JSON.stringify(file, null, 2)}\n`
  return `${heading}${stringify(file, { lineWidth: 0, aliasDuplicateObjects: false })}`
}

const heading = '# As `darvoza export` writes it and `darvoza apply` reads it. There is no secret in it.\n'

function writtenValue(name: PolicyName, policy: Policy): unknown {
  return policyTable[name].kind === 'duration' ? formatDuration(policy[name] as number) : policy[name]
}
