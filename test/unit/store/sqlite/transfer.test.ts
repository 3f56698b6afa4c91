import { transferContract } from '../contract/transfer.ts';
import { Scratch } from './samples.ts';

transferContract(() => new Scratch(), 150);
