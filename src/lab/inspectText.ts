/**
 * Objects that answer to this symbol say in one line what they are when a cell ends with them, instead of listing their
 * numbers. It is Node's own `util.inspect.custom`, named here so that the declarations need no Node types.
 */
export const inspectText: unique symbol = Symbol.for("nodejs.util.inspect.custom");
