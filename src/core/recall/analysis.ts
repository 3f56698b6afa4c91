/** Words of a turn and of a question in the form in which they are compared. Pure. */
import { isStopWord, terms } from '../grounding/terms.ts';
import { baseForm } from './irregular.ts';

/** Words are counted in quarters, so that a count fits a byte and what stands in pasted code can count less. */
export const wholeWord = 4;
/** A message with pasted code is about what its own words say; the code's words repeat and only support it. */
const wordOfCode = 1;

export interface Analysis {
  /** Quarters of occurrences by term. */
  counts: Map<string, number>;
  /** Words of the text, those of code at a quarter. */
  length: number;
}

export function analyse(text: string): Analysis {
  const counts = new Map<string, number>();
  let quarters = 0;
  for (const [part, piece] of text.split('```').entries()) {
    const weight = part % 2 === 1 ? wordOfCode : wholeWord;
    for (const term of terms(piece)) {
      const kept = baseForm(term);
      counts.set(kept, (counts.get(kept) ?? 0) + weight);
      quarters += weight;
    }
  }
  return { counts, length: quarters / wholeWord };
}

/** "Thanks, I'll try that": it takes up an answer and repeats its words, where other messages bring something up. */
export const takesUpAnswer = (text: string): boolean =>
  /^\W*(?:thanks|thank you|thx|ok(?:ay)?|got it|cool|great|perfect|awesome|nice|sounds (?:good|great)|that (?:sounds|looks|works|helps|makes sense)|sure|yes|yeah|yep|alright|hmm)\b/i.test(
    text,
  );

const written = /[\p{L}\p{N}_$]+/gu;

export interface AskedWord {
  term: string;
  /** As it was written. */
  word: string;
  /** 1, or less for words that frame the question. */
  weight: number;
}

/**
 * Words about the conversation itself ("what did I mention", "in the order in which we discussed"): each turn is
 * something that was mentioned, so they hardly tell one from another. They are not silent altogether, because an order
 * or a list can be what was talked about.
 */
const framing = new Set(
  terms(
    `order ordered brought bring different aspects aspect walk list throughout conversation conversations chat chats
    chatted session sessions mention mentioned mentions discuss discussed discussion discussions talk talked talking
    tell told say said says summary summarize summarized summarise comprehensive overview recap remind remember recall
    items item over across time provide describe explain clarify question previously earlier ago far`,
  ),
);
const framingWeight = 0.25;

/** What a question asks for, each term once; function words say nothing, and pasted code little. */
export function askedWords(text: string): AskedWord[] {
  const asked = new Map<string, AskedWord>();
  for (const [part, piece] of text.split('```').entries()) {
    const share = part % 2 === 1 ? wordOfCode / wholeWord : 1;
    for (const [word] of piece.matchAll(written)) {
      for (const raw of terms(word)) {
        const term = baseForm(raw);
        if (isStopWord(raw) || asked.has(term)) continue;
        asked.set(term, { term, word, weight: share * (framing.has(raw) ? framingWeight : 1) });
      }
    }
  }
  return [...asked.values()];
}

/** A question with a single word of its own, or none, can hardly be understood without what was said before it. */
const understoodAlone = 2;
/** A guess at what is pointed back to counts half of what is said. */
const pointedBack = 0.5;

/** The words of a question, and of what was said before where the question points back to it. */
export function askedTogether(text: string, before: string | undefined): AskedWord[] {
  const asked = askedWords(text);
  if (before === undefined || asked.length >= understoodAlone) return asked;
  const known = new Set(asked.map(({ term }) => term));
  const more = askedWords(before).filter(({ term }) => !known.has(term));
  return [...asked, ...more.map((word) => ({ ...word, weight: word.weight * pointedBack }))];
}

/** What an assistant does with words. */
const answered = '(?:recommend|suggest|advise|explain|propose|mention|describe|help|show|list)';
const wantsAnswers = new RegExp(
  `\\b(?:summar\\w*|overview|recap)\\b|\\bdid you (?:${answered}|say|tell|give|write)\\b` +
    `|\\byou (?:${answered}e?d|said|told|gave|wrote)\\b`,
  'i',
);

/** Whether a question is about answers too: it wants a whole retold, or what the assistant said. */
export const asksForAnswers = (text: string): boolean => wantsAnswers.test(text);
