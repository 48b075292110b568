// Output and questions of the command line, with a terminal and without one.
import { PassThrough } from 'node:stream'
import { expect } from 'chai'
import { Command } from 'commander'
import { askFirst, warnings } from '../../server/commands/confirmation.js'
import { createInput } from '../../server/commands/input.js'
import { createOutput } from '../../server/commands/output.js'

function aTerminal({ isTTY = true, columns = 80 } = {}) {
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() }
  for (const stream of Object.values(streams)) Object.assign(stream, { isTTY, columns })
  return {
    stdin: streams.stdin,
    input: createInput(streams as unknown as Parameters<typeof createInput>[0]),
    output: createOutput(streams),
    json: createOutput(streams, true),
    said: () => String(streams.stdout.read() ?? ''),
    remarked: () => String(streams.stderr.read() ?? ''),
  }
}

const roles = [
  { name: 'admin', permissions: Array.from({ length: 12 }, (_, at) => `darvoza:permission${at}:write`), holders: 1 },
  { name: 'empty', permissions: [], holders: 20 },
]

describe('a command line table', () => {
  it('fits the width of the terminal by wrapping long lists, without losing a value', async () => {
    for (const columns of [80, 132]) {
      const { output, said } = aTerminal({ columns })
      await output.table(roles, ['name', 'permissions', 'holders'], {})
      const text = said()
      for (const line of text.split('\n')) expect(line.length, line).to.be.at.most(columns)
      for (const permission of roles[0]!.permissions) expect(text).to.include(permission)
      expect(text)
        .to.match(/^admin +darvoza:permission0:write, /m)
        .and.match(/^empty +- +20$/m)
    }
  })

  it('has one line per record when the output is no terminal', async () => {
    const { output, said } = aTerminal({ isTTY: false })
    await output.table(roles, ['name', 'permissions', 'holders'], {})
    expect(said().trimEnd().split('\n')).to.have.length(3)
  })
})

describe('the message of a failed command', () => {
  it('is one line of text, or one JSON object with --json, and so is every remark', () => {
    const { output, json, remarked } = aTerminal()
    const failed = { code: 'not_found', message: 'There is no\nuser amy.', exit: 1 as const }
    output.failed(failed)
    expect(remarked()).to.equal('darvoza: There is no user amy.\n')
    json.failed(failed)
    expect(JSON.parse(remarked())).to.deep.equal({ error: failed })
    json.remark('There is more.')
    expect(JSON.parse(remarked())).to.deep.equal({ remark: 'There is more.' })
  })
})

describe('a destructive command', () => {
  async function run(args: string[], answer: string | null, { isTTY = true } = {}) {
    const terminal = aTerminal({ isTTY })
    let ran = 0
    const program = new Command('darvoza').exitOverride()
    for (const path of Object.keys(warnings)) {
      const [noun, verb] = path.split(' ') as [string, string]
      const parent = program.commands.find(one => one.name() === noun) ?? program.command(noun)
      const command = parent.command(`${verb} [first] [second]`).option('--json').option('--effect <effect>', '', 'end')
      command.option('--user <name>').action(() => void ran++)
    }
    askFirst(program, terminal.input)
    if (answer === null) terminal.stdin.end()
    else terminal.stdin.end(`${answer}\n`)
    const error: unknown = await program.parseAsync(args, { from: 'user' }).then(
      () => null,
      (thrown: unknown) => thrown,
    )
    return { ran, error: error as Error | null, asked: terminal.remarked() }
  }

  const examples: Record<string, string[]> = {
    'user delete': ['amy'],
    'role delete': ['clerk'],
    'application disable': ['till'],
    'application delete': ['till'],
    'session end': ['--user', 'amy'],
    'key revoke': ['refresh'],
    'revocation add': ['all'],
    'issuer set': ['https://id.example.com'],
    'log advance': [],
    'migrate down': [],
  }
  for (const path of Object.keys(warnings)) {
    const args = [...path.split(' '), ...examples[path]!]
    it(`darvoza ${path} asks for confirmation on a terminal, and runs only after y or yes`, async () => {
      for (const answer of ['', 'n', 'yess', 'no', null]) {
        const { ran, error, asked } = await run(args, answer)
        expect([ran, error?.name, error?.message], String(answer)).to.deep.equal([0, 'Failure', 'nothing was changed'])
        expect(asked).to.match(/^This .*\. Go on\? \[y\/N\] /)
      }
      for (const answer of ['y', 'YES']) expect((await run(args, answer)).ran, answer).to.equal(1)
    })

    it(`darvoza ${path} fails without a terminal unless --yes is given`, async () => {
      const { ran, error } = await run(args, 'y', { isTTY: false })
      expect([ran, error?.name]).to.deep.equal([0, 'UsageError'])
      expect(error!.message).to.include('--yes')
      expect((await run([...args, '--yes'], null, { isTTY: false })).ran).to.equal(1)
    })
  }

  it('runs without a question for a single session or token, and for the effect refresh', async () => {
    const few = [
      ['session', 'end', 'an-id'],
      ['revocation', 'add', 'token', 'x'],
      ['revocation', 'add', 'all', '--effect', 'refresh'],
    ]
    for (const args of few) expect((await run(args, null, { isTTY: false })).ran, args.join(' ')).to.equal(1)
  })
})
