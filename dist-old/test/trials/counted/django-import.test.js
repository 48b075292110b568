// Moving in from Django at full size: 10,000 rows by the real dumpdata, which takes most of a minute for it, and 30 hashes
// at their real costs; `TRIALS=34` signs 204 people in.
import { trials } from '../../support/bursts.js';
import { onDjango } from '../../support/django.js';
import { signInWithEveryHash, takeBrokenDump } from '../../support/django-import.js';
onDjango('a whole user table of Django', function () {
    this.timeout(30 * 60_000);
    it('of 10,000 rows with 50 broken ones comes in but for these', () => takeBrokenDump(10_000));
    it('signs in, whatever the hashes are', () => signInWithEveryHash(trials(5)));
});
//# sourceMappingURL=django-import.test.js.map