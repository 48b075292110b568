// The status as Prometheus metrics (text format 0.0.4). One row a metric.
import type { VerifierStatus } from './status.js'

type Sample = { value: number; labels?: Record<string, string> }
type Metric = { type: 'gauge' | 'counter'; help: string; samples: (status: VerifierStatus) => Sample[] }

const one = (value: number): Sample[] => [{ value }]

const metrics = {
  lease_valid: {
    type: 'gauge',
    help: '1 while tokens are verified without asking the token server.',
    samples: ({ lease }) => one(Number(lease.valid)),
  },
  lease_age_seconds: {
    type: 'gauge',
    help: 'Time since the renewal that counts was sent; the lease is over at 2.',
    samples: ({ lease }) => (lease.age === null ? [] : one(lease.age / 1_000)),
  },
  lease_renewals_total: {
    type: 'counter',
    help: 'Renewals of the lease, by whether the server answered.',
    samples: ({ lease }) => [
      { value: lease.renewed, labels: { result: 'answered' } },
      { value: lease.failed, labels: { result: 'failed' } },
    ],
  },
  log_position: {
    type: 'gauge',
    help: 'Number of the last entry of the revocation log that is applied here.',
    samples: ({ log }) => one(log.position),
  },
  log_entries: { type: 'gauge', help: 'Live entries of the revocation log.', samples: ({ log }) => one(log.entries) },
  stream_following: {
    type: 'gauge',
    help: '1 while the revocation log is followed.',
    samples: ({ stream }) => one(Number(stream.state === 'following')),
  },
  stream_connections_total: {
    type: 'counter',
    help: 'Connections that were made to follow the revocation log.',
    samples: ({ stream }) => one(stream.connections),
  },
  keys: {
    type: 'gauge',
    help: 'Public keys that tokens may be signed by.',
    samples: ({ keys }) => one(keys.kids.length),
  },
  keys_fetched_timestamp_seconds: {
    type: 'gauge',
    help: 'When the public keys were last fetched.',
    samples: ({ keys }) => (keys.fetchedAt === null ? [] : one(keys.fetchedAt / 1_000)),
  },
  verifications_total: {
    type: 'counter',
    help: 'Verified tokens and API keys, by result; unknown is answered with 503.',
    samples: ({ counts: { accepted, refused, unknown } }) =>
      Object.entries({ accepted, refused, unknown }).map(([result, value]) => ({ value, labels: { result } })),
  },
  remembered_total: {
    type: 'counter',
    help: 'Tokens whose signature had been checked before.',
    samples: ({ counts }) => one(counts.remembered),
  },
  accepted_until_expiry_total: {
    type: 'counter',
    help: 'Tokens accepted without a revocation check, on routes with allowReadsUntilExpiry.',
    samples: ({ counts }) => one(counts.untilExpiry),
  },
  introspections_total: {
    type: 'counter',
    help: 'Introspection requests sent to the token server.',
    samples: ({ introspection }) => one(introspection.asked),
  },
  introspections_failed_total: {
    type: 'counter',
    help: 'Introspection requests without an answer.',
    samples: ({ introspection }) => one(introspection.failed),
  },
} as const satisfies Record<string, Metric>

export function metricsText(status: VerifierStatus): string {
  const own = { issuer: status.issuer, verifier: status.name }
  const lines = Object.entries<Metric>(metrics).flatMap(([name, { type, help, samples }]) => {
    const full = `darvoza_verifier_${name}`
    const sampleLines = samples(status).map(
      ({ value, labels }) => `${full}${labelsText({ ...own, ...labels })} ${value}`,
    )
    return [`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`, ...sampleLines]
  })
  return `${lines.join('\n')}\n`
}

function labelsText(labels: Record<string, string>): string {
  const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',')}}`
}
