/** What figures are made of. */
import * as v from "valibot";

export const numbers = v.array(v.number());
export const strings = v.array(v.string());
export const interval = v.tuple([v.number(), v.number()]);

export const png = v.pipe(v.string(), v.regex(/^data:image\/png;base64,[A-Za-z0-9+/]+=*$/, "a PNG as a data URL"));
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
export const pixels = v.pipe(v.number(), v.integer(), v.minValue(1));
