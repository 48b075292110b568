// Import from Django at full size: 10,000 rows by the real dumpdata, which takes most of a minute, and 30 hashes at
// their real costs; `TRIALS=34` signs 204 users in.
import { trials } from '../../support/bursts.js'
import { onDjango } from '../../support/django.js'
import { signInWithEveryHash, takeBrokenDump } from '../../support/django-import.js'

onDjango('import of a full Django user table', function () {
  this.timeout(30 * 60_000)

  it('imports 10,000 rows except for 50 broken ones', () => takeBrokenDump(10_000))

  it('lets imported users sign in with every kind of hash', () => signInWithEveryHash(trials(5)))
})
