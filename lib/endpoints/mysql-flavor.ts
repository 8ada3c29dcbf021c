/** The kind of MySQL: DMS has a name for each. */
export enum MySqlFlavor {
  /** RDS for MySQL, or a server that you run yourself. */
  MYSQL = 'mysql',

  /** Aurora MySQL; a source needs the writer, and `binlog_format` ROW in the cluster's parameter group. */
  AURORA = 'aurora',
}
