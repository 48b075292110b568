function rowOf(method) {
    return (path, access, what, options) => ({ method, path, access, what, ...options });
}
export const get = rowOf('GET');
export const post = rowOf('POST');
export const patch = rowOf('PATCH');
export const put = rowOf('PUT');
/** DELETE; its own name is a keyword. */
export const del = rowOf('DELETE');
//# sourceMappingURL=route.js.map