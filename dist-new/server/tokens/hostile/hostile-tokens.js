import { misled } from './misled.js';
import { misplaced } from './misplaced.js';
import { unproven } from './unproven.js';
export const hostileTokens = { ...misplaced, ...unproven, ...misled };
export const hostileTokenNames = Object.keys(hostileTokens);
//# sourceMappingURL=hostile-tokens.js.map