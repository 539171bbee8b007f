import { expect, it } from 'vitest';
import { z } from 'zod';
import { ask, testServer } from './server.testing.ts';
import { shapeOf } from './shape.ts';

it('describes a route by what its requests are held against', async () => {
  const { url } = await testServer({
    routes: (api) =>
      api.post(
        {
          path: '/api/things/:id',
          summary: 'Changes a thing',
          params: shapeOf(z.strictObject({ id: z.string().describe('As in the data.') })),
          query: shapeOf(z.strictObject({ limit: z.coerce.number().max(10).default(3) })),
          body: shapeOf(z.strictObject({ colour: z.enum(['red', 'blue']) })),
          answer: shapeOf(z.strictObject({ done: z.boolean() })),
          failures: { 404: 'There is no such thing.' },
        },
        () => ({ done: true }),
      ),
  });
  const document = JSON.parse((await ask(url, '/api/openapi.json')).text);
  expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Ebb' } });
  const { post } = document.paths['/api/things/{id}'];
  expect(post).toMatchObject({
    operationId: 'postThingsId',
    parameters: [
      { name: 'id', in: 'path', required: true, schema: { type: 'string' }, description: 'As in the data.' },
      { name: 'limit', in: 'query', required: false, schema: { maximum: 10, default: 3 } },
    ],
    requestBody: {
      content: {
        'application/json': { schema: { properties: { colour: { enum: ['red', 'blue'] } }, required: ['colour'] } },
      },
    },
    responses: {
      200: { content: { 'application/json': { schema: { properties: { done: { type: 'boolean' } } } } } },
      404: { description: 'There is no such thing.' },
    },
  });
  expect(Object.keys(post.responses)).toEqual(['200', '400', '401', '403', '404', '413', '415', '429', '500', '503']);
});
