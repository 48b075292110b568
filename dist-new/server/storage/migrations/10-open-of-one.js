import { moveIndices } from './indices.js';
/** One person's open sessions and devices in the order of their lists: whoever has very many is read piece by piece. */
const added = {
    session: { session_user: ['user_id', 'ended_at', 'created_at', 'id'] },
    device: { device_user_open: ['user_id', 'ended_at', 'first_seen_at', 'id'] },
};
const replaced = { session: { session_user: ['user_id', 'ended_at'] } };
export class OpenOfOne1764900000000 {
    constructor() {
        this.name = 'OpenOfOne1764900000000';
    }
    async up(runner) {
        await moveIndices(runner, { from: replaced, to: added });
    }
    async down(runner) {
        await moveIndices(runner, { from: added, to: replaced });
    }
}
//# sourceMappingURL=10-open-of-one.js.map