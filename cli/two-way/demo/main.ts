import { messageOf } from '../../errors';
import { runDemo } from './demo';

runDemo().catch((error: unknown) => {
  process.stderr.write(`demo: ${messageOf(error)}\n`);
  process.exitCode = 1;
});
