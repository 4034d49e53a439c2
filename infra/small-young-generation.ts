/**
 * Node's option for functions that compute over many series in turn. Of what a series needs nothing is left when the next
 * one begins; with a young generation of 16 MiB that garbage is kept long enough to be most of the process.
 */
export const smallYoungGeneration = '--max-semi-space-size=2';
