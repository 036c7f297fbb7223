/** Imports argv[3] into a new case at argv[2]; says so before it begins. */
import { Case } from '../../../src-main/case/case.ts';
import { parseHere } from './parse-here.ts';

const [caseFolder = '', bundle = ''] = process.argv.slice(2);
process.stdout.write('begin\n');
const opened = Case.create(caseFolder, 'test');
await opened.import([bundle], { parse: parseHere });
opened.close();
