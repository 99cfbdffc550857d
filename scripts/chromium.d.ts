/** For headless use in tests, also as root and without a graphics card. */
export declare const chromiumFlags: readonly string[];
/**
 * `$CHROME_PATH`, then what is on PATH or in its usual place, then Debian's package when this is root on Debian.
 * Throws `script/no-chromium`.
 */
export declare function findChromium(): Promise<string>;
