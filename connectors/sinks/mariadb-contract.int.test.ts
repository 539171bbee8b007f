import { sinkContract } from './contract.ts';
import { mariadbStore } from './contract-mariadb.ts';
import { serverOfTests } from './mariadb-server.testing.ts';

sinkContract(mariadbStore(serverOfTests().server));
