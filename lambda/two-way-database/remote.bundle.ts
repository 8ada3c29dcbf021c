/** A bundle of its own: few sites are behind a function, and the SDK's client for them is large. */
export { openRemoteSite } from './remote/remote-site';
