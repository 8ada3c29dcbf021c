// Loaded into `cdk`: it asks for the state of a stack every few seconds, and stacks take less here.
'use strict';
const realSetTimeout = setTimeout;
const isPoll = (milliseconds) => milliseconds >= 1000 && milliseconds <= 5000;
globalThis.setTimeout = (callback, milliseconds, ...rest) =>
  realSetTimeout(callback, isPoll(milliseconds) ? milliseconds / 20 : milliseconds, ...rest);
Object.assign(globalThis.setTimeout, realSetTimeout);
