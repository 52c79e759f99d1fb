import { Module } from '@nestjs/common';
import { QueryVectors } from './query-vector.js';
import { SearchController } from './search.controller.js';
import { SearchService } from './search.service.js';

@Module({
  controllers: [SearchController],
  providers: [QueryVectors, SearchService],
})
export class RetrievalModule {}
