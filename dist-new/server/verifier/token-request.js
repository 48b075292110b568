export {};
//# sourceMappingURL=token-request.js.map