export {};
//# sourceMappingURL=kind.js.map