import { authorityFrom, type Item, siteFrom } from '../../lib/two-way/switch/map-items';
import { type Authority, AUTHORITY_ITEM, type SiteItem } from '../../lib/two-way/switch/site-map';
import type { AuthorityReader } from './reader';

/** What is needed of DynamoDB: the class `DynamoDB` of `@aws-sdk/client-dynamodb` has it. */
export interface ItemSource {
  getItem(request: {
    TableName: string; Key: Record<string, { S: string }>; ConsistentRead: boolean;
  }): Promise<{ readonly Item?: Item }>;
}

/**
 * The site map in its DynamoDB table. It needs `dynamodb:GetItem` on the table, which `siteMap.grantRead` gives.
 *
 * Reads are consistent: an eventual one may be as old as a switch takes.
 */
export class DynamoReader implements AuthorityReader {
  public constructor(private readonly dynamo: ItemSource, private readonly tableName: string) {}

  public async authority(): Promise<Authority | undefined> {
    const item = await this.item(AUTHORITY_ITEM);
    return item === undefined ? undefined : authorityFrom(item);
  }

  public async site(name: string): Promise<SiteItem | undefined> {
    const item = await this.item(name);
    return item === undefined ? undefined : siteFrom(item);
  }

  private async item(site: string): Promise<Item | undefined> {
    const request = { TableName: this.tableName, Key: { site: { S: site } }, ConsistentRead: true };
    return (await this.dynamo.getItem(request)).Item;
  }
}
