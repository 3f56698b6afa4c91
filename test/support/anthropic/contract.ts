/** What the fake of Anthropic's API sends, held to the types of the installed SDK. */
import { contractIn } from '../contract.ts';
import type { Contract } from './contractTypes.ts';

export type ContractName = keyof Contract;

/** Empty when the value fits the SDK's type, else one line for each way in which it does not. */
export type Check = (name: ContractName, value: unknown) => string[];

export const readContract = (): Check =>
  contractIn<ContractName>(new URL('./contractTypes.ts', import.meta.url));
