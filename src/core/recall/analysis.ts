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

/** What an assistant does with words. */
const answered = '(?:recommend|suggest|advise|explain|propose|mention|describe|help|show|list)';
const wantsAnswers = new RegExp(
  `\\b(?:summar\\w*|overview|recap)\\b|\\bdid you (?:${answered}|say|tell|give|write)\\b` +
    `|\\byou (?:${answered}e?d|said|told|gave|wrote)\\b`,
  'i',
);

/** Whether a question is about answers too: it wants a whole retold, or what the assistant said. */
export const asksForAnswers = (text: string): boolean => wantsAnswers.test(text);
