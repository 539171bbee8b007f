import { kafkaService } from './kafka-service.ts';
import { registryService } from './registry-service.ts';
import type { Service } from './service.ts';

export const services: readonly Service[] = [kafkaService, registryService];
