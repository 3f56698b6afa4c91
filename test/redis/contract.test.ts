import { TestRedis } from '../support/redis.ts';
import { modelContract } from '../unit/store/contract/model.ts';
import { sessionsContract } from '../unit/store/contract/sessions.ts';
import { transferContract } from '../unit/store/contract/transfer.ts';
import { RedisBackend } from './backend.ts';

describe('With Redis:', () => {
  let redis: TestRedis;
  before(async () => {
    redis = await TestRedis.start();
  });
  after(() => redis.end());

  const backend = () => RedisBackend.on(redis);
  sessionsContract(backend);
  // Fewer than with SQLite, whose engine has more of its own in the way.
  transferContract(backend, 60);
  modelContract(backend, 15);
});
