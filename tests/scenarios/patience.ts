/** Milliseconds after which what must come is missed; nothing waits so long when all is well. */
const PATIENCE = 20_000;

/** Looks again and again until something holds. @throws Error when it does not come to that */
export async function until(holds: () => boolean, failure: () => string): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!holds()) {
    if (performance.now() > end) throw new Error(failure());
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Waits for a promise. @throws Error when it does not settle */
export async function soon<T>(promise: Promise<T>, failure: string): Promise<T> {
  let alarm: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    alarm = setTimeout(() => reject(new Error(failure)), PATIENCE);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(alarm);
  }
}
