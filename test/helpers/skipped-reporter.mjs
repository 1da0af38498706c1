/** Says at the end which tests did not run and why. The reason stands in the title: see helpers/require-server.ts. */
export default class SkippedReporter {
  onRunComplete(_contexts, results) {
    const byReason = new Map();
    for (const file of results.testResults) {
      for (const { status, ancestorTitles, title } of file.testResults) {
        if (status !== 'pending' && status !== 'todo') continue;
        const reason = [...ancestorTitles, title].join(' ').match(/\[skipped: (.+?)\]/)?.[1] ?? 'no reason given';
        byReason.set(reason, (byReason.get(reason) ?? 0) + 1);
      }
    }
    for (const [reason, count] of byReason)
      console.log(`SKIPPED ${count} ${count === 1 ? 'test' : 'tests'}: ${reason}`);
  }
}
