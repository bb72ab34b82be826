// Writes tokens.json: what Hugging Face's own tokenizers make of every text of ../shared/data and of adversarial.json, as hashes, and of
// adversarial.json as ids. Usage: see README.md beside this file.
const { Tokenizer } = require('tokenizers');
const { execFileSync } = require('child_process');
const crypto = require('crypto');
const fs = require('fs');
const os = require('os');
const path = require('path');

const [shared, output] = process.argv.slice(2);
const tokenizers = ['all-MiniLM-L6-v2', 'baai-bge-small-en', 'bert-base-chinese', 'bert-base-multilingual-cased', 'bert-base-uncased', 'gte-small'];

function* files(folder) {
  for (const entry of fs.readdirSync(path.join(shared, folder), { withFileTypes: true }).sort((a, b) => a.name < b.name ? -1 : 1)) {
    const name = folder + '/' + entry.name;
    if (entry.isDirectory()) yield* files(name); else yield name;
  }
}

// Each line is a text, and the whole file is one. An archive's members are one text each.
function texts(name) {
  const file = path.join(shared, name);
  if (name.endsWith('.tar.xz')) {
    const members = execFileSync('tar', ['-tJf', file], { maxBuffer: 1 << 30 }).toString().split('\n').filter(m => m && !m.endsWith('/'));
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'members-'));
    execFileSync('tar', ['-xJf', file, '-C', folder]);
    return members.sort().map(m => fs.readFileSync(path.join(folder, m)).toString('latin1'));
  }
  const content = fs.readFileSync(file).toString(name.includes('/trec/') ? 'latin1' : 'utf8');
  return [...content.split('\n'), content];
}

(async () => {
  const adversarial = JSON.parse(fs.readFileSync(path.join(__dirname, 'adversarial.json')));
  const result = { version: require('tokenizers/package.json').version, hashes: {}, adversarial: {} };
  for (const name of tokenizers) {
    const tokenizer = Tokenizer.fromFile(path.join(shared, 'tokenizers', name, 'tokenizer.json'));
    tokenizer.disableTruncation();
    tokenizer.disablePadding();
    const encode = async list => {
      const ids = [];
      for (let i = 0; i < list.length; i += 4096) {
        for (const e of await tokenizer.encodeBatch(list.slice(i, i + 4096), { addSpecialTokens: false })) ids.push(e.getIds());
      }
      return ids;
    };
    result.hashes[name] = {};
    for (const file of files('data')) {
      const hash = crypto.createHash('sha256');
      for (const ids of await encode(texts(file))) hash.update(Buffer.from(Int32Array.of(ids.length).buffer)).update(Buffer.from(Int32Array.from(ids).buffer));
      result.hashes[name][file.substring(5)] = hash.digest('hex');
    }
    result.adversarial[name] = await encode(adversarial);
    console.log(name);
  }
  fs.writeFileSync(output, '{\n"version": ' + JSON.stringify(result.version) + ',\n"hashes": ' + JSON.stringify(result.hashes, null, 1) + ',\n"adversarial": {\n'
    + Object.entries(result.adversarial).map(([k, v]) => JSON.stringify(k) + ': [\n' + v.map(x => JSON.stringify(x)).join(',\n') + ']').join(',\n') + '}\n}\n');
})();
