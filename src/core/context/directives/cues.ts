/** Finds standing instructions in what a user wrote, by the words with which people give them. Pure. */

export interface Directive {
  /** The sentence or sentences concerned, as written. */
  text: string;
  /** `confirmed` only for plain wording addressed to the assistant; everything else is to be confirmed first. */
  strength: 'candidate' | 'confirmed';
}

/** Longer "sentences" are lists, tables and pasted text; an instruction in them is not plain. */
const longestSentence = 400;

/**
 * Every directive of a message, in its order. Sentences that follow each other and are of the same strength are one
 * directive, because the second often says when or how the first is meant; a line without a full stop is an item of its
 * own. Pasted code and quotations are not read.
 */
export function detectDirectives(text: string): Directive[] {
  const found: Directive[] = [];
  let follows = false;
  for (const sentence of sentences(text)) {
    const strength = strengthOf(sentence);
    const last = found.at(-1);
    if (strength !== undefined && follows && last?.strength === strength) last.text += ` ${sentence}`;
    else if (strength !== undefined) found.push({ text: sentence, strength });
    follows = strength !== undefined && /[.!?]$/.test(sentence);
  }
  return found;
}

function sentences(text: string): string[] {
  const own = text.replace(/```[\s\S]*?(?:```|$)/g, '\n').replace(/^[ \t]*>.*$/gm, '');
  return own
    .split(/(?<=[.!?])\s+|\n+/)
    .map((sentence) => sentence.replace(/^\s*(?:[-*•]|\d+[.)])\s+/, '').trim())
    .filter((sentence) => sentence !== '' && sentence.length <= longestSentence);
}

function strengthOf(sentence: string): Directive['strength'] | undefined {
  // "Should I always …?" asks for one; "Can you always …?" gives one.
  if (/\?$/.test(sentence) && !/\b(?:can|could|will|would) you\b/i.test(sentence)) {
    return candidates.some((cue) => cue.test(sentence)) ? 'candidate' : undefined;
  }
  if (confirmed.some((cue) => cue.test(sentence)) && !tells.test(sentence)) return 'confirmed';
  return candidates.some((cue) => cue.test(sentence)) ? 'candidate' : undefined;
}

const cue = (source: string): RegExp => new RegExp(source, 'i');

/** What may stand before an imperative. */
const opening =
  '^(?:(?:please|also|and|but|so|okay|ok|oh|hey|note|one (?:more )?thing|important|rule|in general)[,:]? +|(?:remember|make sure|be sure) +(?:to +|you +)?)*';
/** "Always been", "never saw", "never give up" tell of something or encourage; they ask for nothing. */
const tellsOnly =
  '(?:been|had|was|were|is|am|are|mind|seen|saw|heard|thought|knew|known|got|went|gone|did|done|came|made|said|say never|give up|stop (?:dream|believ|learn)|wanted|loved|liked|felt|a|an|the|so|such|too|up|on|in|good|nice|great|fun|happy|glad|worth|again|ever|really|one|love|enjoy|feel|want|wonder|hurts?|here|there|[a-z]+ed|[a-z]+ing)\\b';
/** "When I ask", "whenever you write", "every time we start". */
const occasion = '(?:when|whenever|every ?time|each time)\\b[^,;]{0,80}?\\b(?:I|you|we)\\b';
/** What an assistant gives. */
const answers =
  '(?:answers?|responses?|repl(?:y|ies)|explanations?|summar(?:y|ies)|examples?|code|snippets?|suggestions?|messages?|output|commits?|changes?)';
const fromNow = '(?:from (?:now|here|this point) on(?:wards?)?|going forward|henceforth)';

const confirmed: readonly RegExp[] = [
  cue(`${opening}(?:always|never) +(?!${tellsOnly})[a-z]+`),
  cue(`\\b(?:${fromNow}|in (?:the )?future)\\b[^.!]*\\b(?:you|your|please|${answers})\\b`),
  cue(`^(?:please[, ]+)?${fromNow},? +(?!(?:I|we|my|the|it|this|that|he|she|they)\\b)[a-z]+`),
  cue(
    "\\b(?:please|you (?:should|must|need to|have to)|I(?:'d| would)? (?:like|want|need|expect) you to|(?:can|could|will|would) you) +(?:please +)?(?:always|never)\\b",
  ),
  cue(`^${occasion}[^,;]{0,80},? +(?:please|always|never)\\b`),
  cue(`\\bin (?:all|every|each)(?: of)?(?: your)?(?: future)? ${answers}\\b`),
  cue('\\bevery (?:answer|response|reply) (?:should|must|has to)\\b'),
];

/** Said of the user or of somebody else, however plain the words. */
const tells =
  /^(?:I|we|my|he|she|they|it|that|this|there)\b(?!(?:'d| would)? (?:like|want|need|expect) you\b)/i;

const candidates: readonly RegExp[] = [
  /\bI(?:'d| would| really| much| generally| usually| strongly| also| always| still| definitely)* prefer\b/i,
  /\bmy (?:\w+ )?preferences?\b/i,
  /\bI(?:'d| would) (?:much )?rather (?:you|have|use|not)\b/i,
  /\bI (?:really )?(?:like|love|hate|dislike|don't like) (?:it )?when (?:you (?:answer|explain|write|show|use|give)|answers|code|explanations)\b/i,
  /\bI(?:'d| would)? (?:like|want|need|expect) you to\b/i,
  /\bplease (?:use|avoid|keep|stick to|stop|don't|do not)\b/i,
  /^(?:just |only )?(?:use|avoid|stick to|don't use|do not use|stop|quit)\b[^?]*\b(?:you|your|answers?|responses?|code|for (?:all|every|each))\b/i,
  /^(?:please )?(?:call me|address me|keep in mind that I|bear in mind that I|remember that I)\b/i,
  /\brather than\b|\bwithout (?:using|compromising|relying|adding)\b/i,
];
