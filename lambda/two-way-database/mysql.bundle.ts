/** A bundle of its own: the driver of MySQL is three times as large as all the rest, and most sites do not need it. */
export { openMySqlSite } from './mysql/mysql-site';
