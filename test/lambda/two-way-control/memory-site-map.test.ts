import { MemorySiteMap } from '../../support/memory-site-map';
import { describeSiteMap } from '../../support/site-map-contract';

// What the tests of the steps stand on.
describeSiteMap('memory', () => {
  const map = new MemorySiteMap();
  return Promise.resolve({ map, another: () => map });
});
