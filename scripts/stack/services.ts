import { hdfsService } from './hdfs-service.ts';
import { kafkaService } from './kafka-service.ts';
import { mariadbService } from './mariadb.ts';
import { minioService } from './minio.ts';
import { registryService } from './registry.ts';
import type { Service } from './service.ts';

export const services: readonly Service[] = [kafkaService, registryService, hdfsService, minioService, mariadbService];
