// The program of the hashing process, as small as possible: it answers jobs by their number, and exits when its parent
// does. See hashing-process.ts for the parent's side.
// bcrypt is imported here: the server process does not load it, and the first hash does not wait for the import.
import 'bcrypt'
import { hashPassword, matchesHash } from './stored-passwords.js'

export type HashingJob =
  | { kind: 'hash'; password: string; cost: number }
  | { kind: 'matches'; password: string; encoded: string }

/** `problem` says what is wrong with a stored hash, or with this machine; it never contains a password. */
export type HashingResult = { result: string | boolean } | { problem: string }

export type Numbered<T> = T & { id: number }

async function work(job: HashingJob): Promise<HashingResult> {
  try {
    const { password } = job
    return {
      result: await (job.kind === 'hash' ? hashPassword(password, job.cost) : matchesHash(password, job.encoded)),
    }
  } catch (error) {
    return { problem: (error as Error).message }
  }
}

process.on('message', async (job: Numbered<HashingJob>) => {
  const result = await work(job)
  // Without a parent no process waits for the result.
  if (process.connected) process.send!({ ...result, id: job.id }, () => {})
})
process.on('disconnect', () => process.exit())

// A terminal's Ctrl-C reaches this process too, while its parent still has sign-ins to finish.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
