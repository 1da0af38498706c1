import process from 'node:process';

/** Runs one step of the set-up. Says so only when it takes longer than two seconds, so that a quick start stays quiet. */
export async function step(label, work) {
  const started = Date.now();
  let announced = false;
  const timer = setTimeout(() => {
    announced = true;
    process.stderr.write(`${label} …`);
  }, 2000);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
    if (announced) process.stderr.write(` ${Math.round((Date.now() - started) / 1000)} s\n`);
  }
}
