/**
 * How the clients of AWS are made: they give a request up that is not answered, and try it again. Unless they are told,
 * they wait until Lambda ends the function, which then can say neither what it waited for nor which task it was about.
 */
export const CLIENT_SETTINGS = {
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
};
