/** Of the package; told to the server with each renewal of the lease. A test holds it against package.json. */
export const version = '0.1.0';
//# sourceMappingURL=version.js.map