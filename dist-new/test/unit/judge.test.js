// What the driver of faults makes of its log: a proof is worth what its judge is.
import { expect } from 'chai';
import { judge } from '../fault/driver/judge.js';
const revoked = { trial: 1, trigger: 'session ended', via: 'A', answered: 10_000 };
function verdict(begunAfter, changes = {}) {
    const begun = revoked.answered + begunAfter;
    return { token: 1, server: 'B', path: 'verify', begun, ended: begun + 5, status: 401, reason: '', ...changes };
}
const accepted = (begunAfter, changes = {}) => verdict(begunAfter, { status: 200, ...changes });
describe('the judge of a round of faults', () => {
    it('finds a request that was begun more than two seconds after the answer and accepted', () => {
        const { violations } = judge([revoked], [verdict(100), accepted(2_001)]);
        expect(violations.map(({ after }) => after)).to.deep.equal([2_001]);
    });
    it('finds it also at the server that answered, and after refusals', () => {
        expect(judge([revoked], [verdict(1), accepted(5_000, { server: 'A' })]).violations).to.have.length(1);
    });
    it('takes a 404 for accepted: the token was let in', () => {
        expect(judge([revoked], [verdict(3_000, { status: 404, path: 'me' })]).violations).to.have.length(1);
    });
    it('goes by when a request was begun, however late it was answered', () => {
        const late = accepted(1_990, { ended: revoked.answered + 60_000 });
        expect(judge([revoked], [late]).violations).to.deep.equal([]);
    });
    it('claims nothing of what came before the answer, and of revokes that were never answered', () => {
        expect(judge([revoked], [accepted(-50)]).violations).to.deep.equal([]);
        expect(judge([], [accepted(9_000)]).violations).to.deep.equal([]);
    });
    it('calls it wrong when a token that nobody revoked is told anything but 200 and 503', () => {
        const own = (status) => verdict(0, { token: 'bystander', status });
        const { wrong } = judge([revoked], [own(200), own(503), own(0), own(401), own(404), own(500)]);
        expect(wrong.map(({ status }) => status)).to.deep.equal([401, 404, 500]);
    });
    it('calls it wrong when anybody is told of an error of ours', () => {
        expect(judge([revoked], [verdict(10, { status: 500 })]).wrong).to.have.length(1);
        expect(judge([revoked], [verdict(10), verdict(10, { status: 503 })]).wrong).to.deep.equal([]);
    });
    it('measures until the first request after which none was accepted, at each server', () => {
        const verdicts = [
            ...[verdict(5, { server: 'A' }), accepted(10), verdict(30), accepted(60), verdict(90), verdict(120)],
        ];
        const { here, there } = judge([revoked], verdicts);
        expect([here, there]).to.deep.equal([[0], [90]]);
    });
    it('measures resource servers by themselves', () => {
        const verdicts = [accepted(20, { server: 'verifier-1' }), verdict(40, { server: 'verifier-1' })];
        const { there, atVerifiers } = judge([revoked], verdicts, ['verifier-1']);
        expect([there, atVerifiers]).to.deep.equal([[], [40]]);
    });
    it('measures no end where the last was accepted', () => {
        expect(judge([revoked], [verdict(10), accepted(100)]).there).to.deep.equal([Number.POSITIVE_INFINITY]);
    });
});
//# sourceMappingURL=judge.test.js.map