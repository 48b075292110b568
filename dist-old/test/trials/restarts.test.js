import { expect } from 'chai';
import { aFolder, onMariaDb, onRedis } from '../support/engines.js';
import { freePort } from '../support/mariadb.js';
import { secretKey, urlOf } from '../support/processes.js';
import { aRedis } from '../support/redis.js';
import { restartUnderLoad } from '../support/restarts.js';
async function settings(more) {
    const given = { ISSUER: 'http://localhost:4000', DATA_DIR: aFolder(), ADMIN_PASSWORD: 'correct horse battery' };
    return { ...given, PORT: String(await freePort()), SECRET_KEY: secretKey, ...more };
}
function expectNobodyCut({ answered, cut, stops }) {
    expect(cut).to.deep.equal([]);
    expect(answered).to.be.above(50);
    // 250 ms of notice, then what was begun, on a machine that may be busy; not the 10 s that a request may take.
    for (const ms of stops)
        expect(ms).to.be.within(250, 8_000);
}
describe('a server that is stopped and started again under load', () => {
    it('cuts nobody off', async () => {
        expectNobodyCut(await restartUnderLoad(3, await settings({})));
    }).timeout(60_000);
});
onMariaDb('workers that are stopped and started again under load', engine => onRedis('with Redis', () => {
    it('cut nobody off', async () => {
        const stores = { DATABASE_URL: urlOf(await engine.fresh()), REDIS_URL: (await aRedis()).url };
        expectNobodyCut(await restartUnderLoad(5, await settings({ ...stores, WORKERS: '2' })));
    }).timeout(120_000);
}));
//# sourceMappingURL=restarts.test.js.map