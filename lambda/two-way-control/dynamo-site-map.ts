import {
  type DynamoDBClient, GetItemCommand, PutItemCommand, ScanCommand, TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import {
  authorityFrom, authorityItem, historyFrom, historyItem, isHistory, isSite, type Item, siteFrom, siteItem,
} from '../../lib/two-way/switch/map-items';
import { type Authority, AUTHORITY_ITEM, type HistoryItem, type SiteItem } from '../../lib/two-way/switch/site-map';
import { MapChanged, type SiteMap } from './ports';

/** Two transactions at the same item: one of them, or both, did not take place. */
const LOST = ['ConditionalCheckFailed', 'TransactionConflict'];

/** The site map in its DynamoDB table. */
export class DynamoSiteMap implements SiteMap {
  public constructor(private readonly dynamo: DynamoDBClient, private readonly tableName: string) {}

  public async authority(): Promise<Authority | undefined> {
    const { Item: item } = await this.dynamo.send(new GetItemCommand({
      TableName: this.tableName, Key: { site: { S: AUTHORITY_ITEM } }, ConsistentRead: true,
    }));
    return item === undefined ? undefined : authorityFrom(item);
  }

  /** A transaction also for one item: it has a token, so that a retry of the SDK does not take itself for another. */
  public async replace(previous: Authority | undefined, next: Authority, history?: HistoryItem): Promise<void> {
    const condition = previous === undefined
      ? { ConditionExpression: 'attribute_not_exists(site)' }
      : { ConditionExpression: 'version = :version', ExpressionAttributeValues: { ':version': { N: String(previous.version) } } };
    try {
      await this.dynamo.send(new TransactWriteItemsCommand({
        TransactItems: [
          { Put: { TableName: this.tableName, Item: authorityItem(next), ...condition } },
          ...(history === undefined ? [] : [{ Put: { TableName: this.tableName, Item: historyItem(history) } }]),
        ],
      }));
    } catch (error) {
      if (!isLost(error)) throw error;
      throw new MapChanged(`the site map is not at version ${previous?.version ?? 'none'} any more: read it again`, { cause: error });
    }
  }

  public async sites(): Promise<readonly SiteItem[]> {
    return (await this.items('NOT begins_with(site, :prefix)')).filter(isSite).map(siteFrom);
  }

  public async history(limit: number): Promise<readonly HistoryItem[]> {
    const items = (await this.items('begins_with(site, :prefix)')).filter(isHistory);
    const nameOf = (item: Item): string => item.site?.S ?? '';
    return items.sort((one, other) => (nameOf(one) < nameOf(other) ? 1 : -1)).slice(0, limit).map(historyFrom);
  }

  /** Says what a site is, also when it was there before. */
  public async putSite(site: SiteItem): Promise<void> {
    await this.dynamo.send(new PutItemCommand({ TableName: this.tableName, Item: siteItem(site) }));
  }

  /** A map has as many items as there were switches: it is small enough to be read whole. */
  private async items(filter: string): Promise<Item[]> {
    const found: Item[] = [];
    let from: ScanStart;
    do {
      const page = await this.dynamo.send(new ScanCommand({
        TableName: this.tableName,
        ConsistentRead: true,
        FilterExpression: filter,
        ExpressionAttributeValues: { ':prefix': { S: '$' } },
        ExclusiveStartKey: from,
      }));
      found.push(...page.Items ?? []);
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
    return found;
  }
}

type ScanStart = ConstructorParameters<typeof ScanCommand>[0]['ExclusiveStartKey'];

const isLost = (error: unknown): boolean => error instanceof TransactionCanceledException
  && (error.CancellationReasons ?? []).some(({ Code: code }) => code !== undefined && LOST.includes(code));
