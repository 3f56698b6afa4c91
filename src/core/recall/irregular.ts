/** English words whose forms no stemmer brings together: "went" is asked for as "go". Pure data. */
import { terms } from '../grounding/terms.ts';

/** A line is a word and its forms. Words that mean something else more often, such as "left" and "found", count too. */
const families = `begin began begun;break broke broken;bring brought;build built;buy bought;catch caught;
choose chose chosen;come came;deal dealt;draw drew drawn;drink drank drunk;drive drove driven;eat ate eaten;
fall fell fallen;feed fed;feel felt;fight fought;find found;fly flew flown;forget forgot forgotten;
forgive forgave forgiven;freeze froze frozen;give gave given;go went gone;grow grew grown;hang hung;hear heard;
hide hid hidden;hold held;keep kept;know knew known;lay laid;lead led;learn learnt;leave left;lend lent;lose lost;
make made;mean meant;meet met;pay paid;ride rode ridden;ring rang rung;rise rose risen;run ran;see saw seen;
seek sought;sell sold;send sent;shake shook shaken;shine shone;shoot shot;sing sang sung;sink sank sunk;sit sat;
sleep slept;speak spoke spoken;spend spent;stand stood;steal stole stolen;stick stuck;swim swam swum;
take took taken;teach taught;tear tore torn;think thought;throw threw thrown;understand understood;wake woke woken;
wear wore worn;win won;write wrote written;child children;man men;woman women;person people;foot feet;tooth teeth;
mouse mice;wife wives;life lives;knife knives;leaf leaves;shelf shelves;half halves`;

const bases = new Map(
  families.split(';').flatMap((family) => {
    const [base = '', ...forms] = terms(family);
    return forms.map((form): [string, string] => [form, base]);
  }),
);

/** The term under which a term is kept: its base form where it is an irregular one. */
export const baseForm = (term: string): string => bases.get(term) ?? term;
