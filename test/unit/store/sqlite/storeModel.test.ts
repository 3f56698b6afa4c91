import { modelContract } from '../contract/model.ts';
import { Scratch } from './samples.ts';

modelContract(() => new Scratch(), 25);
