import { TemporaryFolders } from '../../support/temporary-folder';
import { Emulator } from './emulator';

/** The account of a test file or a `describe`: there before its first test, gone after its last one. */
export function emulatedAccount(): () => Emulator {
  const folders = new TemporaryFolders();
  let emulator: Emulator | undefined;
  beforeAll(async () => {
    emulator = await Emulator.start(folders.create());
  }, 130_000);
  afterAll(async () => {
    await emulator?.stop();
  });
  return () => {
    if (emulator === undefined) throw new Error('the emulator has not started');
    return emulator;
  };
}
