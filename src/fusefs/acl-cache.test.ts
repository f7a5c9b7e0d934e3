import { expect, test } from 'vitest';
import { EIO } from '../abi/errno.ts';
import { ACL_ACCESS, ACL_DEFAULT, type Acl } from '../abi/posix-acl.ts';
import type { Blocking } from '../task/blocking.ts';
import { AclCache } from './acl-cache.ts';
import { thrownBy } from './testing/thrown-by.ts';

const LIST: Acl = [{ tag: 1, permissions: 7, id: -1 }];

/** Runs what never sleeps. */
function result<T>(code: Blocking<T>): T {
  const { done, value } = code.next();
  if (done !== true) throw new Error('it sleeps');
  return value;
}

const answer = (acl: Acl | null, meanwhile: () => void = () => {}): (() => Blocking<Acl | null>) =>
  function* () {
    meanwhile();
    return acl;
  };

test('an answer is kept until all is forgotten, and so is that there is no list', () => {
  const cache = new AclCache('keep');
  expect(result(cache.get(ACL_ACCESS, answer(LIST)))).toBe(LIST);
  expect(result(cache.get(ACL_DEFAULT, answer(null)))).toBeNull();
  expect([cache.tryGet(ACL_ACCESS), cache.tryGet(ACL_DEFAULT)]).toEqual([LIST, null]);
  expect(result(cache.get(ACL_ACCESS, answer(null)))).toBe(LIST);
  cache.forget();
  expect(cache.tryGet(ACL_ACCESS)).toBeUndefined();
});

test('an answer that was overtaken is given, and not kept', () => {
  const cache = new AclCache('keep');
  expect(
    result(
      cache.get(
        ACL_ACCESS,
        answer(LIST, () => cache.forget()),
      ),
    ),
  ).toBe(LIST);
  expect(cache.tryGet(ACL_ACCESS)).toBeUndefined();
});

test('of two who ask at a time the first answer that was asked for is kept', () => {
  const cache = new AclCache('keep');
  result(
    cache.get(
      ACL_ACCESS,
      answer(LIST, () => result(cache.get(ACL_ACCESS, answer(null)))),
    ),
  );
  expect(cache.tryGet(ACL_ACCESS)).toBe(LIST);
});

test('an errno is not kept, and the next who asks may keep his answer', () => {
  const cache = new AclCache('keep');
  const failing = answer(null, () => {
    throw EIO;
  });
  expect(thrownBy(() => result(cache.get(ACL_ACCESS, failing)))).toBe(EIO);
  result(cache.get(ACL_ACCESS, answer(LIST)));
  expect(cache.tryGet(ACL_ACCESS)).toBe(LIST);
});

test('where lists are asked for always, nothing is kept', () => {
  const cache = new AclCache('ask always');
  expect(result(cache.get(ACL_ACCESS, answer(LIST)))).toBe(LIST);
  expect(cache.tryGet(ACL_ACCESS)).toBeUndefined();
});
