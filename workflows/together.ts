import { CancellationScope } from '@temporalio/workflow';

/** Runs all at once. The first that fails cancels the others, and is thrown when they have ended. */
export async function together(tasks: readonly (() => Promise<void>)[]): Promise<void> {
  const scope = new CancellationScope();
  await scope.run(async () => {
    const running = tasks.map((task) => task());
    try {
      await Promise.all(running);
    } catch (error) {
      scope.cancel();
      await Promise.allSettled(running);
      throw error;
    }
  });
}
