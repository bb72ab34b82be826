// Writes Tokenizers/*.json: small tokenizers in the shape of well-known families, learned from adversarial.json and the sentences below.
// They are settings to test, not vocabularies to use. Usage: see README.md beside this file.
const fs = require('fs');
const path = require('path');

const sentences = `The quick brown fox jumps over the lazy dog, and the dog doesn't mind at all.
We're testing tokenizers; they've been trained on 12 short lines of text from 2024.
How can I reset my password when I no longer have the phone that it was set up with?
The train to the city leaves at 7:45, and the one after it an hour later.
Embedding models turn sentences into vectors whose angles say how alike they are.
She said: "I'll be there in 10 minutes," but it took her more than an hour!`.split('\n');
const texts = [...sentences, ...sentences.map(s => s.toLowerCase()), ...JSON.parse(fs.readFileSync(path.join(__dirname, 'adversarial.json'))).map(t => t.slice(0, 200).toWellFormed())];

const printable = b => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
let next = 256;
const alphabet = Array.from({ length: 256 }, (_, b) => String.fromCharCode(printable(b) ? b : next++));
const bytes = s => [...Buffer.from(s)].map(b => alphabet[b]);

function merge(words, count) {
  const merges = [];
  while (merges.length < count) {
    const pairs = new Map();
    for (const w of words) for (let i = 1; i < w.length; i++) pairs.set(w[i - 1] + '\t' + w[i], (pairs.get(w[i - 1] + '\t' + w[i]) ?? 0) + 1);
    const best = [...pairs].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0];
    if (!best || best[1] < 2) break;
    const pair = best[0].split('\t');
    merges.push(pair);
    for (const w of words) for (let i = 1; i < w.length; i++) if (w[i - 1] === pair[0] && w[i] === pair[1]) w.splice(i - 1, 2, pair[0] + pair[1]);
  }
  return merges;
}

const added = (id, content, options) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true, ...options });
const index = list => Object.fromEntries([...new Set(list)].map((t, i) => [t, i]));
const special = (id, n) => ({ id, ids: [n], tokens: [id] });
const write = (name, parts) => fs.writeFileSync(path.join(__dirname, 'Tokenizers', name + '.json'),
  JSON.stringify({ version: '1.0', truncation: null, padding: null, added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, ...parts }));

const gpt2 = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;
const byteMerges = merge(texts.flatMap(t => t.match(gpt2) ?? []).map(bytes), 400);
const byteVocabulary = first => index([...first, ...alphabet, ...byteMerges.map(m => m.join(''))]);
const bpe = (vocab, merges, options) => ({ type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false, byte_fallback: false, ignore_merges: false, vocab, merges, ...options });
const asText = byteMerges.map(m => m.join(' '));
const byteLevel = (prefix, regex = true, trim = true) => ({ type: 'ByteLevel', add_prefix_space: prefix, trim_offsets: trim, use_regex: regex });

const plain = byteVocabulary([]);
const end = Object.keys(plain).length;
write('gpt2', { added_tokens: [added(end, '<|endoftext|>')], pre_tokenizer: byteLevel(false), post_processor: byteLevel(false, true, false), model: bpe(plain, asText) });
const robertaVocabulary = byteVocabulary(['<s>', '<pad>', '</s>', '<unk>', '<mask>']);
write('roberta', {
  truncation: { direction: 'Left', max_length: 512, strategy: 'LongestFirst', stride: 0 },
  padding: { strategy: 'BatchLongest', direction: 'Right', pad_to_multiple_of: 8, pad_id: 1, pad_type_id: 0, pad_token: '<pad>' },
  added_tokens: ['<s>', '<pad>', '</s>', '<unk>'].map((t, i) => added(i, t, { normalized: true })).concat(added(4, '<mask>', { lstrip: true })),
  pre_tokenizer: byteLevel(true), post_processor: { type: 'RobertaProcessing', sep: ['</s>', 2], cls: ['<s>', 0], trim_offsets: true, add_prefix_space: true }, model: bpe(robertaVocabulary, asText),
});
const qwen = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
write('qwen', {
  padding: { strategy: { Fixed: 16 }, direction: 'Left', pad_to_multiple_of: null, pad_id: end, pad_type_id: 0, pad_token: '<|endoftext|>' },
  added_tokens: [added(end, '<|endoftext|>'), added(end + 1, '<|im_start|>'), added(end + 2, '<think>', { special: false })], normalizer: { type: 'NFC' },
  pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Split', pattern: { Regex: qwen }, behavior: 'Isolated', invert: false }, byteLevel(false, false, false)] },
  post_processor: { type: 'Sequence', processors: [byteLevel(false, false, false), {
    type: 'TemplateProcessing', single: [{ Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '<|endoftext|>', type_id: 0 } }],
    pair: [{ Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '<|endoftext|>', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }, { SpecialToken: { id: '<|endoftext|>', type_id: 1 } }],
    special_tokens: { '<|endoftext|>': special('<|endoftext|>', end) } }] }, model: bpe(plain, byteMerges),
});
const llama3Vocabulary = { ...plain, 'Ġtokenizers': end, password: end + 1 };
write('llama3', {
  added_tokens: [added(end + 2, '<|begin_of_text|>')],
  pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Split', pattern: { Regex: qwen.replace('\\p{N}|', '\\p{N}{1,3}|') }, behavior: 'Isolated', invert: false }, byteLevel(false, false)] },
  post_processor: { type: 'Sequence', processors: [byteLevel(true, true, true), {
    type: 'TemplateProcessing', single: [{ SpecialToken: { id: '<|begin_of_text|>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }], pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: { '<|begin_of_text|>': special('<|begin_of_text|>', end + 2) } }] }, model: bpe(llama3Vocabulary, byteMerges, { ignore_merges: true }),
});

const words = texts.flatMap(t => t.split(' ').map(w => ['▁', ...w]));
const charMerges = merge(words.map(w => [...w]), 300);
const fallback = Array.from({ length: 256 }, (_, b) => '<0x' + b.toString(16).toUpperCase().padStart(2, '0') + '>');
const letters = [...new Set(sentences.join(''))].filter(c => c !== ' ');
const known = new Set([...letters, '▁']);
const kept = charMerges.filter(m => [...m.join('')].every(c => known.has(c)));
const charVocabulary = extra => index(['<unk>', '<s>', '</s>', ...extra, '▁', ...letters, ...kept.map(m => m.join(''))]);
const charMergesText = kept.map(m => m.join(' '));
const llamaSpecial = [added(0, '<unk>'), added(1, '<s>'), added(2, '</s>')];
write('mistral', { added_tokens: llamaSpecial, pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: false }, model: bpe(charVocabulary(fallback), charMergesText, { unk_token: '<unk>', fuse_unk: true, byte_fallback: true }) });
write('llama-unknown', {
  added_tokens: llamaSpecial.map(t => ({ ...t, normalized: true })), normalizer: { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: '▁' }, { type: 'Replace', pattern: { String: ' ' }, content: '▁' }] },
  model: bpe(charVocabulary([]), charMergesText, { unk_token: '<unk>', fuse_unk: true }),
});

const counts = new Map();
for (const w of words) for (let i = 0; i < w.length; i++) for (let j = i + 1; j <= Math.min(w.length, i + 6); j++) counts.set(w.slice(i, j).join(''), (counts.get(w.slice(i, j).join('')) ?? 0) + 1);
const pieces = [...counts].filter(([t, n]) => [...t].every(c => known.has(c)) && (n > 2 || [...t].length === 1)).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 600);
const total = pieces.reduce((s, p) => s + p[1], 0);
const scored = pieces.map(([t, n]) => [t, Math.round(Math.log(n * t.length / total) * 1e4) / 1e4]);
const unigram = (first, unk) => ({ type: 'Unigram', unk_id: unk, byte_fallback: false, vocab: [...first.map(t => [t, 0]), ...scored] });
const space = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true };
write('xlm-r', {
  added_tokens: ['<s>', '<pad>', '</s>', '<unk>'].map((t, i) => added(i, t)).concat(added(4 + scored.length, '<mask>', { lstrip: true })),
  normalizer: { type: 'Sequence', normalizers: [{ type: 'NFKC' }, { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' }] },
  pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, space] },
  post_processor: { type: 'TemplateProcessing', single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '</s>', type_id: 0 } }],
    pair: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '</s>', type_id: 0 } }, { SpecialToken: { id: '</s>', type_id: 0 } }, { Sequence: { id: 'B', type_id: 0 } }, { SpecialToken: { id: '</s>', type_id: 0 } }],
    special_tokens: { '<s>': special('<s>', 0), '</s>': special('</s>', 2) } },
  model: unigram(['<s>', '<pad>', '</s>', '<unk>'], 3),
});
write('albert', {
  added_tokens: [added(0, '<pad>'), added(1, '<unk>'), added(2, '[CLS]'), added(3, '[SEP]'), added(4, '[MASK]', { lstrip: true, normalized: true })],
  normalizer: { type: 'Sequence', normalizers: [{ type: 'Replace', pattern: { String: '``' }, content: '"' }, { type: 'Replace', pattern: { String: "''" }, content: '"' },
    { type: 'NFKD' }, { type: 'StripAccents' }, { type: 'Lowercase' }, { type: 'Strip', strip_left: true, strip_right: true }, { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' }] },
  pre_tokenizer: space, post_processor: { type: 'BertProcessing', cls: ['[CLS]', 2], sep: ['[SEP]', 3] }, model: unigram(['<pad>', '<unk>', '[CLS]', '[SEP]', '[MASK]'], 1),
});
const bertWords = [...new Set(sentences.flatMap(s => s.toLowerCase().match(/\p{L}+|\p{N}|[^\p{L}\p{N}\s]/gu)))];
const alphabetPieces = [...'abcdefghijklmnopqrstuvwxyz0123456789'].flatMap(c => [c, '##' + c]);
const mpnet = index(['<s>', '<pad>', '</s>', '[UNK]', '<mask>', ...bertWords, ...alphabetPieces, '##ing', '##ed', '##s', '.', '|', '中', '文']);
write('mpnet', {
  added_tokens: ['<s>', '<pad>', '</s>'].map((t, i) => added(i, t)).concat(added(3, '[UNK]', { normalized: true }), added(4, '<mask>', { lstrip: true }), added(Object.keys(mpnet).length, 'Naïve Dog', { normalized: true, special: false, single_word: true })),
  normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true }, pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: { type: 'RobertaProcessing', sep: ['</s>', 2], cls: ['<s>', 0], trim_offsets: true, add_prefix_space: false },
  model: { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab: mpnet },
});
write('splitters', {
  added_tokens: [added(0, '<unk>'), added(Object.keys(charVocabulary([])).length, 'the dog', { normalized: true, special: false, rstrip: true })], normalizer: { type: 'NFD' },
  pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Whitespace' }, { type: 'Punctuation', behavior: 'Isolated' }, { type: 'Digits', individual_digits: true }, { type: 'Split', pattern: { String: 'e' }, behavior: 'MergedWithPrevious', invert: false }] },
  model: bpe(charVocabulary([]), charMergesText, { unk_token: '<unk>' }),
});
