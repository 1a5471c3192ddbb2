// package.js SOURCE COMPILED OUT - lays the compiled definitions out as a FHIR
// package: package.json, .index.json, one file per definition, the resources of
// cases/ that conform in example/.
'use strict';
const fs = require('fs');
const path = require('path');
const [source, compiled, out] = process.argv.slice(2);

const read = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));
const write = (file, value) => {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, JSON.stringify(value, null, 2) + '\n');
};
const json = (folder) =>
  fs.existsSync(folder) ? fs.readdirSync(folder).filter((f) => f.endsWith('.json')).sort() : [];

const config = fs.readFileSync(path.join(source, 'sushi-config.yaml'), 'utf8');
const setting = (key) => {
  const line = config.split('\n').find((l) => l.startsWith(key + ':'));
  return line.slice(key.length + 1).trim();
};
const name = setting('id');
const version = setting('version');

// SUSHI writes parameters for its publisher, which R4 has no codes for.
function tidyGuide(guide) {
  const known = ['apply', 'path-resource', 'path-pages', 'path-tx-cache', 'expansion-parameter',
    'rule-broken-links', 'generate-xml', 'generate-json', 'generate-turtle', 'html-template'];
  const { parameter, page, ...rest } = guide.definition;
  const kept = (parameter || []).filter((p) => known.includes(p.code));
  if (page && page.page && page.page.length === 0) delete page.page;
  guide.definition = { ...rest, ...(page && { page }), ...(kept.length && { parameter: kept }) };
  return guide;
}

// What SUSHI leaves out of a definition when it makes an ImplementationGuide.
function complete(resource) {
  if (!resource.url || !resource.status) return resource;
  const { resourceType, id, meta, extension, url, ...rest } = resource;
  return {
    resourceType, id, ...(meta && { meta }), ...(extension && { extension }), url,
    version: rest.version || version, ...rest, publisher: rest.publisher || 'Auspex',
  };
}

const indexRow = (file, r) => ({
  filename: file, resourceType: r.resourceType, id: r.id,
  ...(r.url && { url: r.url }), ...(r.version && { version: r.version }),
  ...(r.kind && { kind: r.kind }), ...(r.type && r.url && { type: r.type }),
});

fs.rmSync(out, { recursive: true, force: true });
const index = [];
for (const file of json(compiled)) {
  const resource = complete(read(path.join(compiled, file)));
  if (resource.resourceType === 'ImplementationGuide') tidyGuide(resource);
  write(path.join(out, file), resource);
  index.push(indexRow(file, resource));
}
// What others define and R4's own package has in an older state.
for (const file of json(path.join(source, 'input', 'vocabulary'))) {
  const resource = read(path.join(source, 'input', 'vocabulary', file));
  write(path.join(out, file), resource);
  index.push(indexRow(file, resource));
}
// The resources of cases/ that conform are the examples of the package.
for (const file of json(path.join(source, 'cases'))) {
  const { profile, valid } = read(path.join(source, 'cases', file));
  valid.forEach(({ resource }, i) => {
    const { resourceType, meta, ...rest } = resource;
    const id = `${path.basename(file, '.json')}-${i + 1}`;
    write(path.join(out, 'example', `${resourceType}-${id}.json`),
      { resourceType, id, meta: { ...meta, profile: [profile] }, ...rest });
  });
}
write(path.join(out, '.index.json'), { 'index-version': 2, files: index });
write(path.join(out, 'package.json'), {
  name, version,
  description: setting('description'),
  author: 'Auspex',
  license: 'Apache-2.0',
  canonical: setting('canonical'),
  url: setting('canonical'),
  title: setting('title'),
  fhirVersions: ['4.0.1'],
  dependencies: { 'hl7.fhir.r4.core': '4.0.1' },
  type: 'IG',
});
console.log(`fhir-package: ${index.length} definitions`);
