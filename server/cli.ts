// Runs `darvoza COMMAND` in this process.
import { runCommand } from './program.js'

// EPIPE: the reading process has closed the pipe, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

process.umask(0o077)

const { argv, env, stdin, stdout, stderr } = process
// Not exit(): what is still on its way to a pipe would be lost.
process.exitCode = await runCommand({ argv, env, cwd: process.cwd(), stdin, stdout, stderr })
