// A vitest reporter that leaves what `npm test` prints at its end in build/test-report.json.
import * as fs from 'node:fs';

const nameOf = (entity) =>
  `${entity.module?.relativeModuleId ?? entity.relativeModuleId}: ${entity.fullName ?? 'the file itself'}`;

export default class TestReport {
  onTestRunEnd(modules, unhandledErrors) {
    const report = { passed: 0, failed: [], skipped: [] };
    for (const module of modules) {
      if (module.errors().length > 0) report.failed.push(nameOf(module));
      for (const suite of module.children.allSuites()) {
        if (suite.errors().length > 0) report.failed.push(`${nameOf(suite)} (its hooks)`);
      }
      for (const test of module.children.allTests()) {
        const { state, note } = test.result();
        if (state === 'passed') report.passed++;
        else if (state === 'skipped') report.skipped.push({ name: nameOf(test), reason: note ?? null });
        else report.failed.push(nameOf(test));
      }
    }
    for (const error of unhandledErrors) report.failed.push(`outside any test: ${error.message}`);
    fs.mkdirSync('build', { recursive: true });
    fs.writeFileSync('build/test-report.json', JSON.stringify(report, null, 2));
  }
}
