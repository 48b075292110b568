export const uuid = { type: 'varchar', length: 36 };
export const name = (length) => ({ type: 'varchar', length: String(length) });
export const longText = { type: 'text' };
export const flag = { type: 'boolean' };
/** Epoch ms, a sequence number or a user id: a whole number that a JavaScript number holds exactly. */
export const whole = { type: 'bigint' };
export const orNull = (column) => ({ ...column, nullable: true });
//# sourceMappingURL=columns.js.map