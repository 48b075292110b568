import { expect } from 'chai'
import { createFailureLog } from '../../server/http/middleware/failure-log.js'
import { errorsAt } from '../../server/process/log.js'
import { createLogDestination } from '../../server/process/log-destination.js'
import { refuse } from '../../server/protocol/errors.js'
import { StorageFailure } from '../../server/storage/storage-failure.js'
import { waitFor } from '../support/mariadb.js'

/** A disk with room for that many more bytes. */
function aDisk(room: number) {
  const disk = {
    room,
    text: '',
    failure: 'ENOSPC',
    write(bytes: Buffer, done: (error: NodeJS.ErrnoException | null, written: number) => void): void {
      const part = bytes.subarray(0, disk.room)
      disk.room -= part.length
      disk.text += part.toString()
      const error = part.length === 0 ? Object.assign(new Error('no'), { code: disk.failure }) : null
      setImmediate(done, error, part.length)
    },
    writeNow: (bytes: Buffer) => bytes.length,
    lossOf: (lines: number, reason: string) => `{"lines":${lines},"reason":"${reason}"}\n`,
  }
  return disk
}

const line = (number: number) => `{"number":${number},"text":"${'x'.repeat(1_000)}"}\n`
const parsed = (text: string) =>
  text
    .trim()
    .split('\n')
    .map(one => JSON.parse(one) as { number?: number; lines?: number; reason?: string })

describe('the log destination', () => {
  for (const failure of ['ENOSPC', 'EIO', 'EPIPE', 'EAGAIN']) {
    it(`tears no line during ${failure}, counts the lost ones, and logs their number afterwards`, async () => {
      const disk = Object.assign(aDisk(2_500), { failure })
      const destination = createLogDestination(disk)
      const count = 3_000
      for (let number = 0; number < count; number++) destination.write(line(number))
      await destination.flush(20)
      expect(disk.room).to.equal(0)
      disk.room = Number.POSITIVE_INFINITY
      await waitFor(async () => expect(disk.text).to.include(failure))
      const lines = parsed(disk.text)
      const loss = lines.findIndex(one => one.lines !== undefined)
      expect(lines[loss]).to.deep.equal({ lines: count - loss, reason: failure })
      expect(loss).to.be.within(900, 1_100)
      expect(lines.slice(0, loss).map(one => one.number)).to.deep.equal([...Array(loss).keys()])
      destination.write(line(count))
      expect(await destination.flush(1_000).then(() => parsed(disk.text).at(-1)?.number)).to.equal(count)
    })
  }
})

describe('an error in the log', () => {
  const failure = new StorageFailure('ECONNREFUSED', 'SELECT secret FROM t')
  const outages = [failure, refuse('database_unavailable', { cause: failure })]

  it('is a reason for an outage; SQL statement and stack are logged at level debug only', () => {
    for (const outage of outages) {
      expect(errorsAt('info')(outage)).to.deep.equal({ reason: 'ECONNREFUSED' })
      expect(JSON.stringify(errorsAt('debug')(outage)))
        .to.include('SELECT')
        .and.include('log-destination.test')
    }
    expect(errorsAt('warn')(refuse('log_went_back'))).to.deep.equal({ reason: 'log_went_back' })
  })

  it('has its stack at every level when it is a programming error', () => {
    for (const level of ['info', 'debug'])
      expect(errorsAt(level)(new TypeError('x is undefined')))
        .to.have.property('stack')
        .that.includes('log-destination.test')
  })
})

describe('requests that cannot be served', () => {
  it('are logged in one line at the start and one at the end; each request only at level debug', async () => {
    const lines: string[] = []
    const at = (level: string) => (details: object, message: string) =>
      lines.push(`${level} ${message} ${JSON.stringify({ ...details, err: undefined })}`)
    const log = { debug: at('debug'), info: at('info'), warn: at('warn') }
    const note = createFailureLog({ log, quiet: 30 })
    for (let request = 0; request < 50; request++)
      note(refuse('database_unavailable', { cause: new StorageFailure('SQLITE_FULL', 'INSERT INTO t') }), 'id')
    const told = () => lines.filter(one => !one.startsWith('debug'))
    await waitFor(async () => expect(told()).to.have.length(2))
    expect(told()[0]).to.match(/^warn requests cannot be served: The database does not answer.*SQLITE_FULL/)
    expect(told()[1]).to.match(/^info requests are served again .*"requests":50/)
    expect(told().join()).to.not.include('INSERT')
    expect(lines.filter(one => one.startsWith('debug'))).to.have.length(50)
  })
})
