import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, type Principal } from '../../platform/auth/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { IdParam, ValidQuery } from '../../platform/http/validation.js';
import * as dto from './search.dto.js';
import { SearchService } from './search.service.js';
import { sourcesInOrder } from './source-types.js';

const SEARCHED = new Intl.ListFormat('en-GB')
  .format(sourcesInOrder.map(({ plural }) => plural))
  .replace(/^./, (letter) => letter.toUpperCase());

@ApiTags('search')
@Controller('api/projects/:id/search')
export class SearchController {
  constructor(private readonly searches: SearchService) {}

  @Get()
  @Answers({
    needs: 'workspace:read',
    summary: `${SEARCHED} of a project, by words and by meaning`,
    schema: dto.searchSchema,
  })
  searchProject(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidQuery(dto.searchQuerySchema) query: dto.SearchQuery,
  ) {
    return this.searches.search(caller, id, query);
  }
}
