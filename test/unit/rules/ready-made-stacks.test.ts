import { checkTemplate } from '../../../lib/rules';
import { ENVIRONMENTS, readyMadeTemplate } from '../../templates/ready-made';

// Rules that find wrong templates are worth nothing when they find fault with right ones.
test.each(ENVIRONMENTS)('the ready-made stack of %s is no wrong template', (id, config) => {
  expect(checkTemplate(readyMadeTemplate(id, config).toJSON())).toEqual([]);
});
