// What an administrator enters for a new application, and for changes of one.
import type { ApplicationKind, ApplicationMetadata, ResourceScope } from '../../policy/application-metadata.js'

/** Members that are left out get the default of the application's kind (policy/application-defaults.ts). */
export type NewApplicationInput = {
  /** Generated from the name where it is left out. */
  id?: string | undefined
  name: string
  kind: ApplicationKind
  metadata: ApplicationMetadata
  resource?: string | null | undefined
  resourceScopes?: readonly ResourceScope[] | undefined
}

/** Changed members of the metadata; null removes a member. */
export type MetadataChanges = { [Name in keyof ApplicationMetadata]?: ApplicationMetadata[Name] | null }

export type ApplicationInputChanges = {
  name?: string | undefined
  kind?: ApplicationKind | undefined
  metadata?: MetadataChanges | undefined
  resource?: string | null | undefined
  resourceScopes?: readonly ResourceScope[] | undefined
}

/** @returns the metadata after the changes, without members that are null */
export function mergedMetadata(before: ApplicationMetadata, changes: MetadataChanges): ApplicationMetadata {
  const merged = Object.entries({ ...before, ...changes }).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(merged) as ApplicationMetadata
}

/**
 * An id that is readable in logs and URLs; its random part keeps two applications of one name apart, and reveals
 * nothing.
 */
export function idOf({ name, kind }: NewApplicationInput, random: (size: number) => Buffer): string {
  const words = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '')
  return `${words || kind.replace('_', '-')}-${random(4).toString('hex')}`
}
