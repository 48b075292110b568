export {};
//# sourceMappingURL=ground.js.map