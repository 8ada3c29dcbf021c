/**
 * The class of a replication instance. `of()` names one that has no member here.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_ReplicationInstance.Types.html
 */
export class ReplicationInstanceClass {
  /** 2 vCPU, 1 GiB, burstable. */
  public static readonly T3_MICRO = ReplicationInstanceClass.of('dms.t3.micro');

  /** 2 vCPU, 2 GiB, burstable. */
  public static readonly T3_SMALL = ReplicationInstanceClass.of('dms.t3.small');

  /** 2 vCPU, 4 GiB, burstable. */
  public static readonly T3_MEDIUM = ReplicationInstanceClass.of('dms.t3.medium');

  /** 2 vCPU, 8 GiB, burstable. */
  public static readonly T3_LARGE = ReplicationInstanceClass.of('dms.t3.large');

  /** 2 vCPU, 4 GiB, for compute: many small transformations. */
  public static readonly C6I_LARGE = ReplicationInstanceClass.of('dms.c6i.large');

  /** 4 vCPU, 8 GiB, for compute. */
  public static readonly C6I_XLARGE = ReplicationInstanceClass.of('dms.c6i.xlarge');

  /** 8 vCPU, 16 GiB, for compute. */
  public static readonly C6I_2XLARGE = ReplicationInstanceClass.of('dms.c6i.2xlarge');

  /** 2 vCPU, 16 GiB, for memory: change capture keeps open transactions in it. */
  public static readonly R6I_LARGE = ReplicationInstanceClass.of('dms.r6i.large');

  /** 4 vCPU, 32 GiB, for memory. */
  public static readonly R6I_XLARGE = ReplicationInstanceClass.of('dms.r6i.xlarge');

  /** 8 vCPU, 64 GiB, for memory. */
  public static readonly R6I_2XLARGE = ReplicationInstanceClass.of('dms.r6i.2xlarge');

  /**
   * A class by its name.
   *
   * @param name such as `dms.r6i.4xlarge`
   * @throws when the name is not that of a DMS class
   */
  public static of(name: string): ReplicationInstanceClass {
    if (!/^dms\.[a-z]\w*\.\w+$/.test(name)) {
      throw new Error(`replication instance class is '${name}': give 'dms.<family>.<size>', such as 'dms.r6i.4xlarge'`);
    }
    return new ReplicationInstanceClass(name);
  }

  private constructor(
    /** The name as DMS knows it. */
    public readonly name: string,
  ) {}

  /** The name as DMS knows it. */
  public toString(): string {
    return this.name;
  }
}
