// The Lambda runtime of a function: loads the handler once, then answers one event after another, as a warm
// environment does. Time is the emulator's: it jumps over every wait of a second or more.
'use strict';
const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
const path = require('node:path');
const readline = require('node:readline');
const { pathToFileURL } = require('node:url');

const answers = Number(process.env.EMULATOR_ANSWERS);
const emulator = new URL(process.env.AWS_ENDPOINT_URL);
const RESPONSE_HOST = process.env.EMULATOR_RESPONSE_HOST;
// A request that gets no answer for so long is one that never gets any: then its time limit may pass.
const NO_ANSWER_MILLISECONDS = 3000;

const RealDate = Date;
const realSetTimeout = setTimeout;
let ahead = 0;
let requests = 0;

globalThis.Date = class Date extends RealDate {
  constructor(...parts) {
    super(...(parts.length === 0 ? [RealDate.now() + ahead] : parts));
  }

  static now() {
    return RealDate.now() + ahead;
  }
};

globalThis.setTimeout = function setTimeoutInEmulatedTime(callback, milliseconds = 0, ...rest) {
  if (!(milliseconds >= 1000)) return realSetTimeout(callback, milliseconds, ...rest);
  const until = Date.now() + milliseconds;
  const began = RealDate.now();
  const timer = realSetTimeout(() => {
    if (requests > 0 && RealDate.now() - began < NO_ANSWER_MILLISECONDS) {
      timer.refresh();
      return;
    }
    ahead = Math.max(ahead, until - RealDate.now());
    callback(...rest);
  }, 10);
  return timer;
};

const counted = (request) => {
  requests += 1;
  request.once('close', () => { requests -= 1; });
  return request;
};
const realRequest = http.request;
const realSecureRequest = https.request;
http.request = (...given) => counted(realRequest(...given));
// Answers to CloudFormation go to a place that only HTTPS reaches.
https.request = (options, ...rest) => (options.hostname === RESPONSE_HOST
  ? http.request({ ...options, hostname: emulator.hostname, port: emulator.port, path: `/_emulator/answer${options.path}` }, ...rest)
  : counted(realSecureRequest(options, ...rest)));

// A database answers by sockets of its own, which count for as long as they are open.
const realConnect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function connect(...given) {
  const [first] = given.flat();
  if (Number(first?.port ?? first) !== Number(emulator.port)) counted(this);
  return realConnect.apply(this, given);
};

async function load() {
  const [file, name] = process.env._HANDLER.split('.');
  const folder = process.env.LAMBDA_TASK_ROOT;
  const found = ['.js', '.cjs', '.mjs'].map((ending) => path.join(folder, file + ending)).find((at) => fs.existsSync(at));
  if (found === undefined) throw new Error(`Runtime.ImportModuleError: there is no module ${file}`);
  const module = found.endsWith('.mjs') ? await import(pathToFileURL(found).href) : require(found);
  if (typeof module[name] !== 'function') throw new Error(`Runtime.HandlerNotFound: ${process.env._HANDLER}`);
  return module[name];
}

const asError = (error) => (error instanceof Error
  ? { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') }
  : { errorType: 'object', errorMessage: String(error), trace: [] });

async function answer({ requestId, event, now }) {
  ahead = now - RealDate.now();
  const context = {
    awsRequestId: requestId,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    invokedFunctionArn: process.env.EMULATOR_FUNCTION_ARN,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: 'emulated',
    getRemainingTimeInMillis: () => Number(process.env.EMULATOR_TIMEOUT) * 1000,
  };
  try {
    const handler = await handlerOf;
    const result = await new Promise((resolve, reject) => {
      const returned = handler(event, context, (error, value) => (error ? reject(error) : resolve(value)));
      if (typeof returned?.then === 'function') returned.then(resolve, reject);
      else if (handler.length < 3) resolve(returned);
    });
    return { result: result ?? null };
  } catch (error) {
    return { error: asError(error) };
  }
}

const handlerOf = load();
handlerOf.catch(() => undefined); // whoever invokes the function is told

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  void answer(JSON.parse(line)).then((said) => {
    fs.writeSync(answers, `${JSON.stringify({ ...said, now: Date.now() })}\n`);
  });
});
