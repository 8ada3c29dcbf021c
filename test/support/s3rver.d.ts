declare module 's3rver' {
  import type { Server } from 'node:http';

  interface Options {
    readonly directory: string;
    readonly silent: boolean;
    readonly configureBuckets: readonly { readonly name: string }[];
  }

  export default class S3rver {
    public constructor(options: Options);
    public configureBuckets(): Promise<unknown>;
    public listen(port: number, address: string): Promise<Server>;
  }
}
