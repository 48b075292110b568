// A network namespace for one server with three links: one for its clients and one each for the database and Redis.
// Each can be cut by itself; a cut link drops every packet without an error.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { platform, userInfo } from 'node:os'

export type LinkName = (typeof linkNames)[number]
const linkNames = ['front', 'database', 'redis'] as const

export type Link = { outside: string; inside: string; cut(): void; mend(): void }

export type Namespace = {
  /** The words that a command line begins with to run inside the namespace. */
  prefix: string[]
  links: Record<LinkName, Link>
  remove(): void
}

const program = ['/usr/sbin/ip', '/sbin/ip', '/usr/bin/ip'].find(existsSync)
/** RFC 2544 §C.2.2 reserves this network for network tests. */
const network = '198.18'
const namePrefix = 'darvoza-fault-'

const ip = (...args: string[]): string => execFileSync(program!, args, { encoding: 'utf8', stdio: 'pipe' })

/** Why this machine cannot make a namespace, or null where it can. */
export function whyNoNamespace(): string | null {
  if (platform() !== 'linux') return 'network namespaces need Linux'
  if (!program) return 'network namespaces need ip (apt-get install iproute2)'
  if (userInfo().uid !== 0) return 'network namespaces need root'
  try {
    const probe = `${namePrefix}${process.pid}-probe`
    ip('netns', 'add', probe)
    ip('netns', 'del', probe)
    return null
  } catch {
    return 'network namespaces are forbidden here'
  }
}

export function aNamespace(): Namespace {
  const name = namespaceName()
  const subnet = freeSubnet()
  ip('netns', 'add', name)
  ip('-n', name, 'link', 'set', 'lo', 'up')
  const links = Object.fromEntries(linkNames.map((link, index) => [link, aLink(name, link, subnet, index)]))
  return {
    prefix: [program!, 'netns', 'exec', name],
    links: links as Record<LinkName, Link>,
    // Its links are deleted with it.
    remove: () => void ip('netns', 'del', name),
  }
}

/** The namespace of this process; leftovers.ts removes it by this name. */
export function namespaceName(): string {
  return `${namePrefix}${process.pid}`
}

/** Removes the namespaces of drivers that have ended. */
export function removeOldNamespaces(): void {
  for (const line of ip('netns', 'list').split('\n')) {
    const [, name, pid] = new RegExp(`^(${namePrefix}(\\d+)\\S*)`).exec(line) ?? []
    if (name && !existsSync(`/proc/${pid}`)) ip('netns', 'del', name)
  }
}

function aLink(namespace: string, name: LinkName, subnet: number, index: number): Link {
  const device = `dvz${subnet}${name.slice(0, 1)}`
  const outside = `${network}.${subnet}.${4 * index + 1}`
  const inside = `${network}.${subnet}.${4 * index + 2}`
  ip('link', 'add', device, 'type', 'veth', 'peer', 'name', name, 'netns', namespace)
  ip('addr', 'add', `${outside}/30`, 'dev', device)
  ip('-n', namespace, 'addr', 'add', `${inside}/30`, 'dev', name)
  ip('link', 'set', device, 'up')
  ip('-n', namespace, 'link', 'set', name, 'up')
  return {
    outside,
    inside,
    cut: () => void ip('link', 'set', device, 'down'),
    mend: () => void ip('link', 'set', device, 'up'),
  }
}

/** A subnet that no other driver on this machine uses. */
function freeSubnet(): number {
  const taken = ip('-o', '-4', 'addr')
  for (let step = 0; step < 256; step++) {
    const subnet = (process.pid + step) % 256
    if (!taken.includes(` ${network}.${subnet}.`)) return subnet
  }
  throw new Error(`no free network in ${network}.0.0/16`)
}
